// The timer of the class: what is left, and for the lecturer the buttons.

import { useEffect, useRef, useState } from 'preact/hooks';
import { classroom } from '../app';
import { clock } from '../core/format';
import { t } from '../core/i18n';
import { may, notify, state } from '../core/state';
import { leftMs } from '../core/tools';
import { Icon } from '../ui/icon';
import { Sheet } from '../ui/sheet';
import { closeSheet, openSheet } from './panels';
import { useSecond } from './topbar';

const PRESETS_MIN = [1, 2, 5, 10, 15, 30];

function useLeft(): number {
  useSecond();
  return leftMs(state.timer.value, Date.now() + state.clockSkewMs.value);
}

/** A whole second is shown until it has passed. */
const shown = (ms: number) => clock(Math.ceil(ms / 1000) * 1000);

function Running() {
  const left = useLeft();
  const { label, paused } = state.timer.value;
  const over = left === 0;
  const ran = useRef(!over); // who comes later is not told that it has ended
  useEffect(() => {
    if (over && ran.current) notify('note.time_over');
    ran.current = !over;
  }, [over]);
  return (
    <span class={left === 0 ? 'timer is-over' : 'timer'} role="timer" data-timer={paused ? 'paused' : 'on'} title={label}>
      <Icon name="timer" />
      <span class="mono">{shown(left)}</span>
      {label ? <bdi>{label}</bdi> : null}
      {paused ? <span aria-label={t('timer.paused')}>❚❚</span> : null}
    </span>
  );
}

export function TimerView() {
  return state.timer.value.on ? <Running /> : null;
}

export function TimerChip() {
  if (!may('timer')) return null;
  const { on } = state.timer.value;
  return (
    <button type="button" class={on ? 'chip is-on' : 'chip'} data-act="timer" aria-haspopup="dialog" onClick={() => openSheet('timer')}>
      {t('timer')}
    </button>
  );
}

function Buttons() {
  const left = useLeft();
  const { paused } = state.timer.value;
  return (
    <div class="row">
      <span class="grow mono timer-large">{shown(left)}</span>
      {left ? (
        <button type="button" class="row-button" data-act="timer-pause" onClick={() => void classroom.act('timer.pause', { on: !paused })}>
          {t(paused ? 'timer.go_on' : 'timer.pause')}
        </button>
      ) : null}
      <button type="button" class="row-button" data-act="timer-stop" onClick={() => void classroom.act('timer.stop')}>
        {t('timer.stop')}
      </button>
    </div>
  );
}

export function TimerSheet() {
  const [minutes, setMinutes] = useState('5');
  const [label, setLabel] = useState('');
  const start = async (event: Event) => {
    event.preventDefault();
    const seconds = Math.round(Number(minutes.replace(',', '.')) * 60);
    if (!(seconds >= 1)) return;
    if (await classroom.act('timer.set', { seconds, label: label.trim() })) closeSheet();
  };
  return (
    <Sheet name="timer" title={t('timer')} onClose={closeSheet}>
      {state.timer.value.on ? <Buttons /> : null}
      <form class="tool-form" onSubmit={(event) => void start(event)}>
        <div class="chips" role="group" aria-label={t('timer.minutes')}>
          {PRESETS_MIN.map((n) => (
            <button
              key={n}
              type="button"
              class={minutes === String(n) ? 'chip is-on' : 'chip'}
              aria-pressed={minutes === String(n)}
              onClick={() => setMinutes(String(n))}
            >
              {n}
            </button>
          ))}
        </div>
        <label>
          {t('timer.minutes')}
          <input id="timer-minutes" inputMode="decimal" value={minutes} onInput={(event) => setMinutes(event.currentTarget.value)} />
        </label>
        <label>
          {t('timer.label')}
          <input id="timer-label" dir="auto" maxLength={128} value={label} onInput={(event) => setLabel(event.currentTarget.value)} />
        </label>
        <button type="submit" class="primary" data-act="timer-start">
          {t('timer.start')}
        </button>
      </form>
    </Sheet>
  );
}
