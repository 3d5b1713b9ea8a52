// What is looked for, and how full the place for recordings is.

import type { ComponentChildren } from 'preact';
import { t } from '../../core/i18n';
import { type Filter, PERIODS, STATES } from '../../core/library/filter';
import type { Library } from '../../core/library/library';
import { size } from '../../core/library/words';
import { Icon } from '../../ui/icon';
import { LibraryIcon } from './icons';

const FULL = 0.9; // of the quota: worth a word

/** What had the focus is gone: it goes on from the top of the list. */
export function focusHead(): void {
  const heads = document.querySelectorAll<HTMLElement>('.lib-head [data-act=trash]');
  heads[heads.length - 1]?.focus();
}

interface ChoiceProps {
  act: string;
  label: string;
  value: string;
  onChange(value: string): void;
  children: ComponentChildren;
}

function Choice({ act, label, value, onChange, children }: ChoiceProps) {
  return (
    <label class="lib-field">
      <span>{label}</span>
      <select data-act={act} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {children}
      </select>
    </label>
  );
}

function Day({ act, label, value, onChange }: { act: string; label: string; value: string; onChange(day: string): void }) {
  return (
    <label class="lib-field">
      <span>{label}</span>
      <input type="date" data-act={act} value={value} onChange={(event) => onChange(event.currentTarget.value)} />
    </label>
  );
}

interface HeadProps {
  library: Library;
  manages: boolean;
  /** Recordings are chosen that become one. */
  joining: boolean;
  onJoin(): void;
}

export function Head({ library, manages, joining, onJoin }: HeadProps) {
  const filter = library.filter.value;
  const narrow = (change: Partial<Filter>) => library.narrow(change);
  return (
    <search class="lib-head">
      <label class="lib-field lib-search">
        <span>{t('lib.search')}</span>
        <input type="search" dir="auto" maxLength={100} data-act="search" value={filter.q} onInput={(event) => narrow({ q: event.currentTarget.value })} />
      </label>
      <Choice act="state" label={t('lib.state')} value={filter.state} onChange={(value) => narrow({ state: value as Filter['state'] })}>
        <option value="">{t('lib.state_any')}</option>
        {STATES.map((one) => (
          <option key={one} value={one}>
            {t(`lib.state_${one}`)}
          </option>
        ))}
      </Choice>
      <Choice act="period" label={t('lib.period')} value={filter.period} onChange={(value) => narrow({ period: value as Filter['period'] })}>
        <option value="">{t('lib.period_any')}</option>
        {PERIODS.map((one) => (
          <option key={one} value={one}>
            {t(`lib.period_${one}`)}
          </option>
        ))}
      </Choice>
      {filter.period === 'own' ? (
        <>
          <Day act="from" label={t('lib.from')} value={filter.from} onChange={(from) => narrow({ from })} />
          <Day act="to" label={t('lib.to')} value={filter.to} onChange={(to) => narrow({ to })} />
        </>
      ) : null}
      {manages && !filter.trash ? (
        <button type="button" class={joining ? 'row-button is-on' : 'row-button'} data-act="join" aria-expanded={joining} onClick={onJoin}>
          <LibraryIcon name="join" />
          <span>{t('lib.join')}</span>
        </button>
      ) : null}
      {manages ? (
        <button type="button" class={filter.trash ? 'row-button is-on' : 'row-button'} data-act="trash" aria-pressed={filter.trash} onClick={() => narrow({ trash: !filter.trash })}>
          <Icon name="bin" />
          <span>{t('lib.trash')}</span>
        </button>
      ) : null}
    </search>
  );
}

export function QuotaBar({ library }: { library: Library }) {
  const quota = library.quota.value;
  if (!quota) return null;
  const { used_bytes: used, limit_bytes: limit } = quota;
  if (!limit) return <p class="fine" data-quota="free">{t('lib.used', { used: size(used) })}</p>;
  const part = Math.min(1, used / limit);
  return (
    <div class={part >= FULL ? 'lib-quota is-full' : 'lib-quota'} data-quota={part.toFixed(3)}>
      <p class="fine" id="lib-quota">
        {t('lib.used_of', { used: size(used), limit: size(limit) })}
        {part >= FULL ? ` ${t('lib.nearly_full')}` : ''}
      </p>
      <meter aria-labelledby="lib-quota" min={0} max={1} high={FULL} value={part} />
    </div>
  );
}
