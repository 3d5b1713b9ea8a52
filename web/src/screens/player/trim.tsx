// A part of a recording is chosen: two handles on the line of time, dragged, moved by keys, or written as times.

import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../../core/i18n';
import { type Cut, type End, keyPlace, moved, precise, readTime } from '../../core/player/cut';
import type { Playback } from '../../core/player/playback';

const SHOWN_MS = 250; // after a handle has stopped, its picture is shown
const NEAR_S = 3; // heard of each end

export interface TrimUser {
  title: string;
  /** False: it was refused. */
  save(fromMs: number, toMs: number, title: string): Promise<boolean>;
  close(): void;
}

/** Plays from one place to another, and stops there. */
function usePreview(playback: Playback): { until: number; play(from: number, to: number): void } {
  const [until, setUntil] = useState(0);
  const { at, playing } = playback.now.value;
  const begun = useRef(false);
  useEffect(() => {
    if (!until) return;
    if (playing) begun.current = true;
    if (at >= until - 0.05) playback.pause();
    if (begun.current && !playing) setUntil(0);
  }, [at, playing, until]);
  const play = (from: number, to: number) => {
    begun.current = false;
    playback.seek(from, true);
    playback.play();
    setUntil(to);
  };
  return { until, play };
}

interface HandleProps {
  end: End;
  cut: Cut;
  whole: number;
  onMove(end: End, s: number): void;
}

function Handle({ end, cut, whole, onMove }: HandleProps) {
  const held = useRef(false);
  const at = cut[end];
  const place = (event: PointerEvent) => {
    const bar = (event.currentTarget as HTMLElement).parentElement!.getBoundingClientRect();
    onMove(end, bar.width > 0 ? ((event.clientX - bar.x) / bar.width) * whole : 0);
  };
  const onKey = (event: KeyboardEvent) => {
    const to = event.ctrlKey || event.altKey || event.metaKey ? null : keyPlace(event.key, event.shiftKey, at, whole);
    if (to === null) return;
    event.preventDefault();
    event.stopPropagation(); // the player has its own use for these
    onMove(end, to);
  };
  return (
    <span
      class={`pl-handle is-${end}`}
      role="slider"
      tabIndex={0}
      data-act={`trim-${end}`}
      aria-label={t(end === 'from' ? 'player.trim_from' : 'player.trim_to')}
      aria-valuemin={0}
      aria-valuemax={Math.round(whole)}
      aria-valuenow={Math.round(at)}
      aria-valuetext={precise(at)}
      style={{ insetInlineStart: `${whole > 0 ? (at / whole) * 100 : 0}%` }}
      onKeyDown={onKey}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        held.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => held.current && place(event)}
      onPointerUp={() => (held.current = false)}
      onPointerCancel={() => (held.current = false)}
    />
  );
}

function TimeField({ end, cut, onMove, onHere }: { end: End; cut: Cut; onMove(end: End, s: number): void; onHere(): void }) {
  const [typed, setTyped] = useState<string | null>(null);
  const done = () => {
    if (typed !== null) onMove(end, readTime(typed));
    setTyped(null);
  };
  return (
    <div class="pl-cut-end">
      <label class="pl-field">
        <span>{t(end === 'from' ? 'player.trim_from' : 'player.trim_to')}</span>
        <input
          class="mono"
          dir="ltr"
          data-act={`trim-${end}-time`}
          value={typed ?? precise(cut[end])}
          onInput={(event) => setTyped(event.currentTarget.value)}
          onBlur={done}
          onKeyDown={(event) => event.key === 'Enter' && done()}
        />
      </label>
      <button type="button" class="row-button" data-act={`trim-${end}-here`} onClick={onHere}>
        {t(end === 'from' ? 'player.trim_from_here' : 'player.trim_to_here')}
      </button>
    </div>
  );
}

function Bar({ cut, whole, onMove }: { cut: Cut; whole: number; onMove(end: End, s: number): void }) {
  const part = (s: number) => `${whole > 0 ? (s / whole) * 100 : 0}%`;
  return (
    <div class="pl-cut-bar" dir="ltr">
      <span class="pl-cut-part" style={{ insetInlineStart: part(cut.from), inlineSize: part(cut.to - cut.from) }} />
      <Handle end="from" cut={cut} whole={whole} onMove={onMove} />
      <Handle end="to" cut={cut} whole={whole} onMove={onMove} />
    </div>
  );
}

/** The picture of the handle that was moved last, once it rests. */
function useShown(playback: Playback): (s: number) => void {
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (s) => {
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => playback.seek(s, true), SHOWN_MS);
  };
}

export function Trim({ playback, user, whole }: { playback: Playback; user: TrimUser; whole: number }) {
  const [cut, setCut] = useState<Cut>({ from: 0, to: whole });
  const [title, setTitle] = useState(() => t('player.trim_title', { title: user.title }));
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const preview = usePreview(playback);
  const show = useShown(playback);
  useEffect(() => box.current?.querySelector<HTMLElement>('[data-act=trim-from]')?.focus({ preventScroll: true }), []);
  const move = (end: End, s: number) => {
    const next = moved(cut, end, s, whole);
    setCut(next);
    show(next[end]);
  };
  const save = async () => {
    setBusy(true);
    if (await user.save(Math.round(cut.from * 1000), Math.round(cut.to * 1000), title.trim())) user.close();
    else setBusy(false);
  };
  const { at } = playback.now.value;
  const uncut = cut.from <= 0 && cut.to >= whole;
  return (
    <div class="pl-cut" role="group" aria-label={t('player.trim')} ref={box}>
      <Bar cut={cut} whole={whole} onMove={move} />
      <div class="pl-cut-ends">
        <TimeField end="from" cut={cut} onMove={move} onHere={() => setCut(moved(cut, 'from', at, whole))} />
        <TimeField end="to" cut={cut} onMove={move} onHere={() => setCut(moved(cut, 'to', at, whole))} />
      </div>
      <p class="fine" role="status" data-cut={`${cut.from} ${cut.to}`}>
        {t('player.trim_length', { length: precise(cut.to - cut.from) })}
      </p>
      <p class="row-actions">
        <button type="button" class="row-button" data-act="trim-play" onClick={() => preview.play(cut.from, cut.to)}>
          {t('player.trim_play')}
        </button>
        <button type="button" class="row-button" data-act="trim-play-from" onClick={() => preview.play(cut.from, Math.min(cut.to, cut.from + NEAR_S))}>
          {t('player.trim_play_from')}
        </button>
        <button type="button" class="row-button" data-act="trim-play-to" onClick={() => preview.play(Math.max(cut.from, cut.to - NEAR_S), cut.to)}>
          {t('player.trim_play_to')}
        </button>
      </p>
      <label class="pl-field pl-cut-title">
        <span>{t('player.trim_name')}</span>
        <input dir="auto" maxLength={128} data-act="trim-title" value={title} onInput={(event) => setTitle(event.currentTarget.value)} />
      </label>
      <p class="row-actions">
        <button type="button" class="primary" data-act="trim-save" disabled={busy || uncut || !whole} onClick={() => void save()}>
          {t('player.trim_save')}
        </button>
        <button type="button" class="row-button" data-act="trim-close" onClick={user.close}>
          {t('player.trim_close')}
        </button>
      </p>
      <p class="fine">{t('player.trim_explained')}</p>
    </div>
  );
}
