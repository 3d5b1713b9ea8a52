// The main buttons: six at most, five on a phone, words under the icons.

import { classroom } from '../app';
import { t } from '../core/i18n';
import { canShareScreen } from '../core/media';
import type { Cap } from '../core/protocol';
import { may, notify, state } from '../core/state';
import { Action } from '../ui/action';
import { HandButton } from './hands';
import { openSheet, toggleChat } from './panels';

/** Off is always allowed; on, only with the capability: else the reason is told. */
function allowed(cap: Cap, on: boolean): boolean {
  if (on || may(cap)) return true;
  notify(`barred.${cap}`);
  return false;
}

export function toggleMic(): void {
  const { on } = state.mic.value;
  if (allowed('speak', on)) void classroom.devices.setMic(!on);
}

export function toggleCam(): void {
  const { on } = state.cam.value;
  if (allowed('camera', on)) void classroom.devices.setCam(!on);
}

export function toggleShare(): void {
  const { on } = state.share.value;
  if (allowed('share', on)) void classroom.devices.setScreen(!on);
}

function barred(cap: Cap, on: boolean): string | undefined {
  return on || may(cap) ? undefined : t(`barred.${cap}`);
}

export function Controls() {
  const mic = state.mic.value;
  const cam = state.cam.value;
  const share = state.share.value;
  return (
    <nav class="controls" aria-label={t('controls')}>
      <Action
        act="mic"
        icon={mic.on ? 'mic' : 'mic_off'}
        label={t(mic.on ? 'mic.on' : 'mic.off')}
        hint={t(mic.on ? 'mic.turn_off' : 'mic.turn_on')}
        pressed={mic.on}
        off={!mic.on}
        busy={mic.busy}
        barred={barred('speak', mic.on)}
        keys="M"
        onClick={toggleMic}
      />
      <Action
        act="cam"
        icon={cam.on ? 'cam' : 'cam_off'}
        label={t('cam')}
        hint={t(cam.on ? 'cam.turn_off' : 'cam.turn_on')}
        pressed={cam.on}
        off={!cam.on}
        busy={cam.busy}
        barred={barred('camera', cam.on)}
        keys="V"
        onClick={toggleCam}
      />
      {canShareScreen() ? (
        <Action
          act="share"
          icon="share"
          label={t('share')}
          hint={t(share.on ? 'share.turn_off' : 'share.turn_on')}
          pressed={share.on}
          busy={share.busy}
          barred={barred('share', share.on)}
          onClick={toggleShare}
        />
      ) : null}
      <HandButton />
      <Action
        act="chat"
        icon="chat"
        label={t('chat')}
        hint={t('chat.open', { n: state.unread.value })}
        pressed={state.chatOpen.value}
        badge={state.unread.value}
        keys="C"
        onClick={toggleChat}
      />
      <Action act="more" icon="more" label={t('more')} onClick={() => openSheet('more')} />
    </nav>
  );
}
