// A class in the list: its picture, and what matters of it.

import { useEffect, useRef } from 'preact/hooks';
import type { RoomNow } from '../../core/admin/types';
import { t } from '../../core/i18n';
import { showCode } from '../../core/route';
import { Icon } from '../../ui/icon';
import { desk } from './desk';
import { percent, roomTitle } from './figures';
import { layoutLabel } from './layouts';
import { Go } from './parts';

/** The picture of a class, as long as it is in sight. */
export function Poster({ code, title, live }: { code: string; title: string; live: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!box.current || !live) return undefined;
    let watched = false;
    const see = (visible: boolean) => {
      if (visible === watched) return;
      watched = visible;
      if (visible) desk.posters.watch(code);
      else desk.posters.unwatch(code);
    };
    const observer = new IntersectionObserver((entries) => see(entries.at(-1)!.isIntersecting), { rootMargin: '50px' });
    observer.observe(box.current);
    return () => {
      observer.disconnect();
      see(false);
    };
  }, [code, live]);
  const jpeg = live ? desk.pictures.value.get(code) : undefined;
  return (
    <div class="con-poster" ref={box} data-poster={code}>
      {jpeg ? <img src={`data:image/jpeg;base64,${jpeg}`} alt={t('con.poster', { title })} /> : <span class="fine">{t(live ? 'con.no_picture' : 'con.empty')}</span>}
    </div>
  );
}

function Marks({ room }: { room: RoomNow }) {
  return (
    <p class="con-marks">
      <span>
        <Icon name="people" />
        {t('people.n', { n: room.members })}
      </span>
      {room.recording ? <span class="con-rec">● {t('con.recorded')}</span> : null}
      {room.waiting ? <span class="con-mark">{t('con.wait', { n: room.waiting })}</span> : null}
      {room.weak ? (
        <span class="con-mark is-weak">
          <Icon name="quality" />
          {t('weak.title', { n: room.weak })}
        </span>
      ) : null}
      {room.locked ? <span class="con-mark">{t('con.locked')}</span> : null}
    </p>
  );
}

export function Card({ room }: { room: RoomNow }) {
  return (
    <li class="con-card" data-room={room.code}>
      <Poster code={room.code} title={room.title} live={room.members > 0} />
      <h3>
        <Go to={{ tab: 'rooms', code: room.code }} class="con-open" act="open-room">
          <bdi>{roomTitle(room)}</bdi>
        </Go>
      </h3>
      <Marks room={room} />
      <p class="fine">
        <span class="mono">{showCode(room.code)}</span>
        {room.layout ? ` · ${layoutLabel(room.layout)}` : ''}
        {room.members ? ` · ${t('con.cpu_of', { v: percent(room.cpu_percent) })}` : ''}
      </p>
    </li>
  );
}
