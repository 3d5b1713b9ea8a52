// The main buttons: five at most, words under the icons.

import { classroom } from '../app';
import { t } from '../core/i18n';
import { canShareScreen } from '../core/media';
import { state } from '../core/state';
import { Action } from '../ui/action';
import { openSheet, toggleChat } from './panels';

export function toggleMic(): void {
  void classroom.devices.setMic(!state.mic.value.on);
}

export function toggleCam(): void {
  void classroom.devices.setCam(!state.cam.value.on);
}

export function toggleShare(): void {
  void classroom.devices.setScreen(!state.share.value.on);
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
          onClick={toggleShare}
        />
      ) : null}
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
