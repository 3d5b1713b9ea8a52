// The player of what was recorded so far, with its buttons, its line of time and its keys.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { clock } from '../../core/format';
import { LIVE_SPEEDS, type LivePlaying } from '../../core/hls/playing';
import { t } from '../../core/i18n';
import { speedText } from '../../core/player/speed';
import { PlayerIcon } from '../player/icons';

interface ButtonProps {
  act: string;
  label: string;
  keys?: string;
  onClick(): void;
  children: ComponentChildren;
}

function Button({ act, label, keys, onClick, children }: ButtonProps) {
  return (
    <button type="button" class="lv-button" data-act={act} aria-label={label} title={label} aria-keyshortcuts={keys} onClick={onClick}>
      {children}
    </button>
  );
}

function Line({ playing }: { playing: LivePlaying }) {
  const { at, whole } = playing.now.value;
  return (
    <input
      type="range"
      class="lv-line"
      data-act="seek"
      min={0}
      max={Math.max(1, Math.floor(whole))}
      step={1}
      value={Math.floor(at)}
      aria-label={t('live.seek')}
      aria-valuetext={t('live.at', { at: clock(at * 1000), whole: clock(whole * 1000) })}
      onInput={(event) => playing.seek(Number(event.currentTarget.value))}
    />
  );
}

function Speeds({ playing }: { playing: LivePlaying }) {
  return (
    <label class="lv-speed">
      <span>{t('live.speed')}</span>
      <select data-act="speed" value={String(playing.now.value.speed)} onChange={(event) => playing.setSpeed(Number(event.currentTarget.value))}>
        {LIVE_SPEEDS.map((speed) => (
          <option key={speed} value={String(speed)}>
            {speedText(speed)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Said({ playing }: { playing: LivePlaying }) {
  const { now, phase } = playing;
  if (phase.value === 'gone' || phase.value === 'unplayable') {
    return (
      <p class="error" role="alert">
        {t(`live.${phase.value}`)}
      </p>
    );
  }
  return (
    <p class="fine lv-said" role="status">
      {now.value.waiting ? t('live.loading') : ''}
    </p>
  );
}

const BY_S = 10;

/** As in the player of recordings; the line of time has keys of its own. */
function obey(event: KeyboardEvent, playing: LivePlaying): boolean {
  const at = event.target instanceof Element ? event.target : null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (at?.closest('select, input[type=text]')) return false;
  if (key === ' ' && at?.closest('button')) return false;
  if (key === ' ' || key === 'k') playing.toggle();
  else if (key === 'j') playing.seekBy(-BY_S);
  else if (key === 'l') playing.seekBy(BY_S);
  else if (key === 'm') playing.toggleMuted();
  else if (key === '>') playing.stepSpeed(1);
  else if (key === '<') playing.stepSpeed(-1);
  else if (at?.matches('input[type=range]')) return false;
  else if (key === 'ArrowLeft') playing.seekBy(-BY_S);
  else if (key === 'ArrowRight') playing.seekBy(BY_S);
  else if (key === 'Home') playing.seek(0);
  else return false;
  return true;
}

export function LivePlayer({ playing, children }: { playing: LivePlaying; children?: ComponentChildren }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => playing.open(video.current!), [playing]);
  const { at, whole, playing: runs, muted } = playing.now.value;
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !obey(event, playing)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="lv" onKeyDown={onKey}>
      <video class="lv-video" ref={video} playsInline aria-label={t('live.video')} onClick={() => playing.toggle()} />
      <Said playing={playing} />
      <Line playing={playing} />
      <div class="lv-row">
        <Button act="toggle" label={t(runs ? 'live.pause' : 'live.play')} keys="K" onClick={() => playing.toggle()}>
          <PlayerIcon name={runs ? 'pause' : 'play'} />
        </Button>
        <Button act="rewind" label={t('live.rewind')} keys="J" onClick={() => playing.seekBy(-BY_S)}>
          <PlayerIcon name="back" />
        </Button>
        <Button act="forward" label={t('live.forward')} keys="L" onClick={() => playing.seekBy(BY_S)}>
          <PlayerIcon name="on" />
        </Button>
        <Button act="mute" label={t(muted ? 'live.muted' : 'live.mute')} keys="M" onClick={() => playing.toggleMuted()}>
          <PlayerIcon name={muted ? 'silent' : 'sound'} />
        </Button>
        <span class="mono lv-time" dir="ltr">
          {clock(at * 1000)} / {clock(whole * 1000)}
        </span>
        <Speeds playing={playing} />
        {children}
      </div>
    </div>
  );
}
