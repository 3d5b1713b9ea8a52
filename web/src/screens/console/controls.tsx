// What the class may: its kind, its switches, who hears whom, and how much each may receive.

import { useState } from 'preact/hooks';
import type { RoomShow } from '../../core/admin/types';
import { t } from '../../core/i18n';
import { LEVELS } from '../../core/levels';
import type { HearingRule, Level } from '../../core/protocol';
import { desk } from './desk';
import { Choice, Switch } from './parts';

const SWITCHES = ['locked', 'lobby', 'watch', 'unmute', 'camera', 'share', 'chat'] as const;
export const KINDS = ['discussion', 'lecture', 'seminar', 'exam', 'one-to-one'] as const;
const RULES: HearingRule[] = ['all', 'lecturers', 'apart'];

interface Rules {
  kind: string;
  most: Level;
  rule: HearingRule;
}

interface Of {
  show: RoomShow;
  again(): void;
}

/** Chosen first and then applied: the arrow keys go through a list, and the class must not go with them. */
function RuleForm({ show, again }: Of) {
  const { room } = show;
  const [wish, setWish] = useState<Partial<Rules>>({});
  const now: Rules = { kind: room.kind, most: room.most || room.top, rule: room.hearing?.rule ?? 'all' };
  const chosen = { ...now, ...wish };
  const { code } = room;
  const requests: [keyof Rules, string, object][] = [
    ['kind', 'room.set', { code, kind: chosen.kind }],
    ['most', 'class.limit', { code, most: chosen.most }],
    ['rule', 'class.hearing', { code, rule: chosen.rule }],
  ];
  const changed = requests.filter(([key]) => chosen[key] !== now[key]);
  const apply = async (event: Event) => {
    event.preventDefault();
    for (const [, type, d] of changed) {
      if (!(await desk.act(type, d, 'con.done'))) break;
    }
    setWish({});
    again();
  };
  return (
    <form class="con-bar" onSubmit={(event) => void apply(event)}>
      <Choice<string>
        id="class-kind"
        label={t('con.kind')}
        value={chosen.kind}
        options={KINDS}
        text={(one) => t(`con.kind.${one}`)}
        onChange={(kind) => setWish({ ...wish, kind })}
      />
      <Choice<Level>
        id="class-limit"
        label={t('con.limit')}
        value={chosen.most}
        options={[...LEVELS].reverse()}
        text={(one) => t(`level.${one}`)}
        onChange={(most) => setWish({ ...wish, most })}
      />
      <Choice<HearingRule>
        id="class-hearing"
        label={t('hearing')}
        value={chosen.rule}
        options={RULES}
        text={(one) => t(`hearing.${one}`)}
        onChange={(rule) => setWish({ ...wish, rule })}
      />
      <button type="submit" class="primary" data-act="apply" disabled={!changed.length}>
        {t('con.apply')}
      </button>
    </form>
  );
}

export function ClassControls({ show, again }: Of) {
  const { room } = show;
  const act = (t: string, d: object, done = 'con.done') => void desk.act(t, { code: room.code, ...d }, done).then(again);
  return (
    <section class="con-part" aria-label={t('con.rules')}>
      <h3>{t('con.rules')}</h3>
      <RuleForm show={show} again={again} />
      <div class="con-switches">
        {SWITCHES.map((key) => (
          <Switch key={key} act={`switch-${key}`} label={t(`order.${key}`)} on={room[key]} onChange={(on) => act('room.set', { [key]: on })} />
        ))}
      </div>
      <button type="button" class="row-button" data-act="mute-all" title={t('order.mute_all_why')} onClick={() => act('member.mute', { member: '' }, 'con.all_muted')}>
        {t('people.mute_all')}
      </button>
    </section>
  );
}
