// What was before in the class that runs, when it is recorded so that one can go back in it.

import { back, SHORT_BACK_S } from '../core/back';
import { t } from '../core/i18n';
import { state } from '../core/state';
import { Icon } from '../ui/icon';
import { openSheet } from './panels';

/** Seconds from the beginning; below zero from now. */
export function goBack(startS: number): void {
  back.startS = startS;
  back.dismiss();
  openSheet('back');
}

export function BackRows() {
  if (!state.recording.value.live) return null;
  return (
    <>
      <button type="button" class="switch" data-act="back-start" onClick={() => goBack(0)}>
        <Icon name="film" />
        <span class="grow">{t('back.start')}</span>
      </button>
      <button type="button" class="switch" data-act="back-short" onClick={() => goBack(-SHORT_BACK_S)}>
        <Icon name="film" />
        <span class="grow">{t('back.short')}</span>
      </button>
    </>
  );
}
