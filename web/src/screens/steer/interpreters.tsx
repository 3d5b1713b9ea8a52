// Languages beside the floor, and who interprets into each.

import { useState } from 'preact/hooks';
import { classroom } from '../../app';
import { t } from '../../core/i18n';
import { state } from '../../core/state';
import { Icon } from '../../ui/icon';

const MOST = 7;
const NAME_BYTES = 24;

interface Row {
  name: string;
  members: string[];
}

function now(): Row[] {
  return state.hearing.value.languages.map(({ name, members }) => ({ name, members: [...members] }));
}

/** As the server takes it: none twice, none without a name. */
export function setOf(rows: Row[]): Record<string, string[]> | null {
  const names = rows.map((row) => row.name.trim());
  const fits = (name: string) => name !== '' && new TextEncoder().encode(name).length <= NAME_BYTES;
  if (!names.every(fits) || new Set(names).size < names.length) return null;
  return Object.fromEntries(rows.map((row, i) => [names[i]!, row.members]));
}

interface LanguageProps {
  row: Row;
  at: number;
  taken: Set<string>;
  onChange(row: Row): void;
  onRemove(): void;
}

function Language({ row, at, taken, onChange, onRemove }: LanguageProps) {
  const members = state.members.value;
  const free = [...members.values()].filter((one) => !taken.has(one.id) && one.role !== 'observer');
  return (
    <fieldset class="language-row">
      <legend class="unseen">{t('steer.language', { n: at + 1 })}</legend>
      <div class="copy-row">
        <input
          id={`language-${at}`}
          dir="auto"
          maxLength={NAME_BYTES}
          aria-label={t('steer.language', { n: at + 1 })}
          placeholder={t('steer.language_like')}
          value={row.name}
          onInput={(event) => onChange({ ...row, name: event.currentTarget.value })}
        />
        <button type="button" class="row-button" data-act="language-remove" aria-label={t('steer.language_remove', { name: row.name })} onClick={onRemove}>
          <Icon name="bin" />
        </button>
      </div>
      <div class="chips">
        {row.members.map((id) => (
          <button
            key={id}
            type="button"
            class="chip is-on"
            data-act="interpreter-remove"
            aria-label={t('steer.interpreter_remove', { name: members.get(id)?.name ?? id })}
            onClick={() => onChange({ ...row, members: row.members.filter((one) => one !== id) })}
          >
            <bdi>{members.get(id)?.name ?? id}</bdi> ×
          </button>
        ))}
        <select
          class="chip"
          data-act="interpreter-add"
          aria-label={t('steer.interpreter_add')}
          value=""
          onChange={(event) => {
            const id = event.currentTarget.value;
            if (id) onChange({ ...row, members: [...row.members, id] });
          }}
        >
          <option value="">{t('steer.interpreter_add')}</option>
          {free.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      </div>
    </fieldset>
  );
}

export function Interpreters() {
  const [rows, setRows] = useState<Row[]>(now);
  const taken = new Set(rows.flatMap((row) => row.members));
  const set = setOf(rows);
  const changed = JSON.stringify(rows) !== JSON.stringify(now());
  const put = (at: number, row: Row) => setRows(rows.map((one, i) => (i === at ? row : one)));
  return (
    <section aria-label={t('steer.interpreters')}>
      <h3>{t('steer.interpreters')}</h3>
      <p class="fine">{t('steer.interpreters_why')}</p>
      {rows.map((row, at) => (
        <Language
          key={at}
          row={row}
          at={at}
          taken={taken}
          onChange={(next) => put(at, next)}
          onRemove={() => setRows(rows.filter((_, i) => i !== at))}
        />
      ))}
      <div class="chips">
        {rows.length < MOST ? (
          <button type="button" class="chip" data-act="language-add" onClick={() => setRows([...rows, { name: '', members: [] }])}>
            {t('steer.language_add')}
          </button>
        ) : null}
        <button
          type="button"
          class="chip is-on"
          data-act="interpreters-save"
          disabled={!set || !changed}
          onClick={() => void classroom.act('room.interpreters', { set })}
        >
          {t('steer.save')}
        </button>
      </div>
    </section>
  );
}
