// Who did what: the record of administrative acts.

import { useState } from 'preact/hooks';
import { actsCsv, fieldWords, findActs, type ActFilter, type AskActs } from '../../core/admin/audit';
import type { Act } from '../../core/admin/types';
import { t } from '../../core/i18n';
import { cleanCode, showCode } from '../../core/route';
import { Icon } from '../../ui/icon';
import { desk } from './desk';
import { when } from './figures';
import { Nothing, Table } from './parts';
import { useAsked } from './use';

const PAGE = 50;
const STEP = 200; // between two words of how far it is
const EXPORT_MOST = 10000;

const ask: AskActs = async (d) => (await desk.read('audit.list', d)) as unknown as { acts: Act[]; more: boolean };

function save(text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(['\ufeff', text], { type: 'text/csv' })); // with a mark, or a spreadsheet takes it for Latin
  link.download = `audit-${new Date().toISOString().slice(0, 10)}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000); // the browser reads it after the click
}

function Export({ filter }: { filter: ActFilter }) {
  const [n, setN] = useState(-1);
  const run = async () => {
    const acts: Act[] = [];
    let last = '';
    setN(0);
    try {
      for (let more = true; more && acts.length < EXPORT_MOST; ) {
        const page = await findActs(ask, filter, STEP, last);
        acts.push(...page.acts);
        ({ more, last } = page);
        setN(acts.length);
      }
      save(actsCsv(acts));
      desk.tell('con.exported', { n: acts.length });
    } catch (why) {
      desk.say(why);
    }
    setN(-1);
  };
  return (
    <button type="button" class="row-button" data-act="export" disabled={n >= 0} aria-busy={n >= 0 || undefined} onClick={() => void run()}>
      <Icon name="download" />
      <span aria-live="polite">{n >= 0 ? t('con.exporting', { n }) : t('con.export')}</span>
    </button>
  );
}

function Filters({ onFind }: { onFind(filter: ActFilter): void }) {
  const [code, setCode] = useState('');
  const [who, setWho] = useState('');
  const [command, setCommand] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    onFind({ code: cleanCode(code), who, command });
  };
  const fields: [string, string, (text: string) => void][] = [
    ['code', code, setCode],
    ['who', who, setWho],
    ['command', command, setCommand],
  ];
  return (
    <form class="con-bar" onSubmit={submit}>
      {fields.map(([key, value, set]) => (
        <label key={key} class="con-field">
          <span>{t(`con.audit.${key}`)}</span>
          <input id={`audit-${key}`} type="search" dir="auto" value={value} onInput={(e) => set(e.currentTarget.value)} />
        </label>
      ))}
      <button type="submit" class="primary" data-act="find">
        {t('con.find')}
      </button>
    </form>
  );
}

/** No command of anybody's: the server says that a recording has ended. */
const OVER = 'record.over';

function Row({ act }: { act: Act }) {
  const good = act.result === 'ok' || act.result === 'begun';
  return (
    <tr data-command={act.command} data-result={act.result}>
      <td>{when(act.at_ms)}</td>
      <th scope="row">
        <bdi>{act.name || act.actor}</bdi>
        <small>
          {t(`role.${act.role}`)} · {act.network}
        </small>
      </th>
      <td class="mono">
        {act.command}
        {act.command === OVER ? <span class="fine"> {t('con.act.record_over')}</span> : null}
      </td>
      <td class="mono">{act.code ? showCode(act.code) : ''}</td>
      <td class="con-fields">{fieldWords(act.fields)}</td>
      <td class={good ? undefined : 'is-weak'}>
        <span aria-hidden="true">{good ? '✓' : '✕'} </span>
        {good ? t(`con.${act.result}`) : act.result}
      </td>
    </tr>
  );
}

/** What was found, and older ones below it on demand. */
function List({ filter }: { filter: ActFilter }) {
  const [older, setOlder] = useState<{ acts: Act[]; more: boolean; last: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const asked = useAsked(() => findActs(ask, filter, PAGE), 0);
  if (!asked.data) return <Nothing asked={asked} none="" />;
  const acts = [...asked.data.acts, ...(older?.acts ?? [])];
  const { more, last } = older ?? asked.data;
  const go = async () => {
    setBusy(true);
    try {
      const page = await findActs(ask, filter, PAGE, last);
      setOlder({ ...page, acts: [...(older?.acts ?? []), ...page.acts] });
    } catch (why) {
      desk.say(why);
    }
    setBusy(false);
  };
  const refresh = () => {
    setOlder(null);
    asked.again();
  };
  return (
    <>
      <div class="row-actions">
        <button type="button" class="row-button" data-act="refresh" onClick={refresh}>
          {t('con.refresh')}
        </button>
        <Export filter={filter} />
      </div>
      <p class="fine" role="status">
        {t('con.acts', { n: acts.length })}
      </p>
      {acts.length ? (
        <Table label={t('con.tab.audit')}>
          <thead>
            <tr>
              {['when', 'who', 'command', 'code', 'fields', 'result'].map((key) => (
                <th key={key} scope="col">
                  {t(`con.act.${key}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {acts.map((one) => (
              <Row key={one.id} act={one} />
            ))}
          </tbody>
        </Table>
      ) : (
        <p class="fine con-none">{t('con.none_found')}</p>
      )}
      {more ? (
        <button type="button" class="plain wide" data-act="older" disabled={busy} aria-busy={busy || undefined} onClick={() => void go()}>
          {t('con.more')}
        </button>
      ) : null}
    </>
  );
}

export function AuditTab() {
  const [filter, setFilter] = useState<ActFilter>({ code: '', who: '', command: '' });
  return (
    <section>
      <Filters onFind={setFilter} />
      <List key={JSON.stringify(filter)} filter={filter} />
    </section>
  );
}
