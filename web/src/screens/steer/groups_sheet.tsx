// The groups of the class: making them, and looking after them while they last.

import { useState } from 'preact/hooks';
import { classroom } from '../../app';
import { t } from '../../core/i18n';
import type { Breakout, Group, GroupMember } from '../../core/protocol';
import { state } from '../../core/state';
import { Sheet } from '../../ui/sheet';
import { TwoStep } from '../../ui/twostep';
import { groupLeftMs, groupTitle } from '../../core/tools';
import { GroupTime } from '../groups';
import { closeSheet } from '../panels';
import { GroupBox } from './assign';

const MOST = 50;
const HOWS = ['random', 'even', 'self', 'set'] as const;
type How = (typeof HOWS)[number];

/** Those whom the server would divide, too. */
function people(): GroupMember[] {
  return [...state.members.value.values()].filter((one) => ['student', 'guest', 'interpreter'].includes(one.role));
}

/** The same number in each, by chance. */
export function shuffled(ids: string[], n: number, random: () => number = Math.random): Record<string, number> {
  const list = [...ids];
  for (let i = list.length - 1; i > 0; i--) {
    const k = Math.floor(random() * (i + 1));
    [list[i], list[k]] = [list[k]!, list[i]!];
  }
  return Object.fromEntries(list.map((id, i) => [id, (i % n) + 1]));
}

function ByHand({ n, of, onChange }: { n: number; of: Record<string, number>; onChange(of: Record<string, number>): void }) {
  const all = people();
  const places = Array.from({ length: n + 1 }, (_, group) => ({ group, title: String(group) }));
  const groupOf = (id: string) => ((of[id] ?? 0) <= n ? (of[id] ?? 0) : 0);
  const move = (member: string, group: number) => onChange({ ...of, [member]: group });
  return (
    <>
      <div class="chips">
        <button type="button" class="chip" data-act="shuffle" onClick={() => onChange(shuffled(all.map((one) => one.id), n))}>
          {t('steer.shuffle')}
        </button>
      </div>
      <div class="group-boxes">
        {places.map(({ group, title }) => {
          const label = group ? groupTitle(title) : t('steer.no_group');
          const inside = all.filter((one) => groupOf(one.id) === group);
          return (
            <GroupBox
              key={group}
              group={group}
              label={label}
              head={
                <h3>
                  {label} <span class="soft">{inside.length}</span>
                </h3>
              }
              people={inside}
              places={places}
              onMove={move}
            />
          );
        })}
      </div>
    </>
  );
}

function Setup() {
  const [n, setN] = useState('2');
  const [how, setHow] = useState<How>('random');
  const [minutes, setMinutes] = useState('10');
  const [message, setMessage] = useState('');
  const [of, setOf] = useState<Record<string, number>>({});
  const count = Math.min(MOST, Math.max(1, Math.round(Number(n)) || 1));
  const start = (event: Event) => {
    event.preventDefault();
    const min = Math.round(Number(minutes)) || 0;
    const rest = { ...(min > 0 && { minutes: Math.min(1440, min) }), ...(message.trim() && { message: message.trim() }) };
    const here = new Set(people().map((one) => one.id));
    const groups = Array.from({ length: count }, (_, i) => ({
      members: Object.keys(of).filter((id) => of[id] === i + 1 && here.has(id)),
    }));
    void classroom.act('breakout.start', how === 'set' ? { groups, ...rest } : { n: count, how, ...rest });
  };
  return (
    <form class="tool-form" onSubmit={start}>
      <div class="form-row">
        <label>
          {t('steer.n')}
          <input id="groups-n" type="number" min={1} max={MOST} required value={n} onInput={(event) => setN(event.currentTarget.value)} />
        </label>
        <label>
          {t('steer.minutes')}
          <input id="groups-minutes" type="number" min={0} max={1440} value={minutes} onInput={(event) => setMinutes(event.currentTarget.value)} />
        </label>
      </div>
      <label>
        {t('steer.how')}
        <select data-act="groups-how" value={how} onChange={(event) => setHow(event.currentTarget.value as How)}>
          {HOWS.map((one) => (
            <option key={one} value={one}>
              {t(`steer.how.${one}`)}
            </option>
          ))}
        </select>
      </label>
      {how === 'set' ? <ByHand n={count} of={of} onChange={setOf} /> : null}
      <label>
        {t('steer.task')}
        <input id="groups-message" dir="auto" maxLength={500} value={message} onInput={(event) => setMessage(event.currentTarget.value)} />
      </label>
      <button type="submit" class="primary" data-act="groups-start">
        {t('steer.start')}
      </button>
    </form>
  );
}

function Said() {
  const [text, setText] = useState('');
  const say = async (event: Event) => {
    event.preventDefault();
    if (text.trim() && (await classroom.act('breakout.message', { text: text.trim() }))) setText('');
  };
  return (
    <form class="tool-form" onSubmit={(event) => void say(event)}>
      <label>
        {t('steer.say')}
        <span class="copy-row">
          <input id="groups-say" dir="auto" maxLength={1000} value={text} onInput={(event) => setText(event.currentTarget.value)} />
          <button type="submit" class="row-button" data-act="groups-say">
            {t('steer.send')}
          </button>
        </span>
      </label>
    </form>
  );
}

function Head({ one, at }: { one: Group; at: number }) {
  const here = one.group === at;
  return (
    <>
      <h3 class="grow">
        <bdi>{groupTitle(one.title)}</bdi> <span class="soft">{one.n}</span> {one.calls ? <em class="calls">{t('steer.calls')}</em> : null}
      </h3>
      <button
        type="button"
        class={one.calls ? 'chip is-on' : 'chip'}
        data-act="visit"
        aria-label={t(here ? 'steer.leave_name' : 'steer.visit_name', { title: groupTitle(one.title) })}
        onClick={() => void classroom.act('breakout.join', { group: here ? 0 : one.group })}
      >
        {t(here ? 'groups.back' : 'steer.visit')}
      </button>
    </>
  );
}

/** Five minutes more than what is left now. */
function extend(of: Breakout): void {
  const left = groupLeftMs(of, Date.now() + state.clockSkewMs.value) ?? 0;
  void classroom.act('breakout.extend', { minutes: Math.ceil(left / 60000) + 5 });
}

function Running({ of }: { of: Breakout }) {
  const places = [{ group: 0, title: '' }, ...of.groups.map(({ group, title }) => ({ group, title }))];
  const move = (member: string, group: number) => void classroom.act('breakout.assign', { member, group });
  return (
    <>
      <div class="row">
        <span class="grow">
          <GroupTime of={of} />
        </span>
        <button type="button" class="row-button" data-act="groups-extend" onClick={() => extend(of)}>
          {t('steer.more_time')}
        </button>
        <TwoStep act="groups-end" icon="end" label={t('steer.end')} sure={t('steer.end_sure')} onConfirm={() => void classroom.act('breakout.end')} />
      </div>
      <Said />
      <div class="group-boxes">
        {of.groups.map((one) => (
          <GroupBox
            key={one.group}
            group={one.group}
            label={groupTitle(one.title)}
            head={<Head one={one} at={of.at} />}
            people={one.members ?? []}
            places={places}
            calls={one.calls}
            onMove={move}
          />
        ))}
        <GroupBox group={0} label={t('steer.no_group')} head={<h3>{t('steer.no_group')}</h3>} people={of.main?.members ?? []} places={places} onMove={move} />
      </div>
    </>
  );
}

export function GroupsSheet() {
  const of = state.breakout.value;
  return (
    <Sheet name="groups" title={t('groups')} onClose={closeSheet}>
      {of ? <Running of={of} /> : <Setup />}
    </Sheet>
  );
}
