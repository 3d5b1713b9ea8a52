// Which of the class's pictures one looks at, for oneself alone.

import { classroom } from '../app';
import { t } from '../core/i18n';
import { isLecturer, may, state } from '../core/state';
import { orBack } from '../ui/choose';
import { Icon } from '../ui/icon';

/** What may be chosen; somebody in front is chosen at that person. */
function offered(): string[] {
  const staff = isLecturer() || may('links');
  const interpreted = staff || state.hearing.value.languages.length > 0;
  const large = staff || state.hand.value.floor; // and sees the others better without itself
  return ['class', 'slides', ...(interpreted ? ['interpreter'] : []), ...(staff ? ['wall'] : []), ...(large ? ['stage'] : [])];
}

export function shownView(): string {
  const picture = state.quality.value?.picture ?? 'class';
  return picture === 'staff' ? 'class' : picture;
}

export function ViewChoice() {
  const shown = shownView();
  const front = state.members.value.get(state.quality.value?.front ?? '');
  return (
    <label class="switch">
      <Icon name="layout" />
      <span class="grow">
        {t('view')}
        <small>{t('view.why')}</small>
      </span>
      <select
        data-act="view"
        value={shown}
        onChange={(event) => void orBack(event.currentTarget, shown, classroom.act('view.set', { view: event.currentTarget.value }))}
      >
        {offered().map((view) => (
          <option key={view} value={view}>
            {t(`view.${view}`)}
          </option>
        ))}
        {offered().includes(shown) ? null : (
          <option value={shown} disabled>
            {shown === 'pin' ? t('view.pin', { name: front?.name ?? '' }) : t(`view.${shown}`)}
          </option>
        )}
      </select>
    </label>
  );
}

/** Puts a person in front for oneself alone, or takes it away again. */
export function PinForMe({ id, name }: { id: string; name: string }) {
  const on = state.quality.value?.picture === 'pin' && state.quality.value.front === id;
  return (
    <button
      type="button"
      class={on ? 'row-button is-on' : 'row-button'}
      data-act="view-pin"
      aria-pressed={on}
      aria-label={t('view.pin_me', { name })}
      title={t('view.pin_me', { name })}
      onClick={() => void classroom.act('view.set', on ? { view: 'class' } : { view: 'pin', member: id })}
    >
      <Icon name="zoom" />
    </button>
  );
}
