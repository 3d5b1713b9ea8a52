// The members of a class: what each receives and why, and what can be done with each.

import { useState } from 'preact/hooks';
import { isWeak } from '../../core/admin/people';
import type { MemberRow, RoomShow } from '../../core/admin/types';
import { t } from '../../core/i18n';
import { showCode } from '../../core/route';
import { Icon } from '../../ui/icon';
import { TwoStep } from '../../ui/twostep';
import { History } from '../weak';
import { desk } from './desk';
import { rate, when } from './figures';
import { Choice, Search } from './parts';

interface Of {
  member: MemberRow;
  code: string;
  again(): void;
}

export function linkWords(member: MemberRow): string {
  const { level, why, loss, rtt_ms } = member;
  return t('weak.line', { level: t(`level.${level}`), why: t(`weak.why.${why}`), loss, rtt: rtt_ms });
}

function Button(props: { act: string; icon: string; label: string; off?: boolean; pressed?: boolean; open?: boolean; onClick(): void }) {
  return (
    <button
      type="button"
      class={props.pressed || props.open ? 'row-button is-on' : 'row-button'}
      data-act={props.act}
      disabled={props.off}
      aria-pressed={props.pressed}
      aria-expanded={props.open}
      aria-label={props.label}
      title={props.label}
      onClick={props.onClick}
    >
      <Icon name={props.icon} />
    </button>
  );
}

function Actions({ member, code, again, pinned, open, onOpen }: Of & { pinned: boolean; open: boolean; onOpen(): void }) {
  const { id, name } = member;
  const act = (t: string, d: object, done: string) => void desk.act(t, { code, ...d }, done, { name }).then(again);
  return (
    <span class="row-actions">
      <Button
        act="pin"
        icon="pin"
        label={t('people.pin', { name })}
        pressed={pinned}
        onClick={() => act('spotlight.set', { member: pinned ? '' : id }, pinned ? 'con.unpinned' : 'con.pinned')}
      />
      <Button act="mute" icon="mic_off" label={t('people.mute', { name })} off={!member.mic} onClick={() => act('member.mute', { member: id }, 'con.muted')} />
      <Button
        act="cam-off"
        icon="cam_off"
        label={t('con.cam_off', { name })}
        off={!member.cam}
        onClick={() => act('member.mute', { member: id, what: 'camera' }, 'con.cam_was_off')}
      />
      <Button act="person" icon="more" label={t('con.about', { name })} open={open} onClick={onOpen} />
    </span>
  );
}

/** Into another class of this server. */
function Move({ member, code, again }: Of) {
  const [to, setTo] = useState('');
  const others = desk.rooms.value.filter((one) => one.code !== code);
  if (!others.length) return null;
  const move = async (event: Event) => {
    event.preventDefault();
    const title = others.find((one) => one.code === to)?.title ?? '';
    if (await desk.act('member.move', { member: member.id, code: to, from: code }, 'con.moved', { name: member.name, title })) again();
  };
  const titles = new Map(others.map((one) => [one.code, `${one.title} (${showCode(one.code)})`]));
  return (
    <form class="con-bar" onSubmit={(event) => void move(event)}>
      <Choice<string>
        id={`move-${member.id}`}
        label={t('con.move_to')}
        value={to}
        options={['', ...titles.keys()]}
        text={(one) => titles.get(one) ?? t('con.choose')}
        onChange={setTo}
      />
      <button type="submit" class="row-button" data-act="move" disabled={!to}>
        {t('con.move')}
      </button>
    </form>
  );
}

function About({ member, code, again }: Of) {
  const { id, name } = member;
  const act = (t: string, d: object, done: string) => void desk.act(t, { code, ...d }, done, { name }).then(again);
  return (
    <div class="con-about" role="group" aria-label={t('con.about', { name })}>
      <p class="fine">
        {t('con.since', { when: when(member.since_ms) })} · {member.network} · {rate(member.kbps)} · {id}
      </p>
      <History member={id} code={code} />
      <Move member={member} code={code} again={again} />
      <span class="row-actions">
        <button type="button" class="row-button" data-act="mute-stay" onClick={() => act('member.mute', { member: id, again: false }, 'con.muted')}>
          {t('con.mute_stay')}
        </button>
        {member.screen ? (
          <button type="button" class="row-button" data-act="screen-off" onClick={() => act('member.mute', { member: id, what: 'share' }, 'con.screen_was_off')}>
            {t('con.screen_off')}
          </button>
        ) : null}
        <TwoStep
          act="kick"
          icon="leave"
          label={t('con.kick')}
          sure={t('con.kick_sure', { name })}
          onConfirm={() => act('member.remove', { member: id, ban: false }, 'con.kicked')}
        />
        <TwoStep
          act="ban"
          icon="remove"
          label={t('con.ban')}
          sure={t('con.ban_sure', { name })}
          onConfirm={() => act('member.remove', { member: id, ban: true }, 'con.banned')}
        />
      </span>
    </div>
  );
}

/** What is on, in words for whoever does not see the marks. */
function marks(member: MemberRow): string {
  const words = [t(member.mic ? 'people.mic_on' : 'people.mic_off'), t(member.cam ? 'people.cam_on' : 'people.cam_off')];
  if (member.screen) words.push(t('con.screen_on'));
  if (member.hand) words.push(t('con.hand_up'));
  return words.join(', ');
}

function Row({ member, code, again, pinned }: Of & { pinned: boolean }) {
  const [open, setOpen] = useState(false);
  const weak = isWeak(member);
  return (
    <li class={member.state === 'away' ? 'row is-away' : 'row'} data-member={member.name}>
      <span class="grow row-name">
        <bdi>{member.name}</bdi>
        {member.role === 'student' ? null : <em>{t(`role.${member.role}`)}</em>}
        {member.state === 'away' ? <em>{t('tile.away')}</em> : null}
        <small class={weak ? 'is-weak' : undefined}>
          {weak ? <b>{t('weak.mark')}: </b> : null}
          {linkWords(member)}
        </small>
      </span>
      <span class="marks">
        {member.hand ? <Icon name="hand" /> : null}
        {member.screen ? <Icon name="share" /> : null}
        <Icon name={member.cam ? 'cam' : 'cam_off'} />
        <Icon name={member.mic ? 'mic' : 'mic_off'} />
        <span class="unseen">{marks(member)}</span>
      </span>
      <Actions member={member} code={code} again={again} pinned={pinned} open={open} onOpen={() => setOpen(!open)} />
      {open ? <About member={member} code={code} again={again} /> : null}
    </li>
  );
}

const FEW = 8;

export function Members({ show, again, onMore }: { show: RoomShow; again(): void; onMore: (() => void) | null }) {
  const [words, setWords] = useState('');
  const { code, n_members, pinned } = show.room;
  const wanted = words.trim().toLowerCase();
  const rows = show.members.filter((one) => one.name.toLowerCase().includes(wanted));
  return (
    <section class="con-part" aria-label={t('people.title')}>
      <h3>{t('people.n', { n: n_members })}</h3>
      {show.members.length > FEW ? <Search id="member-search" label={t('con.search_people')} value={words} onInput={setWords} /> : null}
      {rows.length ? null : <p class="fine">{t(n_members ? 'con.none_found' : 'con.nobody')}</p>}
      <ul class="rows">
        {rows.map((member) => (
          <Row key={member.id} member={member} code={code} again={again} pinned={pinned === member.id} />
        ))}
      </ul>
      {onMore ? (
        <button type="button" class="plain wide" data-act="more-members" onClick={onMore}>
          {t('con.more')}
        </button>
      ) : null}
    </section>
  );
}
