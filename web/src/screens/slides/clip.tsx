// A clip that is played into the class: on and off, where it is, and its end.

import { useEffect, useState } from 'preact/hooks';
import { classroom } from '../../app';
import { clipAt } from '../../core/decks';
import { t } from '../../core/i18n';
import type { Clip } from '../../core/protocol';
import { state } from '../../core/state';

const STEP_MS = 250; // how often the bar moves on

const clock = (ms: number) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`;

export function ClipBar({ clip }: { clip: Clip }) {
  const [, tick] = useState(0);
  const [held, hold] = useState<number | null>(null); // where the bar is being moved to
  useEffect(() => {
    if (!clip.playing) return undefined;
    const timer = setInterval(() => tick((n) => n + 1), STEP_MS);
    return () => clearInterval(timer);
  }, [clip.playing]);
  const at = held ?? clipAt(clip, Date.now() + state.clockSkewMs.value);
  return (
    <div class="deck-turn clip" role="group" aria-label={t('slides.clip')} data-clip={clip.playing ? 'plays' : 'waits'}>
      <button type="button" class="row-button turn" data-act="clip-pause" disabled={!clip.length_ms} onClick={() => void classroom.act('clip.pause', { on: clip.playing })}>
        {t(clip.playing ? 'slides.clip_pause' : 'slides.clip_go_on')}
      </button>
      <input
        id="clip-at"
        type="range"
        min={0}
        max={clip.length_ms}
        step={1000}
        value={at}
        disabled={!clip.length_ms}
        aria-label={t('slides.clip_at')}
        aria-valuetext={clock(at)}
        onInput={(event) => hold(Number(event.currentTarget.value))}
        onChange={(event) => {
          void classroom.act('clip.seek', { ms: Math.trunc(Number(event.currentTarget.value)) });
          hold(null);
        }}
      />
      <span class="mono">
        {clock(at)} / {clock(clip.length_ms)}
      </span>
      <span class="deck-title" dir="auto">
        {clip.title}
      </span>
      <button type="button" class="row-button" data-act="clip-stop" onClick={() => void classroom.act('clip.stop')}>
        {t('slides.clip_stop')}
      </button>
    </div>
  );
}
