// Who knocked waits here until somebody of the class opens.

import { classroom, visitor } from '../app';
import { t } from '../core/i18n';
import { showCode } from '../core/route';
import { state } from '../core/state';

/** On the way back after a reload: the browser may ask for the devices first, the server may be away. */
export function Entering() {
  const link = state.link.value;
  const text = link === 'offline' ? t('banner.offline') : link === 'lost' ? t('banner.lost', { n: Math.max(1, state.tries.value) }) : '';
  return (
    <main class="door">
      <div class="card bye" data-lounge="entering">
        <h1>{t('connecting')}</h1>
        <p class="who">
          <bdi>{visitor.name}</bdi> · <span class="mono">{showCode(visitor.code)}</span>
        </p>
        <p role="status">{text}</p>
        <button type="button" class="plain wide" data-act="give-up" onClick={() => classroom.giveUp()}>
          {t('back')}
        </button>
      </div>
    </main>
  );
}

export function Lounge() {
  return (
    <main class="door">
      <div class="card bye" data-lounge="waiting">
        <h1>{t('lounge.title')}</h1>
        <p class="who">
          <bdi>{visitor.name}</bdi> · <span class="mono">{showCode(visitor.code)}</span>
        </p>
        <p role="status">{t('lounge.more')}</p>
        <button type="button" class="plain wide" data-act="give-up" onClick={() => classroom.giveUp()}>
          {t('lounge.give_up')}
        </button>
      </div>
    </main>
  );
}
