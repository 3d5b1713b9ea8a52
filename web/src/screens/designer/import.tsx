// Files: a layout of ours as JSON, or those of FreeSWITCH as XML, which are chosen from and stored together.

import { useRef, useState } from 'preact/hooks';
import { fromFreeswitch, type Imported } from '../../core/design/fsxml';
import { asPlan, LIMITS, type Plan } from '../../core/design/plan';
import { freeName } from '../../core/design/templates';
import { readXml } from '../../core/design/xmltree';
import { t } from '../../core/i18n';
import { putLayout, wordsOf } from './server';

const MOST_BYTES = 2_000_000;

interface Props {
  names: string[];
  onOpen(plan: Plan, stored: boolean): void;
  onStored(): void;
}

function Found({ list, names, onOpen, onStored }: Props & { list: Imported[] }) {
  const good = list.filter(({ plan }) => plan);
  const [chosen, setChosen] = useState(new Set(good.map(({ plan }) => plan!.name)));
  const [said, setSaid] = useState('');
  const [busy, setBusy] = useState(false);
  const turn = (name: string) => {
    const next = new Set(chosen);
    if (!next.delete(name)) next.add(name);
    setChosen(next);
  };
  const store = async () => {
    setBusy(true);
    let n = 0;
    try {
      for (const { plan } of good) {
        if (!chosen.has(plan!.name)) continue;
        await putLayout(plan!);
        n++;
      }
      setSaid(t('design.stored_n', { n }));
    } catch (why) {
      setSaid(`${t('design.stored_n', { n })} ${wordsOf(why)}`);
    }
    setBusy(false);
    onStored();
  };
  return (
    <div class="found" data-found={list.length}>
      <p>{t('design.fs.found', { n: list.length })}</p>
      <ul class="rows">
        {list.map((one) => (
          <li key={`${one.group}${one.title}`} class="row" data-import={one.title}>
            {one.plan ? (
              <label class="check grow">
                <input type="checkbox" checked={chosen.has(one.plan.name)} onChange={() => turn(one.plan!.name)} />
                <span>
                  <bdi>{one.title}</bdi>
                  <small class="mono">{names.includes(one.plan.name) ? '' : one.plan.name}</small>
                </span>
              </label>
            ) : (
              <span class="grow">
                <bdi>{one.title}</bdi>
                <small>{t('design.fs.not')}</small>
              </span>
            )}
            {one.plan ? (
              <button type="button" class="row-button" data-act="open-import" aria-label={t('design.edit_of', { name: one.title })} onClick={() => onOpen(one.plan!, false)}>
                {t('design.edit')}
              </button>
            ) : null}
            {one.notes.length ? (
              <details class="notes">
                <summary>{t('design.fs.notes', { n: one.notes.length })}</summary>
                <ul>
                  {one.notes.map((note, i) => (
                    <li key={i}>{t(note.key, note.vars)}</li>
                  ))}
                </ul>
              </details>
            ) : null}
          </li>
        ))}
      </ul>
      {good.length ? (
        <button type="button" class="primary" data-act="store-imports" disabled={busy || !chosen.size} onClick={() => void store()}>
          {t('design.fs.store', { n: chosen.size })}
        </button>
      ) : null}
      <p class="said" role="status">
        {said}
      </p>
    </div>
  );
}

export function Import(props: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [error, setError] = useState('');
  const [found, setFound] = useState<{ n: number; list: Imported[] }>({ n: 0, list: [] });
  const read = async (file: File) => {
    setError('');
    setFound(({ n }) => ({ n: n + 1, list: [] }));
    if (file.size > MOST_BYTES) {
      setError(t('design.file.large'));
      return;
    }
    const text = await file.text().catch(() => null); // it may be gone since it was chosen
    if (text === null) {
      setError(t('error.unknown'));
      return;
    }
    if (text.trimStart().startsWith('<')) readLayouts(text);
    else readPlan(text);
  };
  const readPlan = (text: string) => {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (why) {
      setError(t('design.file.no_json', { why: (why as Error).message }));
      return;
    }
    const plan = asPlan(json);
    if (typeof plan === 'string') setError(t('design.file.no_layout', { path: plan }));
    else if (text.length > 4 * LIMITS.bytes) setError(t('design.file.large'));
    else props.onOpen({ ...plan, name: freeName(plan.name, props.names) }, false);
  };
  const readLayouts = (text: string) => {
    const root = readXml(text);
    const list = root ? fromFreeswitch(root, props.names) : [];
    if (!root) setError(t('design.file.no_xml'));
    else if (!list.length) setError(t('design.file.no_layouts'));
    setFound(({ n }) => ({ n: n + 1, list }));
  };
  return (
    <section class="card">
      <h3>{t('design.import')}</h3>
      <label>
        <span>{t('design.import.file')}</span>
        <input
          id="import-file"
          ref={input}
          type="file"
          accept=".json,.xml,application/json,application/xml,text/xml"
          onChange={(event) => {
            const [file] = event.currentTarget.files ?? [];
            if (file) void read(file);
            event.currentTarget.value = ''; // the same file may be read again
          }}
        />
      </label>
      {error ? (
        <p class="error" role="alert">
          {error}
        </p>
      ) : null}
      {found.list.length ? <Found key={found.n} list={found.list} {...props} /> : null}
    </section>
  );
}
