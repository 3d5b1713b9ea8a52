// For the lecturer: the layouts by their numbers, and the recording.

import { classroom } from '../app';
import { t } from '../core/i18n';
import { state } from '../core/state';
import { RunningTime } from './topbar';

function layoutLabel(name: string): string {
  const key = `layout.${name}`;
  const text = t(key);
  return text === key ? name : text;
}

export function LayoutPicker() {
  const current = state.layout.value?.name;
  return (
    <div class="layouts" role="group" aria-label={t('layouts')}>
      {state.layouts.value.map((name, i) => (
        <button
          key={name}
          type="button"
          class={name === current ? 'chip is-on' : 'chip'}
          data-layout={name}
          aria-pressed={name === current}
          aria-keyshortcuts={i < 9 ? String(i + 1) : undefined}
          onClick={() => void classroom.act('layout.set', { name })}
        >
          {i < 9 ? <kbd>{i + 1}</kbd> : null} {layoutLabel(name)}
        </button>
      ))}
    </div>
  );
}

export function RecordButton() {
  const on = state.recording.value.on;
  return (
    <button
      type="button"
      class={on ? 'chip record is-on' : 'chip record'}
      data-act="record"
      aria-pressed={on}
      onClick={() => void classroom.act(on ? 'record.stop' : 'record.start')}
    >
      <b aria-hidden="true">{on ? '■' : '●'}</b> {t(on ? 'rec.stop' : 'rec.start')} {on ? <RunningTime /> : null}
    </button>
  );
}

export function LecturerBar() {
  return (
    <div class="lecturer">
      <LayoutPicker />
      <RecordButton />
    </div>
  );
}
