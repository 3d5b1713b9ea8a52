// For the lecturer: who wants to speak, the layouts by their numbers, polls, the timer and the recording.

import { classroom } from '../app';
import { decks } from '../core/decks';
import { director } from '../core/director';
import { faultsNow, faultText, partName } from '../core/fault';
import { t } from '../core/i18n';
import { may, notify, state } from '../core/state';
import { orBack } from '../ui/choose';
import { Icon } from '../ui/icon';
import { Late } from '../ui/late';
import { openSheet } from './panels';
import { HandStrip } from './hands';
import { PollChip } from './polls';
import { TimerChip } from './timer';
import { RunningTime } from './topbar';
import { shownView } from './views';

export function layoutLabel(name: string): string {
  const key = `layout.${name}`;
  const text = t(key);
  return text === key ? name : text;
}

/** As buttons; all others are in the list. */
const BUTTONS = 3;

/** What is offered by what it is for, some with parameters. Others, of plugins and administrators, come last. */
const GROUPS: [string, string[]][] = [
  ['all', ['auto', 'grid', 'grid-zoom', 'wall']],
  [
    'front',
    [
      'speaker',
      'speaker-strip',
      'speaker-strip side=top',
      'speaker-strip side=left',
      'speaker-strip side=right',
      'one-plus-five',
      'one-plus-seven',
      'one-plus-nine',
    ],
  ],
  [
    'teach',
    [
      'lecture',
      'lecture-pip',
      'lecture-pip corner=bottom-left',
      'lecture-pip corner=top-left',
      'lecture-pip corner=top-right',
      'side-by-side',
      'presenter-dual',
      'slides-only',
      'sign-language',
    ],
  ],
  ['talk', ['interview', 'panel', 'template']],
];

/** The groups with what this server has of them. */
export function layoutGroups(names: string[]): [string, string[]][] {
  const known = new Set(GROUPS.flatMap(([, texts]) => texts));
  const groups = GROUPS.map(([group, texts]): [string, string[]] => [group, texts.filter((text) => names.includes(text.split(' ')[0]!))]);
  return [...groups, ['own', names.filter((name) => !known.has(name))] as [string, string[]]].filter(([, texts]) => texts.length > 0);
}

/** All of them, as they are offered. */
export function offeredLayouts(names: string[]): string[] {
  return layoutGroups(names).flatMap(([, texts]) => texts);
}

function MoreLayouts({ current }: { current: string | undefined }) {
  const names = state.layouts.value;
  const groups = layoutGroups(names);
  const listed = current !== undefined && groups.some(([, texts]) => texts.includes(current));
  return (
    <select
      class={current && !names.slice(0, BUTTONS).includes(current) ? 'chip is-on' : 'chip'}
      data-act="layouts"
      aria-label={t('layouts')}
      value={current ?? ''}
      onChange={(event) => void orBack(event.currentTarget, current ?? '', classroom.act('layout.set', { name: event.currentTarget.value }))}
    >
      {current && !listed ? <option value={current}>{layoutLabel(current)}</option> : null}
      {groups.map(([group, texts]) => (
        <optgroup key={group} label={t(`layouts.${group}`)}>
          {texts.map((text) => {
            const at = names.indexOf(text);
            return (
              <option key={text} value={text}>
                {at >= 0 && at < 9 ? `${layoutLabel(text)} (${at + 1})` : layoutLabel(text)}
              </option>
            );
          })}
        </optgroup>
      ))}
    </select>
  );
}

export function LayoutPicker() {
  const current = shownView() === 'class' ? state.layout.value?.name : undefined; // it is the class's that is chosen
  return (
    <div class="layouts" role="group" aria-label={t('layouts')}>
      {state.layouts.value.slice(0, BUTTONS).map((name, i) => (
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
      {state.layouts.value.length > BUTTONS ? <MoreLayouts current={current} /> : null}
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

/** A sign, and its words where there is room for them. */
function Tool(props: { act: string; icon: string; words: string; on?: boolean; opens?: boolean; onPress(): void }) {
  return (
    <button
      type="button"
      class={props.on ? 'chip record-tool is-on' : 'chip record-tool'}
      data-act={props.act}
      aria-label={props.words}
      aria-haspopup={props.opens ? 'dialog' : undefined}
      title={props.words}
      onClick={props.onPress}
    >
      <Icon name={props.icon} />
      <span>{props.words}</span>
    </button>
  );
}

/** What is not recorded any more, and why; more of it is in what this opens. */
function Failed() {
  const now = state.recording.value;
  const [fault, ...others] = now.on ? faultsNow(now) : [];
  if (!fault && (now.on || !now.error)) return null;
  const one = fault ? `${partName(fault.edition)}: ${faultText(fault.code, fault.edition)}` : t('note.rec_error', { why: faultText(now.error!) });
  return (
    <button type="button" class="chip rec-failed" data-act="record-failed" aria-haspopup="dialog" onClick={() => openSheet('record')}>
      <b aria-hidden="true">!</b> {others.length ? t('rec.faults_n', { n: others.length + 1 }) : one}
    </button>
  );
}

/** As what it is recorded; then what can be done with it: nothing of a pause is in it, a mark is found again. */
function RecordTools() {
  const { on, paused, disk_min, quota_min } = state.recording.value;
  const turn = () => void classroom.act(paused ? 'record.resume' : 'record.pause');
  const mark = async () => {
    if (await classroom.act('record.mark')) notify('note.rec_mark');
  };
  return (
    <>
      {on ? <Tool act="record-pause" icon={paused ? 'disc' : 'pause'} words={t(paused ? 'rec.resume' : 'rec.pause')} on={paused} onPress={turn} /> : null}
      {on ? <Tool act="record-mark" icon="flag" words={t('rec.mark')} onPress={() => void mark()} /> : null}
      <Tool act="record-options" icon="more" words={t(on ? 'rec.mark_words' : 'rec.options')} opens onPress={() => openSheet('record')} />
      {on && disk_min !== undefined ? (
        <span class="disk-low" data-disk={disk_min}>
          {t('rec.disk', { n: disk_min })}
        </span>
      ) : null}
      {on && quota_min !== undefined ? (
        <span class="disk-low" data-quota-min={quota_min}>
          {t('rec.quota', { n: quota_min })}
        </span>
      ) : null}
      <Failed />
    </>
  );
}

const loadDirector = () => import('./director/index');

/** Layouts as pictures, cues: beside the picture, which stays in sight. */
function DirectorChip() {
  const { open } = director;
  return (
    <button
      type="button"
      class={open.value ? 'chip is-on' : 'chip'}
      data-act="director"
      aria-expanded={open.value}
      onClick={() => (open.value = !open.value)}
    >
      {t('director')}
    </button>
  );
}

/** How many knock; opens the list. */
function Knocks() {
  const { n } = state.lobby.value;
  if (!n) return null;
  return (
    <button type="button" class="chip is-on knocks" data-act="lobby" onClick={() => openSheet('people')}>
      {t('lobby.title', { n })}
    </button>
  );
}

/** The groups, and what is set for the class. */
function SteerChips() {
  return (
    <>
      <button type="button" class={state.breakout.value ? 'chip is-on' : 'chip'} data-act="groups" aria-haspopup="dialog" onClick={() => openSheet('groups')}>
        {t('groups')}
      </button>
      <button type="button" class="chip" data-act="class-settings" aria-haspopup="dialog" onClick={() => openSheet('class')}>
        {t('class.settings')}
      </button>
    </>
  );
}

/** Slides: in a panel of its own, so that the picture stays in sight. */
function SlidesChip() {
  const on = decks.open.value || decks.shown.value !== null || decks.clip.value !== null;
  return (
    <button
      type="button"
      class={on ? 'chip is-on' : 'chip'}
      data-act="slides"
      aria-expanded={decks.open.value}
      onClick={() => (decks.open.value = !decks.open.value)}
    >
      {t('slides')}
    </button>
  );
}

export function LecturerBar() {
  return (
    <div class="lecturer">
      <HandStrip />
      <Knocks />
      {may('layout') && !director.open.value ? <LayoutPicker /> : null}
      <span class="chips">
        <PollChip />
        <TimerChip />
        {may('share') ? <SlidesChip /> : null}
        {may('moderate') ? <SteerChips /> : null}
        {may('layout') ? <DirectorChip /> : null}
        {may('record') ? <RecordButton /> : null}
        {may('record') ? <RecordTools /> : null}
      </span>
      {may('layout') && director.open.value ? <Late load={loadDirector} show={(module) => <module.Director />} /> : null}
    </div>
  );
}
