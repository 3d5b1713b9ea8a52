// What a class is recorded as: chosen before it begins, in plain words and with what an hour of it takes, and what is in
// the picture. While it runs, a place in it is marked here with words, and a picture of its own is changed.

import { useEffect, useState } from 'preact/hooks';
import { classroom } from '../../app';
import { faultsNow, faultText, partName } from '../../core/fault';
import { t } from '../../core/i18n';
import type { Edition } from '../../core/protocol';
import { bringsFull, hoursLeft, type Kind } from '../../core/recordkinds';
import { AS_THE_CLASS, layoutOf, type RecordChoice } from '../../core/recordview';
import { may, notify, state } from '../../core/state';
import { Sheet } from '../../ui/sheet';
import { closeSheet } from '../panels';
import { RecordView, RunningView, useNamed } from './record_view';

const MANY_H = 100; // nobody has to think of room then

/** What is composed for the class is not in them. */
const UNPICTURED: string[] = ['sound', 'tracks'];
const WORDS = 66; // UTF-16 units, of three bytes at most: the server takes 200

/** `brought`: it comes with another one, whoever asks for it or not. */
function Choice({ option, on, brought, turn }: { option: Kind; on: boolean; brought: boolean; turn(): void }) {
  const { edition, hour_mb } = option;
  return (
    <label class="switch edition">
      <span class="grow">
        {t(`record.${edition}`)}
        <small>{t(edition === 'push' ? 'record.hour_sent' : 'record.hour', { n: hour_mb })}</small>
      </span>
      <input type="checkbox" data-edition={edition} checked={on || brought} disabled={brought} onChange={turn} />
    </label>
  );
}

function Target({ value, onInput }: { value: string; onInput(value: string): void }) {
  return (
    <label>
      <span>{t('record.push_to')}</span>
      <input
        data-act="record-push"
        type="password"
        autocomplete="off"
        spellcheck={false}
        required
        dir="ltr"
        maxLength={511}
        aria-describedby="record-push-why"
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <small id="record-push-why">{t('record.push_why')}</small>
    </label>
  );
}

/** How much of it the class may still keep, where that is limited. */
function Room({ hours }: { hours: number | undefined }) {
  if (hours === undefined || hours >= MANY_H) return null;
  if (hours <= 0) return <p class="error">{t('error.quota_full')}</p>;
  const minutes = hours < 2;
  return (
    <p class={hours < 1 ? 'fine record-faults' : 'fine'} data-room={hours.toFixed(2)}>
      {t(minutes ? 'record.room_min' : 'record.room_h', { n: Math.floor(minutes ? hours * 60 : hours) })}
    </p>
  );
}

interface Options {
  kinds: Kind[];
  leftBytes: number | undefined;
}

/** What there is to choose; null until it is known. */
function useOptions(known: (list: Kind[]) => void): Options | null {
  const [options, setOptions] = useState<Options | null>(null);
  useEffect(() => {
    classroom.request('record.options').then(
      (reply) => {
        const kinds = (reply.editions as Kind[]) ?? [];
        setOptions({ kinds, leftBytes: reply.left_bytes as number | undefined });
        known(kinds);
      },
      () => {
        notify('error.unknown');
        closeSheet();
      },
    );
  }, []);
  return options;
}

function Start() {
  const [chosen, setChosen] = useState<Edition[]>([]);
  const options = useOptions((list) => setChosen(list.filter((one) => one.usual).map((one) => one.edition)));
  const [title, setTitle] = useState('');
  const [push, setPush] = useState('');
  const [view, setView] = useState<RecordChoice>(AS_THE_CLASS);
  const named = useNamed();
  const turn = (edition: Edition) => setChosen(chosen.includes(edition) ? chosen.filter((one) => one !== edition) : [...chosen, edition]);
  const sends = chosen.includes('push');
  const brings = bringsFull(chosen);
  const pictured = brings || chosen.some((one) => !UNPICTURED.includes(one));
  const start = async (event: Event) => {
    event.preventDefault();
    const said = title.trim();
    const layout = pictured ? layoutOf(view, named) : undefined;
    const d = {
      editions: chosen,
      ...(said && { title: said }),
      ...(sends && { push: push.trim() }),
      ...(layout && { view: 'recording', layout }),
    };
    if (await classroom.act('record.start', d)) closeSheet();
  };
  return (
    <form class="tool-form" aria-busy={!options} onSubmit={(event) => void start(event)}>
      <label>
        <span>{t('record.name')}</span>
        <input data-act="record-title" dir="auto" maxLength={128} value={title} onInput={(event) => setTitle(event.currentTarget.value)} />
      </label>
      <fieldset class="editions">
        <legend>{t('record.editions')}</legend>
        {options?.kinds.map((option) => (
          <Choice key={option.edition} option={option} on={chosen.includes(option.edition)} brought={brings && option.edition === 'full'} turn={() => turn(option.edition)} />
        ))}
        <p class="fine record-brings" role="status" data-brings={brings}>
          {brings ? t('record.brings') : ''}
        </p>
      </fieldset>
      <Room hours={hoursLeft(options?.leftBytes, options?.kinds ?? [], chosen)} />
      {sends ? <Target value={push} onInput={setPush} /> : null}
      {pictured ? (
        <RecordView
          choice={view}
          named={named}
          withClass
          why={t('record.view_why')}
          choose={async (next) => {
            setView(next);
            return true;
          }}
        />
      ) : null}
      <button type="submit" class="primary wide" data-act="record-start" disabled={!chosen.length}>
        {t('rec.start')}
      </button>
    </form>
  );
}

function Mark() {
  const [text, setText] = useState('');
  const mark = async (event: Event) => {
    event.preventDefault();
    const said = text.trim();
    if (!(await classroom.act('record.mark', said ? { text: said } : {}))) return;
    notify('note.rec_mark');
    closeSheet();
  };
  return (
    <form class="tool-form" onSubmit={(event) => void mark(event)}>
      <label>
        <span>{t('record.mark_words')}</span>
        <input data-act="record-mark-text" autofocus dir="auto" maxLength={WORDS} aria-describedby="record-mark-why" value={text} onInput={(event) => setText(event.currentTarget.value)} />
        <small id="record-mark-why">{t('record.mark_why')}</small>
      </label>
      <button type="submit" class="primary wide" data-act="record-mark-set">
        {t('rec.mark')}
      </button>
    </form>
  );
}

/** What is not recorded any more; before a new one begins, why the one before broke off. */
function Failed() {
  const now = state.recording.value;
  const faults = now.on ? faultsNow(now) : [];
  if (!now.on && now.error) return <p class="error">{t('note.rec_error', { why: faultText(now.error) })}</p>;
  if (!faults.length) return null;
  return (
    <div class="record-faults">
      <p id="record-faults">{t('rec.faults')}</p>
      <ul aria-labelledby="record-faults">
        {faults.map(({ edition, code }) => (
          <li key={edition} data-fault={edition}>
            {partName(edition)}: {faultText(code, edition)}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Why the one before broke off was read. */
function read(): void {
  const now = state.recording.value;
  if (!now.on && now.error) state.recording.value = { ...now, error: undefined };
}

export function RecordSheet() {
  const { on, view } = state.recording.value;
  const changes = on && view === 'recording' && may('layout');
  const [runs] = useState(state.recording.value.on); // when it was opened: what is pressed in it does not change it
  useEffect(() => read, []);
  return (
    <Sheet name="record" title={t(runs ? 'record.mark_title' : 'record.title')} onClose={closeSheet}>
      <Failed />
      {runs ? <Mark /> : <Start />}
      {changes ? <RunningView /> : null}
    </Sheet>
  );
}
