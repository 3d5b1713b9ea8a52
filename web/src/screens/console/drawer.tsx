// One class, opened: who is there, what is shown, who waits, and all that can be done.

import { useState } from 'preact/hooks';
import { membersOf } from '../../core/admin/people';
import { go } from '../../core/admin/place';
import type { RoomShow } from '../../core/admin/types';
import { clock } from '../../core/format';
import { t } from '../../core/i18n';
import { showCode } from '../../core/route';
import { state } from '../../core/state';
import { Sheet } from '../../ui/sheet';
import { TwoStep } from '../../ui/twostep';
import { Announce } from './announce';
import { Bans } from './bans';
import { Poster } from './card';
import { ClassControls } from './controls';
import { desk } from './desk';
import { number, percent, rate, roomTitle } from './figures';
import { Grants } from './grants';
import { Groups } from './groups';
import { Invites } from './invites';
import { layoutLabel } from './layouts';
import { Members } from './members';
import { Nothing, Said, Table } from './parts';
import { LayoutPicker } from './picker';
import { Records } from './records';
import { useAsked } from './use';

const EACH_MS = 2000;
const PAGE = 200;

function close(): void {
  desk.hush();
  go({ tab: 'rooms', code: '' });
}

function Facts({ show }: { show: RoomShow }) {
  const { room } = show;
  const items: [string, string][] = [
    ['kind', t(`con.kind.${room.kind}`)],
    ['members', number(room.n_members)],
    ['cpu', percent(show.cpu_percent)],
    ['in', rate(show.kbps_in)],
    ['out', rate(show.kbps_out)],
    ['layout', show.layout ? layoutLabel(show.layout.name) : t('con.empty')],
  ];
  return (
    <dl class="con-figures">
      {items.map(([key, value]) => (
        <div key={key} data-figure={key}>
          <dt>{t(`con.now.${key}`)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Record({ show, again }: { show: RoomShow; again(): void }) {
  const { on, since_ms } = show.recording;
  const { code } = show.room;
  const since = on && since_ms ? clock(Date.now() + state.clockSkewMs.value - since_ms) : '';
  const turn = () => void desk.act(on ? 'record.stop' : 'record.start', { code }, on ? 'note.rec_off' : 'note.rec_on').then(again);
  return (
    <button type="button" class={on ? 'row-button is-danger' : 'row-button'} data-act="record" aria-pressed={on} onClick={turn}>
      <b aria-hidden="true">{on ? '■' : '●'}</b> {t(on ? 'rec.stop' : 'rec.start')} {since}
    </button>
  );
}

function Waiting({ show, again }: { show: RoomShow; again(): void }) {
  const { code, waiting } = show.room;
  if (!show.lobby.length) return null;
  const act = (t: string, d: object, done: string) => void desk.act(t, { code, ...d }, done).then(again);
  return (
    <section class="lobby" aria-label={t('lobby.title', { n: waiting })}>
      <header class="lobby-head">
        <h3>{t('lobby.title', { n: waiting })}</h3>
        <button type="button" class="row-button" data-act="admit-all" onClick={() => act('member.admit', { member: '' }, 'con.admitted')}>
          {t('lobby.admit_all')}
        </button>
      </header>
      <ul class="rows">
        {show.lobby.map((one) => (
          <li key={one.id} class="row" data-waiting={one.name}>
            <span class="grow row-name">
              <bdi>{one.name}</bdi>
              <small>
                {one.role === 'student' ? '' : `${t(`role.${one.role}`)} · `}
                {one.network}
              </small>
            </span>
            <button
              type="button"
              class="row-button"
              data-act="admit"
              onClick={() => act('member.admit', { member: one.id }, 'con.admitted')}
            >
              {t('lobby.admit')}
              <span class="unseen">: {one.name}</span>
            </button>
            <button
              type="button"
              class="row-button"
              data-act="deny"
              onClick={() => act('member.deny', { member: one.id }, 'con.denied')}
            >
              {t('lobby.deny')}
              <span class="unseen">: {one.name}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What is encoded for whom, and what it costs. */
function Rungs({ show }: { show: RoomShow }) {
  if (!show.rungs?.length) return null;
  return (
    <details class="con-more">
      <summary class="plain" data-act="rungs">
        {t('con.rungs', { n: show.rungs.length })}
      </summary>
      <Table label={t('con.rungs', { n: show.rungs.length })}>
        <thead>
          <tr>
            <th scope="col">{t('con.level')}</th>
            <th scope="col">{t('con.picture')}</th>
            <th scope="col">{t('con.codec')}</th>
            <th scope="col">{t('con.rate')}</th>
            <th scope="col">{t('con.viewers')}</th>
            <th scope="col">{t('con.cpu')}</th>
          </tr>
        </thead>
        <tbody>
          {show.rungs.map((one, i) => (
            <tr key={i}>
              <th scope="row">{t(`level.${one.level}`)}</th>
              <td>{`${one.w}×${one.h}, ${one.fps}/s`}</td>
              <td>{one.codec}</td>
              <td>{rate(one.kbps)}</td>
              <td>{number(one.viewers)}</td>
              <td>{percent(one.cpu_percent)}</td>
            </tr>
          ))}
        </tbody>
      </Table>
    </details>
  );
}

function End({ code }: { code: string }) {
  const end = async () => {
    if (!(await desk.act('class.end', { code }, 'con.ended'))) return;
    go({ tab: 'rooms', code: '' });
  };
  return <TwoStep act="end" icon="end" label={t('end')} sure={t('end.sure')} onConfirm={() => void end()} />;
}

export function Drawer({ code }: { code: string }) {
  const [most, setMost] = useState(PAGE);
  const asked = useAsked(() => membersOf((one, from) => desk.show(one, from), code, most), EACH_MS, `${code} ${most}`);
  const [kept, setKept] = useState<RoomShow | null>(null);
  if (asked.data && asked.data !== kept) setKept(asked.data); // while more are asked for
  const show = asked.data ?? kept;
  const title = show ? `${roomTitle(show.room)} ${showCode(code)}` : showCode(code);
  const { again } = asked;
  return (
    <Sheet name="room" title={title} onClose={close}>
      <Said />
      {!show || asked.error ? <Nothing asked={asked} none="" /> : null}
      {show ? (
        <div class="con-drawer">
          <div class="con-scene">
            <Poster code={code} title={show.room.title} live={show.room.n_members > 0} />
            <Facts show={show} />
          </div>
          <div class="row-actions">
            <Record show={show} again={again} />
            <End code={code} />
          </div>
          <Waiting show={show} again={again} />
          <Members show={show} again={again} onMore={show.next ? () => setMost(most + PAGE) : null} />
          <LayoutPicker code={code} current={show.layout?.name ?? ''} again={again} />
          <ClassControls show={show} again={again} />
          <Grants show={show} again={again} />
          <Groups show={show} />
          <Records show={show} again={again} />
          <Invites code={code} />
          <Bans code={code} />
          <Announce code={code} />
          <Rungs show={show} />
        </div>
      ) : null}
    </Sheet>
  );
}
