// The classes of this server: new ones, and those that there are, with what they look like now.

import { useEffect, useRef, useState } from 'preact/hooks';
import { choose, FILTERS, SORTS, steady, withListed, type Filter, type Sort } from '../../core/admin/rooms';
import { place } from '../../core/admin/place';
import type { RoomNow } from '../../core/admin/types';
import { t } from '../../core/i18n';
import type { RoomRow } from '../../core/protocol';
import { showCode } from '../../core/route';
import { recall, remember } from '../../core/store';
import { CopyLink } from '../../ui/copy';
import { Announce } from './announce';
import { Card } from './card';
import { KINDS } from './controls';
import { desk } from './desk';
import { Drawer } from './drawer';
import { number, percent, roomTitle } from './figures';
import { Choice, Go, Search, Table } from './parts';
import { useAsked } from './use';

type Kind = (typeof KINDS)[number];

function full(url: string): string {
  return new URL(url, location.origin).href;
}

function Create() {
  const [title, setTitle] = useState('');
  const [kind, setKind] = useState<Kind>('discussion');
  const [room, setRoom] = useState<RoomRow | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      const made = (await desk.ask('room.create', { title: title.trim() })) as unknown as RoomRow;
      if (kind !== 'discussion') await desk.act('room.set', { code: made.code, kind });
      setRoom(made);
      setTitle('');
      desk.hush();
    } catch (why) {
      desk.say(why);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="card con-create" id="create-form" onSubmit={submit}>
      <h3>{t('admin.new')}</h3>
      <div class="con-bar">
        <label class="con-field con-search">
          <span>{t('admin.title')}</span>
          <input id="title" dir="auto" required maxLength={128} value={title} onInput={(e) => setTitle(e.currentTarget.value)} />
        </label>
        <Choice id="kind" label={t('con.kind')} value={kind} options={KINDS} text={(one) => t(`con.kind.${one}`)} onChange={setKind} />
        <button type="submit" class="primary" data-act="create" disabled={busy} aria-busy={busy || undefined}>
          {t('admin.create')}
        </button>
      </div>
      {room ? (
        <>
          <p class="fine" role="status">
            {t('admin.links', { code: showCode(room.code) })}
          </p>
          <div class="links" data-room={room.id}>
            <CopyLink name="lecturer" label={t('admin.for_lecturer')} url={full(room.lecturer_url)} />
            <CopyLink name="student" label={t('admin.for_students')} url={full(room.student_url)} />
          </div>
        </>
      ) : null}
    </form>
  );
}

function Rows({ rooms }: { rooms: RoomNow[] }) {
  return (
    <Table label={t('con.tab.rooms')}>
      <thead>
        <tr>
          <th scope="col">{t('con.title')}</th>
          <th scope="col">{t('con.code')}</th>
          <th scope="col">{t('con.members')}</th>
          <th scope="col">{t('con.waiting')}</th>
          <th scope="col">{t('con.weak')}</th>
          <th scope="col">{t('con.cpu')}</th>
          <th scope="col">{t('con.state')}</th>
        </tr>
      </thead>
      <tbody>
        {rooms.map((room) => (
          <tr key={room.id} data-room={room.code}>
            <th scope="row">
              <Go to={{ tab: 'rooms', code: room.code }} class="con-link" act="open-room">
                <bdi>{roomTitle(room)}</bdi>
              </Go>
            </th>
            <td class="mono">{showCode(room.code)}</td>
            <td>{number(room.members)}</td>
            <td>{number(room.waiting)}</td>
            <td>{number(room.weak)}</td>
            <td>{percent(room.cpu_percent)}</td>
            <td>{[room.recording && t('con.recorded'), room.locked && t('con.locked')].filter(Boolean).join(', ')}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** Where the focus is, nothing changes its place. */
function useSteady(rooms: RoomNow[], key: string) {
  const box = useRef<HTMLDivElement>(null);
  const order = useRef<{ key: string; ids: string[] }>({ key: '', ids: [] });
  const held = order.current.key === key && !!box.current?.contains(document.activeElement);
  const shown = held ? steady(order.current.ids, rooms) : rooms;
  order.current = { key, ids: shown.map((one) => one.id) };
  return { box, shown };
}

const VIEWS = ['cards', 'table'] as const;
type View = (typeof VIEWS)[number];

function List() {
  const [words, setWords] = useState('');
  const [filter, setFilter] = useState<Filter>('all');
  const [sort, setSort] = useState<Sort>('server');
  const [view, setView] = useState<View>(recall('con.view') === 'table' ? 'table' : 'cards');
  const told = desk.rooms.value;
  const all = desk.nRooms.value;
  const wide = all > told.length && words.trim().length > 1;
  const list = useAsked(async () => (wide ? ((await desk.read('room.list')).rooms as RoomRow[]) : []), wide ? 5000 : 0, String(wide));
  const chosen = choose(withListed(told, list.data ?? []), words, filter, sort);
  const { box, shown } = useSteady(chosen, `${words} ${filter} ${sort} ${view}`);
  const see = (one: View) => {
    remember('con.view', one);
    setView(one);
  };
  return (
    <section aria-label={t('admin.rooms')}>
      <div class="con-bar">
        <Search id="room-search" label={t('con.search_rooms')} value={words} onInput={setWords} />
        <Choice id="room-filter" label={t('con.filter')} value={filter} options={FILTERS} text={(one) => t(`con.filter.${one}`)} onChange={setFilter} />
        <Choice id="room-sort" label={t('con.sort')} value={sort} options={SORTS} text={(one) => t(`con.sort.${one}`)} onChange={setSort} />
        <Choice id="room-view" label={t('con.view')} value={view} options={VIEWS} text={(one) => t(`con.view.${one}`)} onChange={see} />
      </div>
      <p class="fine" role="status">
        {desk.server.value ? t('con.shown', { n: shown.length, all }) : t('con.loading')}
      </p>
      <div ref={box}>
        {shown.length && view === 'table' ? <Rows rooms={shown} /> : null}
        {shown.length && view === 'cards' ? (
          <ul class="con-cards" id="rooms">
            {shown.map((room) => (
              <Card key={room.id} room={room} />
            ))}
          </ul>
        ) : null}
        {!shown.length && desk.server.value ? <p class="fine con-none">{t(all ? 'con.none_found' : 'admin.none')}</p> : null}
      </div>
    </section>
  );
}

export function RoomsTab() {
  const { code } = place.value;
  const [opened, setOpened] = useState('');
  useEffect(() => {
    if (code) setOpened(code);
    else if (opened) {
      document.querySelector<HTMLElement>(`[data-room="${CSS.escape(opened)}"] [data-act=open-room]`)?.focus();
      setOpened('');
    }
  }, [code]);
  return (
    <>
      <Create />
      <List />
      <Announce code="" />
      {code ? <Drawer key={code} code={code} /> : null}
    </>
  );
}
