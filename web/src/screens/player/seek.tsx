// The line of time: how loud it is, what has come, where chapters begin; to be dragged, and moved by keys.

import { useEffect, useRef, useState } from 'preact/hooks';
import { clock } from '../../core/format';
import { t } from '../../core/i18n';
import type { Now } from '../../core/player/playback';
import { cueAt, type Cue } from '../../core/player/vtt';
import { columnsOf, type Wave } from '../../core/player/wave';
import { nameOf } from './chapters';
import type { Picture } from './extras';

const COLUMN_PX = 3; // a bar and its gap
const PREVIEW_PX = 160;

/** Draws the bars; those that have passed in the colour that stands out. */
function draw(canvas: HTMLCanvasElement, wave: Wave, now: Now): void {
  const scale = Math.min(2, devicePixelRatio || 1);
  const { clientWidth: w, clientHeight: h } = canvas;
  const pen = canvas.getContext('2d');
  if (!pen || !w || !now.whole) return;
  if (canvas.width !== Math.round(w * scale)) canvas.width = Math.round(w * scale);
  if (canvas.height !== Math.round(h * scale)) canvas.height = Math.round(h * scale);
  const style = getComputedStyle(canvas);
  const colours = ['--accent', '--soft'].map((name) => style.getPropertyValue(name));
  const columns = columnsOf(wave, Math.max(1, Math.floor(w / COLUMN_PX)), now.whole);
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, w, h);
  columns.forEach((part, i) => {
    const high = Math.max(1, part * h);
    pen.fillStyle = colours[(i + 0.5) / columns.length <= now.at / now.whole ? 0 : 1]!;
    pen.fillRect(i * COLUMN_PX, h - high, COLUMN_PX - 1, high);
  });
}

function WaveForm({ wave, now }: { wave: Wave; now: Now }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef(now);
  latest.current = now;
  useEffect(() => {
    const again = new ResizeObserver(() => canvas.current && draw(canvas.current, wave, latest.current));
    again.observe(canvas.current!);
    return () => again.disconnect();
  }, [wave]);
  useEffect(() => {
    if (canvas.current) draw(canvas.current, wave, now);
  }, [wave, Math.floor(now.at * 2), now.whole]);
  return <canvas class="pl-wave" aria-hidden="true" ref={canvas} />;
}

/** What is there, over the pointer. */
function Preview({ s, x, room, picture, chapter }: { s: number; x: number; room: number; picture: Picture | null; chapter: string }) {
  const wide = Math.min(PREVIEW_PX, room);
  const start = Math.max(0, Math.min(room - wide, x - wide / 2));
  return (
    <div class="pl-preview" aria-hidden="true" style={{ insetInlineStart: `${start}px`, inlineSize: `${wide}px` }}>
      {picture ? (
        <div
          class="pl-picture"
          style={{
            inlineSize: `${picture.w}px`,
            blockSize: `${picture.h}px`,
            backgroundImage: `url("${picture.url}")`,
            backgroundPosition: `-${picture.x}px -${picture.y}px`,
          }}
        />
      ) : null}
      <span class="mono">{clock(s * 1000)}</span>
      {chapter ? <bdi class="pl-preview-name">{chapter}</bdi> : null}
    </div>
  );
}

interface Props {
  now: Now;
  chapters: Cue[];
  wave: Wave | null;
  picture(s: number): Picture | null;
  onSeek(s: number): void;
}

export function Seek({ now, chapters, wave, picture, onSeek }: Props) {
  const bar = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<{ s: number; x: number; room: number } | null>(null);
  const dragged = useRef(false);
  const { whole } = now;
  const place = (event: PointerEvent) => {
    const { left: start, width: room } = bar.current!.getBoundingClientRect();
    const x = Math.max(0, Math.min(room, event.clientX - start));
    return { s: room > 0 ? (x / room) * whole : 0, x, room };
  };
  const down = (event: PointerEvent) => {
    if (event.button !== 0 || !whole) return;
    dragged.current = true;
    bar.current!.setPointerCapture(event.pointerId);
    setPointed(place(event));
  };
  const up = (event: PointerEvent) => {
    if (!dragged.current) return;
    dragged.current = false;
    onSeek(place(event).s); // not while it is dragged: each place would be loaded
    if (event.pointerType !== 'mouse') setPointed(null);
  };
  const away = () => {
    if (!dragged.current) setPointed(null);
  };
  const at = dragged.current && pointed ? pointed.s : now.at;
  const part = (s: number) => `${whole > 0 ? Math.max(0, Math.min(100, (s / whole) * 100)) : 0}%`;
  const nameAt = (s: number) => nameOf(chapters[cueAt(chapters, s)]);
  const times = { at: clock(at * 1000), whole: clock(whole * 1000) };
  const chapter = nameAt(at);
  return (
    <div
      class={wave ? 'pl-seek has-wave' : 'pl-seek'}
      dir="ltr"
      ref={bar}
      role="slider"
      tabIndex={0}
      data-act="seek"
      aria-label={t('player.seek')}
      aria-valuemin={0}
      aria-valuemax={Math.floor(whole)}
      aria-valuenow={Math.floor(Math.min(at, whole))}
      aria-valuetext={chapter ? t('player.at_in', { ...times, chapter }) : t('player.at', times)}
      onPointerDown={down}
      onPointerMove={(event) => (whole && (dragged.current || event.pointerType === 'mouse') ? setPointed(place(event)) : undefined)}
      onPointerUp={up}
      onPointerCancel={() => {
        dragged.current = false;
        setPointed(null);
      }}
      onPointerLeave={away}
    >
      {wave ? <WaveForm wave={wave} now={now} /> : null}
      <div class="pl-line">
        {now.buffered.map(([from, to]) => (
          <span key={from} class="pl-come" style={{ insetInlineStart: part(from), inlineSize: part(to - from) }} />
        ))}
        <span class="pl-gone" style={{ inlineSize: part(at) }} />
        {chapters.map((one, i) => (one.startS > 0 && one.startS < whole ? <span key={i} class="pl-tick" style={{ insetInlineStart: part(one.startS) }} /> : null))}
      </div>
      <span class="pl-thumb" style={{ insetInlineStart: part(at) }} />
      {pointed ? <Preview {...pointed} picture={picture(pointed.s)} chapter={nameAt(pointed.s)} /> : null}
    </div>
  );
}
