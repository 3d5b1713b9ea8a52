// A class in groups: opened, looked after and ended from outside.

import { useState } from 'preact/hooks';
import type { RoomShow } from '../../core/admin/types';
import { clock } from '../../core/format';
import { t } from '../../core/i18n';
import type { Breakout, Group, GroupMember } from '../../core/protocol';
import { groupTitle } from '../../core/tools';
import { TwoStep } from '../../ui/twostep';
import { desk } from './desk';
import { Choice, Go, Nothing } from './parts';
import { useAsked } from './use';

const EACH_MS = 2000;
const MOST = 50;
const DAY_MIN = 1440;
const MORE_MIN = 5;
const HOWS = ['random', 'even', 'self'] as const;
type How = (typeof HOWS)[number];

interface Of {
  code: string;
  again(): void;
}

function Count(props: { id: string; label: string; least: number; most: number; value: string; onInput(value: string): void }) {
  return (
    <label class="con-field">
      <span>{props.label}</span>
      <input
        id={props.id}
        type="number"
        inputMode="numeric"
        required
        min={props.least}
        max={props.most}
        value={props.value}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
    </label>
  );
}

function Words(props: { id: string; label: string; most: number; value: string; required?: boolean; onInput(value: string): void }) {
  return (
    <label class="con-field con-search">
      <span>{props.label}</span>
      <input
        id={props.id}
        dir="auto"
        maxLength={props.most}
        required={props.required}
        value={props.value}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
    </label>
  );
}

function Setup({ code, again }: Of) {
  const [n, setN] = useState('2');
  const [minutes, setMinutes] = useState('10');
  const [how, setHow] = useState<How>('random');
  const [task, setTask] = useState('');
  const start = async (event: Event) => {
    event.preventDefault();
    const message = task.trim();
    const d = { code, n: Number(n), how, minutes: Number(minutes), ...(message && { message }) };
    if (await desk.act('breakout.start', d, 'con.groups_started')) again();
  };
  return (
    <form class="con-bar" onSubmit={(event) => void start(event)}>
      <Count id="groups-n" label={t('con.groups_n')} least={1} most={MOST} value={n} onInput={setN} />
      <Count id="groups-minutes" label={t('con.groups_minutes')} least={0} most={DAY_MIN} value={minutes} onInput={setMinutes} />
      <Choice<How> id="groups-how" label={t('con.groups_how')} value={how} options={HOWS} text={(one) => t(`con.groups_how.${one}`)} onChange={setHow} />
      <Words id="groups-task" label={t('con.groups_task')} most={250} value={task} onInput={setTask} />
      <button type="submit" class="primary" data-act="groups-start">
        {t('con.groups_start')}
      </button>
    </form>
  );
}

function Time({ of, code, again }: Of & { of: Breakout }) {
  const left = of.left_ms === null ? t('con.groups_no_end') : t('groups.left', { time: clock(of.left_ms) });
  const minutes = Math.min(DAY_MIN, Math.ceil((of.left_ms ?? 0) / 60000) + MORE_MIN);
  return (
    <p class="con-told">
      <span class="mono">{left}</span>
      <button
        type="button"
        class="row-button"
        data-act="groups-extend"
        onClick={() => void desk.act('breakout.extend', { code, minutes }, 'con.groups_longer').then(again)}
      >
        {t(of.left_ms === null ? 'con.groups_limit' : 'con.groups_more')}
      </button>
      <TwoStep
        act="groups-end"
        icon="end"
        label={t('con.groups_end')}
        sure={t('con.groups_end_sure')}
        onConfirm={() => void desk.act('breakout.end', { code }, 'con.groups_ended').then(again)}
      />
    </p>
  );
}

function names(members: GroupMember[] = []): string {
  return members.map((one) => one.name).join(', ') || t('con.groups_nobody');
}

function Look({ code, title }: { code: string; title: string }) {
  return (
    <Go to={{ tab: 'rooms', code }} class="row-button" act="group-open">
      {t('con.groups_open')}
      <span class="unseen">: {title}</span>
    </Go>
  );
}

function Row({ one }: { one: Group }) {
  const title = groupTitle(one.title);
  return (
    <li class="row" data-group={one.group}>
      <span class="grow row-name">
        <bdi>{title}</bdi> <em>{t('people.n', { n: one.n })}</em>
        {one.calls ? <em class="con-rec">{t('con.groups_calls')}</em> : null}
        <small>{names(one.members)}</small>
      </span>
      {one.code ? <Look code={one.code} title={title} /> : null}
    </li>
  );
}

function Assign({ of, code, again }: Of & { of: Breakout }) {
  const [member, setMember] = useState('');
  const [group, setGroup] = useState('0');
  const all = [...(of.main?.members ?? []), ...of.groups.flatMap((one) => one.members ?? [])];
  const people = new Map(all.map((one) => [one.id, one.name]));
  const titles = new Map([['0', t('con.groups_class')], ...of.groups.map((one) => [String(one.group), groupTitle(one.title)] as const)]);
  const name = people.get(member);
  const move = (event: Event) => {
    event.preventDefault();
    const vars = { name: name ?? '', title: titles.get(group) ?? '' };
    void desk.act('breakout.assign', { code, member, group: Number(group) }, 'con.moved', vars).then(again);
  };
  return (
    <form class="con-bar" onSubmit={move}>
      <Choice<string>
        id="group-person"
        label={t('con.groups_who')}
        value={name ? member : ''}
        options={['', ...people.keys()]}
        text={(one) => people.get(one) ?? t('con.grants_choose')}
        onChange={setMember}
      />
      <Choice<string> id="group-to" label={t('con.groups_to')} value={group} options={[...titles.keys()]} text={(one) => titles.get(one) ?? one} onChange={setGroup} />
      <button type="submit" class="row-button" data-act="group-move" disabled={!name}>
        {t('con.move')}
      </button>
    </form>
  );
}

function Say({ code }: { code: string }) {
  const [text, setText] = useState('');
  const say = async (event: Event) => {
    event.preventDefault();
    if (await desk.act('breakout.message', { code, text: text.trim() }, 'con.groups_said')) setText('');
  };
  return (
    <form class="con-bar" onSubmit={(event) => void say(event)}>
      <Words id="groups-say" label={t('con.groups_say')} most={1000} required value={text} onInput={setText} />
      <button type="submit" class="row-button" data-act="groups-say-send" disabled={!text.trim()}>
        {t('con.announce')}
      </button>
    </form>
  );
}

function Running(props: Of & { of: Breakout; parent: string }) {
  const { of, code } = props;
  return (
    <>
      <Time {...props} />
      <ul class="rows">
        {of.groups.map((one) => (
          <Row key={one.group} one={one} />
        ))}
        <li class="row" data-group="0">
          <span class="grow row-name">
            {t('con.groups_class')} <em>{t('people.n', { n: of.main?.n ?? 0 })}</em>
            <small>{names(of.main?.members)}</small>
          </span>
          {props.parent ? <Look code={props.parent} title={t('con.groups_class')} /> : null}
        </li>
      </ul>
      <Assign {...props} />
      <Say code={code} />
    </>
  );
}

function Inside({ code, parent }: { code: string; parent: string }) {
  const asked = useAsked(async () => (await desk.read('breakout.list', { code })) as { breakout: Breakout | null }, EACH_MS, code);
  if (!asked.data || asked.error) return <Nothing asked={asked} none="" />;
  const of = asked.data.breakout;
  return (
    <div class="con-inside">
      {of ? <Running of={of} code={code} parent={parent} again={asked.again} /> : <Setup code={code} again={asked.again} />}
    </div>
  );
}

export function Groups({ show }: { show: RoomShow }) {
  const [open, setOpen] = useState(false);
  const { code } = show.room;
  const n = desk.rooms.value.filter((one) => one.parent === code).length;
  return (
    <details class="con-more" data-part="groups" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary class="plain" data-act="groups">
        {n ? t('con.groups_now', { n }) : t('groups')}
      </summary>
      {open ? <Inside code={code} parent={show.room.parent ?? ''} /> : null}
    </details>
  );
}
