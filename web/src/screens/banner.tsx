// One line on top: what is wrong with the connection, and what can be done.

import { tryNow, classroom } from '../app';
import { back, SHORT_BACK_S } from '../core/back';
import { t } from '../core/i18n';
import { state } from '../core/state';
import { Icon } from '../ui/icon';
import { goBack } from './backrows';
import { sheet } from './panels';

interface Line {
  kind: 'grey' | 'amber' | 'red' | 'blue';
  text: string;
  button?: { text: string; act(): void };
  dismiss?(): void;
}

/** The lecturer has called this member. */
function floor(): Line {
  if (!state.mic.value.on && !state.mic.value.fault) {
    return { kind: 'blue', text: t('hand.called'), button: { text: t('mic.turn_on'), act: () => void classroom.devices.setMic(true) } };
  }
  return { kind: 'blue', text: t('hand.floor'), button: { text: t('hand.done'), act: () => void classroom.act('hand.done') } };
}

/** It came late, or was away: what was missed is recorded. */
function offered(): Line | null {
  const offer = back.offer.value;
  if (!offer || sheet.value === 'back') return null;
  const button = offer === 'late' ? { text: t('back.start'), act: () => goBack(0) } : { text: t('back.short'), act: () => goBack(-SHORT_BACK_S) };
  return { kind: 'blue', text: t(`back.${offer}`), button, dismiss: () => back.dismiss() };
}

function line(): Line | null {
  const link = state.link.value;
  if (link === 'offline') return { kind: 'red', text: t('banner.offline') };
  if (state.restarting.value) return { kind: 'amber', text: t('banner.restart') };
  if (link === 'lost') {
    const text = t('banner.lost', { n: Math.max(1, state.tries.value) });
    return { kind: 'amber', text, button: { text: t('banner.try'), act: tryNow } };
  }
  if (state.ice.value === 'lost') return { kind: 'amber', text: t('banner.media') };
  if (link === 'connecting' || state.ice.value === 'new') return { kind: 'grey', text: t('connecting') };
  if (state.notice.value.key === 'note.mic_stopped' && !state.mic.value.on) {
    const act = () => void classroom.devices.setMic(true);
    return { kind: 'blue', text: t('note.mic_stopped'), button: { text: t('banner.turn_on'), act } };
  }
  if (state.hand.value.floor) return floor();
  if (state.mic.value.fault) return { kind: 'blue', text: t(`mic.${state.mic.value.fault}`) };
  if (state.cam.value.fault) return { kind: 'blue', text: t(`cam.${state.cam.value.fault}`) };
  if (state.share.value.fault) return { kind: 'blue', text: t(`share.${state.share.value.fault}`) };
  const missed = offered();
  if (missed) return missed;
  if (state.weak.value) return { kind: 'amber', text: t('banner.weak') };
  return null;
}

export function Banner() {
  const what = line();
  return (
    <div class="banner" role="status" data-kind={what?.kind ?? ''}>
      {what ? (
        <p>
          <span>{what.text}</span>
          {what.button ? (
            <button type="button" data-act="banner" onClick={what.button.act}>
              {what.button.text}
            </button>
          ) : null}
          {what.dismiss ? (
            <button type="button" class="plain" data-act="banner-close" aria-label={t('close')} onClick={what.dismiss}>
              <Icon name="close" />
            </button>
          ) : null}
        </p>
      ) : null}
    </div>
  );
}
