// A question to the class: answered by a tap or by its number, asked by the lecturer.

import { useState } from 'preact/hooks';
import { classroom } from '../app';
import { t } from '../core/i18n';
import { type Poll, type PollKind, Refusal } from '../core/protocol';
import { may, notify, state } from '../core/state';
import { chosen, recallBallot, rememberBallot, shares } from '../core/tools';
import { Icon } from '../ui/icon';
import { Sheet } from '../ui/sheet';
import { closeSheet, openSheet } from './panels';

const KINDS: PollKind[] = ['one', 'several', 'yesno', 'number'];
const MOST_OPTIONS = 10;
const MOST_NUMBERS = 9;

export function canVote(): boolean {
  return may('vote') && state.poll.value?.on === true && state.pollHidden.value !== stateOf(state.poll.value);
}

/** One that was put away comes back when it ends, or is another. */
const stateOf = (poll: Poll) => `${poll.id} ${poll.on}`;

/** By tap or by key: the answer counts at once, and can be changed until the end. */
export function choose(tap: number): void {
  const poll = state.poll.value;
  if (!poll?.on || tap > poll.n) return;
  const before = state.choices.value;
  const choices = chosen(poll, before, tap);
  state.choices.value = choices;
  const { ballot } = recallBallot(poll.id);
  classroom.request('poll.vote', { poll: poll.id, choices, ballot }).then(
    (reply) => rememberBallot({ poll: poll.id, ballot: String(reply.ballot), choices }),
    (why) => {
      notify(`error.${why instanceof Refusal ? why.code : 'unknown'}`);
      // what counts is the answer before; of a later tap its own reply tells
      if (state.poll.value?.id === poll.id && state.choices.value === choices) state.choices.value = before;
    },
  );
}

function textOf(poll: Poll, i: number): string {
  if (poll.kind === 'yesno') return t(i === 0 ? 'poll.yes' : 'poll.no');
  return poll.kind === 'number' ? String(i + 1) : (poll.options[i] ?? '');
}

function Option({ poll, i, share }: { poll: Poll; i: number; share?: number }) {
  const on = state.choices.value.includes(i + 1);
  return (
    <li>
      <button
        type="button"
        class={on ? 'option is-on' : 'option'}
        data-option={i + 1}
        aria-pressed={on}
        aria-keyshortcuts={i < 9 && !may('poll') ? String(i + 1) : undefined}
        disabled={!poll.on || !may('vote')}
        style={share === undefined ? undefined : { '--share': `${share}%` }}
        onClick={() => choose(i + 1)}
      >
        {poll.kind === 'number' ? null : <kbd>{i + 1}</kbd>}
        <span class="grow" dir="auto">
          {textOf(poll, i)}
        </span>
        {share === undefined ? null : (
          <span class="mono">
            {poll.counts![i]} · {share} %
          </span>
        )}
      </button>
    </li>
  );
}

async function saveCsv(poll: Poll): Promise<void> {
  let text = '';
  for (let from = 0; ; ) {
    const page = await classroom.request('poll.csv', { from });
    text += String(page.csv);
    from = Number(page.next);
    if (!from) break;
  }
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(['\ufeff', text], { type: 'text/csv' })); // with a mark, or a spreadsheet takes it for Latin
  link.download = `poll-${poll.id}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function Lead({ poll }: { poll: Poll }) {
  return (
    <div class="row-actions">
      {poll.on ? (
        <button type="button" class="row-button" data-act="poll-stop" onClick={() => void classroom.act('poll.stop')}>
          {t('poll.stop')}
        </button>
      ) : null}
      <button
        type="button"
        class={poll.show ? 'row-button is-on' : 'row-button'}
        data-act="poll-show"
        aria-pressed={poll.show}
        onClick={() => void classroom.act('poll.show', { all: !poll.show })}
      >
        {t('poll.show')}
      </button>
      <button type="button" class="row-button" data-act="poll-csv" onClick={() => void saveCsv(poll).catch(() => notify('error.unknown'))}>
        <Icon name="download" /> CSV
      </button>
    </div>
  );
}

export function PollPanel() {
  const poll = state.poll.value;
  if (!poll || (!poll.on && !poll.counts) || state.pollHidden.value === stateOf(poll)) return null;
  const parts = poll.counts ? shares(poll) : null;
  const hide = () => {
    state.pollHidden.value = stateOf(poll);
  };
  return (
    <section class="poll" aria-label={t('poll')} data-poll={poll.on ? 'on' : 'over'}>
      <header class="panel-head">
        <h2 dir="auto">{poll.question || t('poll')}</h2>
        <button type="button" class="plain" data-act="poll-hide" aria-label={t('close')} onClick={hide}>
          <Icon name="close" />
        </button>
      </header>
      <ol class={poll.kind === 'number' || poll.kind === 'yesno' ? 'options is-short' : 'options'}>
        {Array.from({ length: poll.n }, (_none, i) => (
          <Option key={i} poll={poll} i={i} share={parts?.[i]} />
        ))}
      </ol>
      <p class="fine">
        {poll.counts ? t('poll.voters', { n: poll.voters ?? 0 }) : t(state.choices.value.length ? 'poll.voted' : 'poll.how')}{' '}
        {t(poll.named ? 'poll.named' : 'poll.anonymous')}
      </p>
      {may('poll') ? <Lead poll={poll} /> : null}
    </section>
  );
}

export function PollChip() {
  if (!may('poll')) return null;
  const poll = state.poll.value;
  const press = () => {
    if (poll?.on) state.pollHidden.value = ''; // the one that runs is looked at
    else openSheet('poll');
  };
  return (
    <button type="button" class={poll?.on ? 'chip is-on' : 'chip'} data-act="poll" aria-haspopup="dialog" aria-keyshortcuts="P" onClick={press}>
      {t('poll')}
    </button>
  );
}

function Check(props: { act: string; label: string; on: boolean; onChange(on: boolean): void }) {
  return (
    <label class="check-row">
      <input type="checkbox" data-act={props.act} checked={props.on} onChange={(event) => props.onChange(event.currentTarget.checked)} />
      {props.label}
    </label>
  );
}

export function PollSheet() {
  const [kind, setKind] = useState<PollKind>('one');
  const [question, setQuestion] = useState('');
  const [lines, setLines] = useState('');
  const [n, setN] = useState('4');
  const [named, setNamed] = useState(false);
  const [show, setShow] = useState(false);
  const options = lines.split('\n').map((one) => one.trim()).filter(Boolean);
  const texts = kind === 'one' || kind === 'several';
  const number = Number(n);
  const ready = texts ? options.length >= 2 && options.length <= MOST_OPTIONS : kind === 'yesno' || (number >= 2 && number <= MOST_NUMBERS);
  const start = async (event: Event) => {
    event.preventDefault();
    if (!ready) return;
    const d = { kind, question: question.trim(), named, show, ...(texts ? { options } : kind === 'number' ? { n: number } : {}) };
    if (await classroom.act('poll.start', d)) closeSheet();
  };
  return (
    <Sheet name="poll" title={t('poll.new')} onClose={closeSheet}>
      <form class="tool-form" onSubmit={(event) => void start(event)}>
        <label>
          {t('poll.question')}
          <input id="poll-question" dir="auto" maxLength={300} value={question} onInput={(event) => setQuestion(event.currentTarget.value)} />
        </label>
        <div class="chips" role="group" aria-label={t('poll.kind')}>
          {KINDS.map((one) => (
            <button
              key={one}
              type="button"
              class={kind === one ? 'chip is-on' : 'chip'}
              data-kind={one}
              aria-pressed={kind === one}
              onClick={() => setKind(one)}
            >
              {t(`poll.kind.${one}`)}
            </button>
          ))}
        </div>
        {texts ? (
          <label>
            {t('poll.options')}
            <textarea id="poll-options" rows={4} dir="auto" value={lines} onInput={(event) => setLines(event.currentTarget.value)} />
          </label>
        ) : null}
        {kind === 'number' ? (
          <label>
            {t('poll.numbers')}
            <input id="poll-n" type="number" min={2} max={MOST_NUMBERS} value={n} onInput={(event) => setN(event.currentTarget.value)} />
          </label>
        ) : null}
        <Check act="poll-named" label={t('poll.keep_names')} on={named} onChange={setNamed} />
        <Check act="poll-live" label={t('poll.show_now')} on={show} onChange={setShow} />
        <button type="submit" class="primary" data-act="poll-start" disabled={!ready}>
          {t('poll.start')}
        </button>
      </form>
    </Sheet>
  );
}
