// Rights of single people: what somebody may, or may not, in spite of what the class may.

import { useState } from 'preact/hooks';
import { capsOf, PERSONAL, withOwn, WORDS, type Word } from '../../core/admin/grants';
import type { MemberRow, RoomShow } from '../../core/admin/types';
import { t } from '../../core/i18n';
import type { Cap } from '../../core/protocol';
import { wordOf } from '../order';
import { desk } from './desk';
import { Choice } from './parts';

interface Of {
  show: RoomShow;
  again(): void;
}

function list(caps: Cap[]): string {
  return caps.map((cap) => t(`cap.${cap}`)).join(', ');
}

/** "may: speak, screen; may not: chat" */
function words({ grants = [], denies = [] }: MemberRow): string {
  return [grants.length ? t('con.may', { what: list(grants) }) : '', denies.length ? t('con.may_not', { what: list(denies) }) : '']
    .filter(Boolean)
    .join('; ');
}

function Own({ show, again }: Of) {
  const { code } = show.room;
  const own = withOwn(show.members);
  if (!own.length) return <p class="fine">{t('con.grants_none')}</p>;
  const forget = ({ id, name, grants = [], denies = [] }: MemberRow) =>
    void desk.act('member.allow', { code, member: id, usual: [...grants, ...denies] }, 'con.ungranted', { name }).then(again);
  return (
    <ul class="rows">
      {own.map((one) => (
        <li key={one.id} class="row" data-own={one.name}>
          <span class="grow row-name">
            <bdi>{one.name}</bdi>
            <small>{words(one)}</small>
          </span>
          <button type="button" class="row-button" data-act="ungrant" onClick={() => forget(one)}>
            {t('con.ungrant')}
            <span class="unseen">: {one.name}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** All that is changed goes in one request, and is one act in the record. */
function Rights({ code, member, again }: { code: string; member: MemberRow; again(): void }) {
  const [wish, setWish] = useState<Partial<Record<Cap, Word>>>({});
  const change = capsOf(wish, (cap) => wordOf(member, cap));
  const apply = async (event: Event) => {
    event.preventDefault();
    if (!change) return;
    const { id, name } = member;
    if (!(await desk.act('member.allow', { code, member: id, ...change }, 'con.granted', { name }))) return;
    again();
    setWish({});
  };
  return (
    <form class="con-inside" onSubmit={(event) => void apply(event)}>
      <div class="con-rights">
        {PERSONAL.map((cap) => (
          <Choice<Word>
            key={cap}
            id={`cap-${cap}`}
            label={t(`cap.${cap}`)}
            value={wish[cap] ?? wordOf(member, cap)}
            options={WORDS}
            text={(one) => t(`word.${one}`)}
            onChange={(word) => setWish({ ...wish, [cap]: word })}
          />
        ))}
      </div>
      <button type="submit" class="primary con-start" data-act="grant" disabled={!change}>
        {t('con.apply')}
      </button>
    </form>
  );
}

function Inside({ show, again }: Of) {
  const [id, setId] = useState('');
  const below = show.members.filter((one) => one.role !== 'lecturer' && one.role !== 'admin');
  const names = new Map(below.map((one) => [one.id, one.name]));
  const member = below.find((one) => one.id === id);
  return (
    <div class="con-inside">
      <p class="fine">{t('con.grants_why')}</p>
      <Own show={show} again={again} />
      {below.length ? (
        <Choice<string>
          id="grants-of"
          label={t('con.grants_of')}
          value={member ? id : ''}
          options={['', ...names.keys()]}
          text={(one) => names.get(one) ?? t('con.grants_choose')}
          onChange={setId}
        />
      ) : null}
      {member ? <Rights key={id} code={show.room.code} member={member} again={again} /> : null}
    </div>
  );
}

export function Grants(props: Of) {
  const [open, setOpen] = useState(false);
  const n = withOwn(props.show.members).length;
  return (
    <details class="con-more" data-part="grants" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary class="plain" data-act="grants">
        {n ? t('con.grants_n', { n }) : t('con.grants')}
      </summary>
      {open ? <Inside {...props} /> : null}
    </details>
  );
}
