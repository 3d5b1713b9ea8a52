// What to receive, what each choice costs, and what is received now.

import { useState } from 'preact/hooks';
import { classroom } from '../app';
import { megabytes, roughly } from '../core/format';
import { t } from '../core/i18n';
import { CAPS, costOf, forecast, isMoving, mbPerHour, WISHES } from '../core/levels';
import { cleanBudget } from '../core/prefer';
import type { Level, WishName } from '../core/protocol';
import { state } from '../core/state';
import { Icon } from '../ui/icon';
import { Sheet } from '../ui/sheet';
import { closeSheet, openSheet } from './panels';
import { costWords, levelWords } from './words';

function Now() {
  const quality = state.quality.value;
  if (!quality) return <p class="fine">{t('quality.before')}</p>;
  const cost = { level: quality.level, kbps: state.costs.value[quality.level], upTo: false };
  return (
    <p class="now" role="status" data-level={quality.level} data-why={quality.why}>
      {levelWords(quality.level, quality.why)} <small>{costWords(cost)}</small>
    </p>
  );
}

function Choice({ name }: { name: WishName }) {
  const { wish, cap } = state.wish.value;
  const cost = costOf(name, cap, state.quality.value, state.costs.value);
  return (
    <label class="switch choice">
      <input
        type="radio"
        name="wish"
        value={name}
        data-act={`wish-${name}`}
        checked={wish === name}
        onChange={() => classroom.prefer.choose({ wish: name })}
      />
      <span class="dot" aria-hidden="true" />
      <span class="grow">
        {t(`wish.${name}`)}
        <small>{t(`wish.${name}.more`)}</small>
      </span>
      <span class="cost">{costWords(cost)}</span>
    </label>
  );
}

function Cap() {
  const costs = state.costs.value;
  return (
    <label class="field">
      <span>{t('quality.cap')}</span>
      <select
        data-act="cap"
        value={state.wish.value.cap}
        onChange={(event) => classroom.prefer.choose({ cap: event.currentTarget.value as Level })}
      >
        {CAPS.map((level) => (
          <option key={level} value={level}>
            {t(`level.${level}`)}, {costWords({ level, kbps: costs[level], upTo: isMoving(level) })}
          </option>
        ))}
      </select>
    </label>
  );
}

function Budget() {
  const { budget } = state.wish.value;
  const [mb, setMb] = useState(budget.mb ? String(budget.mb) : '');
  const [min, setMin] = useState(String(budget.min));
  const set = (event: Event) => {
    event.preventDefault();
    const next = cleanBudget(mb, min);
    classroom.prefer.choose({ budget: next });
    setMb(next.mb ? String(next.mb) : '');
    setMin(String(next.min));
  };
  return (
    <form class="budget" onSubmit={set} noValidate>
      <p id="budget-why">{t('budget.title')}</p>
      <label class="field">
        <span>{t('budget.mb')}</span>
        <input
          id="budget-mb"
          type="number"
          inputMode="numeric"
          min={0}
          aria-describedby="budget-why"
          value={mb}
          onInput={(event) => setMb(event.currentTarget.value)}
        />
      </label>
      <label class="field">
        <span>{t('budget.min')}</span>
        <input
          id="budget-min"
          type="number"
          inputMode="numeric"
          min={1}
          value={min}
          onInput={(event) => setMin(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="row-button" data-act="budget-set">
        {t('budget.set')}
      </button>
      {budget.mb ? (
        <button
          type="button"
          class="row-button"
          data-act="budget-none"
          onClick={() => {
            setMb('');
            classroom.prefer.choose({ budget: { mb: 0, min: budget.min } });
          }}
        >
          {t('budget.none')}
        </button>
      ) : null}
    </form>
  );
}

/** What this class cost up to now, and what it will have cost in the end. */
function DataUsed() {
  const { in: got, out, kbps, untilMs } = state.used.value;
  const { budget } = state.wish.value;
  const end = forecast(got + out, kbps, untilMs - Date.now());
  return (
    <div class="used" data-bytes={got + out}>
      <p>
        {t('data.used', { mb: megabytes(got + out) })}{' '}
        <small>
          {t('data.ways', { got: megabytes(got), sent: megabytes(out), rate: roughly(mbPerHour(kbps)) })}
        </small>
      </p>
      {budget.mb ? (
        <p data-forecast={Math.round(end)}>
          {t('data.forecast', { mb: roughly(end / 1e6), budget: roughly(budget.mb) })}
          <progress class="bar" max={budget.mb * 1e6} value={got + out} aria-label={t('data.part')} />
        </p>
      ) : null}
    </div>
  );
}

export function QualitySheet() {
  const inside = state.screen.value === 'class';
  const [unusual] = useState(() => state.wish.value.cap !== 'high' || state.wish.value.budget.mb > 0); // as it is opened
  return (
    <Sheet name="quality" title={t('quality')} onClose={closeSheet}>
      {inside ? <Now /> : null}
      <div class="choices" role="radiogroup" aria-label={t('quality')}>
        {WISHES.map((name) => (
          <Choice key={name} name={name} />
        ))}
      </div>
      <p class="fine">{t('quality.fine')}</p>
      {inside ? <DataUsed /> : null}
      <details open={unusual}>
        <summary class="plain">{t('quality.more')}</summary>
        <div class="choices">
          <Cap />
          <Budget />
        </div>
      </details>
    </Sheet>
  );
}

/** The way to it, with what is chosen. */
export function QualityRow({ act }: { act: string }) {
  const { wish, cap } = state.wish.value;
  const { in: got, out } = state.used.value;
  const cost = costOf(wish, cap, state.quality.value, state.costs.value);
  return (
    <button type="button" class="switch" data-act={act} aria-haspopup="dialog" onClick={() => openSheet('quality')}>
      <Icon name="quality" />
      <span class="grow">
        {t('quality')}: {t(`wish.${wish}`)}
        <small>
          {costWords(cost)}
          {got + out > 0 && state.screen.value === 'class' ? ` · ${t('data.used', { mb: megabytes(got + out) })}` : ''}
        </small>
      </span>
    </button>
  );
}
