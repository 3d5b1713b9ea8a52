// The layouts as small pictures of how they would look now, asked for one after the other.

import { useEffect, useRef, useState } from 'preact/hooks';
import { classroom } from '../../app';
import { arrow, director, keepPreview } from '../../core/director';
import { t } from '../../core/i18n';
import { Refusal } from '../../core/protocol';
import { state } from '../../core/state';
import { layoutLabel, offeredLayouts } from '../lecturerbar';

const TRIES = 4;
const PAUSE_MS = 600; // the server makes a few for all: others wait, too

const sleep = (ms: number) => new Promise((go) => setTimeout(go, ms));

async function look(name: string): Promise<void> {
  for (let left = TRIES; left > 0; left--) {
    try {
      const d = await classroom.request('layout.preview', { name });
      if (typeof d.jpeg === 'string') keepPreview(name, d.jpeg);
      return;
    } catch (why) {
      if (!(why instanceof Refusal) || !['preview_busy', 'too_fast', 'no_preview'].includes(why.code)) return;
      await sleep(PAUSE_MS);
    }
  }
}

/** How many are in the first row. */
function across(list: HTMLElement): number {
  const [first, ...rest] = [...list.children] as HTMLElement[];
  const n = rest.findIndex((one) => one.offsetTop !== first?.offsetTop);
  return n < 0 ? rest.length + 1 : n + 1;
}

function Card({ name, at, onTake }: { name: string; at: boolean; onTake(): void }) {
  const jpeg = director.previews.value.get(name);
  const air = state.layout.value?.name === name;
  return (
    <button
      type="button"
      class={air ? 'look is-air' : 'look'}
      data-look={name}
      data-pictured={jpeg ? 'yes' : 'no'}
      tabIndex={at ? 0 : -1}
      aria-pressed={air}
      onClick={onTake}
    >
      {jpeg ? <img alt="" src={`data:image/jpeg;base64,${jpeg}`} /> : <span class="look-empty" aria-hidden="true">{t('director.no_picture')}</span>}
      <span class="look-name">
        {layoutLabel(name)} {air ? <em>{t('director.air')}</em> : null}
      </span>
    </button>
  );
}

export function Layouts({ onTake }: { onTake(name: string): void }) {
  const names = offeredLayouts(state.layouts.value);
  const list = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(() => Math.max(0, names.indexOf(state.layout.value?.name ?? '')));
  const [busy, setBusy] = useState(false);
  const wanted = useRef(true);
  const focus = (to: number) => {
    setAt(to);
    (list.current?.children[to] as HTMLElement | undefined)?.focus();
  };
  const lookAll = async () => {
    if (busy) return;
    setBusy(true);
    for (const name of names) {
      if (!wanted.current) return;
      await look(name);
    }
    setBusy(false);
  };
  useEffect(() => {
    wanted.current = true;
    focus(at);
    return () => {
      wanted.current = false;
    };
  }, []);
  useEffect(() => {
    if (names.some((name) => !director.previews.value.has(name))) void lookAll();
  }, [state.room.value.id]);
  const onKey = (event: KeyboardEvent) => {
    const to = list.current ? arrow(event.key, at, names.length, across(list.current)) : -1;
    if (to < 0) return;
    focus(to);
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="looks-part">
      <div class="looks" ref={list} role="group" aria-label={t('director.layouts')} onKeyDown={onKey}>
        {names.map((name, i) => (
          <Card key={name} name={name} at={i === at} onTake={() => (setAt(i), onTake(name))} />
        ))}
      </div>
      <button type="button" class="chip" data-act="look-all" disabled={busy} onClick={() => void lookAll()}>
        {t(busy ? 'director.looking' : 'director.look')}
      </button>
    </div>
  );
}
