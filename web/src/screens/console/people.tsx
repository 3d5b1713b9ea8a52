// People of all classes: everybody, to be searched, and those with the worst links.

import { useState } from 'preact/hooks';
import { byName, gather, isWeak, worstFirst, type Person } from '../../core/admin/people';
import type { RoomNow } from '../../core/admin/types';
import { t } from '../../core/i18n';
import { History } from '../weak';
import { desk } from './desk';
import { rate } from './figures';
import { linkWords } from './members';
import { Go, Nothing, Search } from './parts';
import { useAsked } from './use';

const EACH_MS = 6000;
const MOST = 5000;
const SHOWN = 200;

function usePeople(wanted: (room: RoomNow) => boolean) {
  const ask = (code: string, from: number) => desk.show(code, from);
  return useAsked(
    async () => {
      const rooms = desk.rooms.value.filter(wanted);
      let refused = 0;
      let last: unknown;
      const people = await gather(ask, rooms, MOST, (why) => {
        refused++;
        last = why;
      });
      if (refused && refused === rooms.length) throw last;
      return people;
    },
    EACH_MS,
    String(desk.server.value !== null),
  );
}

function In({ person }: { person: Person }) {
  return (
    <Go to={{ tab: 'rooms', code: person.code }} class="con-link" act="open-room">
      <bdi>{person.title}</bdi>
    </Go>
  );
}

function PersonRow({ person }: { person: Person }) {
  const on = [person.mic && t('mic'), person.cam && t('cam'), person.screen && t('share')].filter(Boolean).join(', ');
  return (
    <li class="row" data-person={person.name}>
      <span class="grow row-name">
        <bdi>{person.name}</bdi>
        {person.role === 'student' ? null : <em>{t(`role.${person.role}`)}</em>}
        {person.state === 'away' ? <em>{t('tile.away')}</em> : null}
        <small>
          {t(`level.${person.level}`)} · {rate(person.kbps)} · {on || t('con.listens')}
        </small>
      </span>
      <In person={person} />
    </li>
  );
}

export function PeopleTab() {
  const [words, setWords] = useState('');
  const asked = usePeople((room) => room.members > 0);
  const wanted = words.trim().toLowerCase();
  const found = (asked.data ?? []).filter((one) => one.name.toLowerCase().includes(wanted)).sort(byName);
  return (
    <section>
      <div class="con-bar">
        <Search id="people-search" label={t('con.search_people')} value={words} onInput={setWords} />
      </div>
      <p class="fine" role="status">
        {asked.data ? t('con.people_found', { n: found.length }) : null}
      </p>
      {found.length ? null : <Nothing asked={asked} none={t(asked.data?.length ? 'con.none_found' : 'con.nobody_anywhere')} />}
      <ul class="rows con-rows">
        {found.slice(0, SHOWN).map((one) => (
          <PersonRow key={`${one.code} ${one.id}`} person={one} />
        ))}
      </ul>
      {found.length > SHOWN ? <p class="fine">{t('con.rest', { n: found.length - SHOWN })}</p> : null}
    </section>
  );
}

function WeakRow({ person, rank }: { person: Person; rank: number }) {
  const [open, setOpen] = useState(false);
  return (
    <li class="row" data-weak={person.name}>
      <span class="grow row-name">
        <b aria-hidden="true">{rank}. </b>
        <bdi>{person.name}</bdi>
        {person.state === 'away' ? <em>{t('tile.away')}</em> : null}
        <small class="is-weak">{linkWords(person)}</small>
        <small>
          {t('con.gets', { v: rate(person.kbps) })} · {person.network}
        </small>
      </span>
      <In person={person} />
      <button
        type="button"
        class={open ? 'row-button is-on' : 'row-button'}
        data-act="history"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {t('con.history')}
        <span class="unseen">: {person.name}</span>
      </button>
      {open ? (
        <div class="con-about">
          <History member={person.id} code={person.code} />
        </div>
      ) : null}
    </li>
  );
}

export function LinksTab() {
  const asked = usePeople((room) => room.members > 0);
  const weak = (asked.data ?? []).filter(isWeak).sort(worstFirst);
  return (
    <section>
      <p class="fine" role="status">
        {asked.data ? t('con.weak_found', { n: weak.length, all: asked.data.length }) : null}
      </p>
      {weak.length ? null : <Nothing asked={asked} none={t('con.no_weak')} />}
      <ol class="rows con-rows">
        {weak.slice(0, SHOWN).map((one, i) => (
          <WeakRow key={`${one.code} ${one.id}`} person={one} rank={i + 1} />
        ))}
      </ol>
    </section>
  );
}
