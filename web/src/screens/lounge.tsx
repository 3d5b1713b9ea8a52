// Who knocked waits here until somebody of the class opens.

import { classroom, visitor } from '../app';
import { t } from '../core/i18n';
import { showCode } from '../core/route';

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
