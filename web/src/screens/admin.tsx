// /admin: the classes of this server, and new ones.

import { useEffect, useState } from 'preact/hooks';
import { classroom } from '../app';
import { t } from '../core/i18n';
import { Refusal, type RoomRow } from '../core/protocol';
import { showCode } from '../core/route';
import { state } from '../core/state';
import { rememberTab } from '../core/store';
import { CopyLink } from '../ui/copy';
import { LanguageChoice } from './languages';

const REFRESH_MS = 5000;

function full(url: string): string {
  return new URL(url, location.origin).href;
}

function codeOf(why: unknown): string {
  return why instanceof Refusal ? why.code : 'unknown';
}

function TokenForm({ error, onToken }: { error: string; onToken(token: string): void }) {
  const [token, setToken] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    onToken(token.trim());
  };
  return (
    <form class="card" onSubmit={submit}>
      {error ? (
        <p class="error" role="alert">
          {t(`error.${error}`)}
        </p>
      ) : null}
      <label>
        <span>{t('admin.token')}</span>
        <input id="token" type="password" autoComplete="current-password" value={token} onInput={(e) => setToken(e.currentTarget.value)} />
      </label>
      <button type="submit" class="primary" data-act="sign-in">
        {t('admin.sign_in')}
      </button>
    </form>
  );
}

function Create({ onCreated }: { onCreated(): void }) {
  const [title, setTitle] = useState('');
  const [room, setRoom] = useState<RoomRow | null>(null);
  const [error, setError] = useState('');
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      setRoom((await classroom.request('room.create', { title: title.trim() })) as unknown as RoomRow);
      setTitle('');
      setError('');
      onCreated();
    } catch (why) {
      setError(codeOf(why));
    }
  };
  return (
    <form class="card" id="create-form" onSubmit={submit}>
      <h2>{t('admin.new')}</h2>
      {error ? (
        <p class="error" role="alert">
          {t(`error.${error}`)}
        </p>
      ) : null}
      <label>
        <span>{t('admin.title')}</span>
        <input id="title" dir="auto" required maxLength={128} value={title} onInput={(e) => setTitle(e.currentTarget.value)} />
      </label>
      <button type="submit" class="primary" data-act="create">
        {t('admin.create')}
      </button>
      {room ? (
        <>
          <p class="fine" role="status">
            {t('admin.links', { code: showCode(room.code) })}
          </p>
          <Links room={room} name="" />
        </>
      ) : null}
    </form>
  );
}

function Links({ room, name }: { room: RoomRow; name: string }) {
  return (
    <div class="links" data-room={room.id}>
      <CopyLink name={`lecturer${name}`} label={t('admin.for_lecturer')} url={full(room.lecturer_url)} />
      <CopyLink name={`student${name}`} label={t('admin.for_students')} url={full(room.student_url)} />
    </div>
  );
}

function Rooms({ rooms }: { rooms: RoomRow[] }) {
  return (
    <section class="card">
      <h2>{t('admin.rooms')}</h2>
      {rooms.length ? null : <p class="fine">{t('admin.none')}</p>}
      <ul class="rows" id="rooms">
        {rooms.map((room) => (
          <li key={room.id}>
            <details>
              <summary class="row">
                <span class="grow row-name">
                  <bdi>{room.title}</bdi> <em class="mono">{showCode(room.code)}</em>
                </span>
                {room.recording ? <span class="rec">● REC</span> : null}
                <span class="fine">{t('people.n', { n: room.members })}</span>
              </summary>
              <Links room={room} name={`-${room.id}`} />
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Console() {
  const [rooms, setRooms] = useState<RoomRow[]>([]);
  const refresh = () => {
    classroom.request('room.list').then(
      (reply) => setRooms((reply.rooms as RoomRow[]) ?? []),
      () => undefined, // the banner of the link says it; the list stays as it was
    );
  };
  useEffect(() => {
    refresh();
    const timer = setInterval(refresh, REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <>
      {state.link.value === 'open' ? null : (
        <p class="error" role="alert">
          {t('banner.lost', { n: Math.max(1, state.tries.value) })}
        </p>
      )}
      <Create onCreated={refresh} />
      <Rooms rooms={rooms} />
    </>
  );
}

export function Admin({ token }: { token: string }) {
  const [inside, setInside] = useState(false);
  const [error, setError] = useState('');
  const enter = (given: string) => {
    rememberTab('token.admin', given);
    classroom.enter({ code: '', name: 'Admin', token: given, media: false }).then(
      () => setInside(true),
      (why) => setError(codeOf(why)),
    );
  };
  useEffect(() => {
    if (token) enter(token);
  }, []);
  return (
    <main class="door wide-door">
      <header class="door-head">
        <h1>{t('admin')}</h1>
        <LanguageChoice />
      </header>
      {inside ? <Console /> : token && !error ? <p class="fine">{t('connecting')}</p> : <TokenForm error={error} onToken={enter} />}
    </main>
  );
}
