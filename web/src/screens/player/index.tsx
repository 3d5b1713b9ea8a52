// The player of recordings: loaded with texts and a style of its own when the first one is opened.

import { useEffect, useRef, useState } from 'preact/hooks';
import { clock } from '../../core/format';
import { t, type Texts } from '../../core/i18n';
import { commandOf, type Command, type Where } from '../../core/player/keys';
import { Playback } from '../../core/player/playback';
import { type Captions, captionsOf, madeUrl } from '../../core/player/sources';
import { chapterStep, cueAt, type Cue } from '../../core/player/vtt';
import type { Made, Recording } from '../../core/protocol';
import { state } from '../../core/state';
import style from '../../style/player.css?late';
import { dress } from '../../ui/dress';
import '../shell'; // what is loaded first stays one chunk
import { Chapters } from './chapters';
import { Buttons, Choices } from './controls';
import { useChapters, usePictures, useWave } from './extras';
import { useFullScreen, usePip } from './screen';
import { Seek } from './seek';

const TEXTS: Texts = {
  en: () => import('../../../i18n/player/en.json'),
  ru: () => import('../../../i18n/player/ru.json'),
};

/** Texts and style are there. */
export const dressed = dress(style, TEXTS);

interface Props {
  row: Recording;
  /** Lists it anew. */
  onRenew(row: Recording): Promise<void>;
}

function whereOf(target: EventTarget | null): Where {
  if (!(target instanceof Element)) return '';
  if (target.matches('[role=slider]')) return 'seek';
  if (target.matches('input[type=range]')) return 'range';
  if (target.closest('input, textarea, select, [contenteditable]')) return 'text';
  return target.closest('button, a, summary') ? 'button' : '';
}

function obey(command: Command, playback: Playback, chapters: Cue[], full: () => void): void {
  const { at, whole } = playback.now.value;
  if (command.do === 'play') playback.toggle();
  else if (command.do === 'mute') playback.toggleMuted();
  else if (command.do === 'full') full();
  else if (command.do === 'start') playback.seek(0);
  else if (command.do === 'end') playback.seek(whole);
  else if (command.do === 'by') playback.seekBy(command.s);
  else if (command.do === 'speed') playback.stepSpeed(command.by);
  else if (command.do === 'part') playback.seek((whole * command.tenths) / 10);
  else if (command.do === 'chapter') playback.seek(chapterStep(chapters, at, command.by, whole));
}

/** It was left in the middle. */
function Offer({ playback }: { playback: Playback }) {
  const at = playback.offer.value;
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus({ preventScroll: true }), [at > 0]);
  if (!at) return null;
  return (
    <div class="pl-over" role="group" aria-label={t('player.left_here')}>
      <button type="button" class="primary" data-act="continue" ref={first} onClick={() => playback.play()}>
        {t('player.continue', { at: clock(at * 1000) })}
      </button>
      <button type="button" class="row-button" data-act="from-start" onClick={() => playback.restart()}>
        {t('player.start')}
      </button>
    </div>
  );
}

/** What becomes of it, quietly. */
function Preparing({ made, playback }: { made: Made | undefined; playback: Playback }) {
  if (playback.better()) {
    return (
      <p class="pl-made" data-made="ready">
        <span class="fine">{t('player.better')}</span>
        <button type="button" class="row-button" data-act="better" onClick={() => playback.choose(playback.choice.value?.edition ?? '')}>
          {t('player.switch')}
        </button>
      </p>
    );
  }
  if (!made || made.state === 'ready') return null;
  const n = Math.floor(Math.max(0, Math.min(1, made.done ?? 0)) * 100);
  const text = made.state === 'working' ? t('player.working', { n }) : t(made.state === 'failed' ? 'player.made_failed' : 'player.waiting');
  return (
    <p class="fine" data-made={made.state}>
      {text}
    </p>
  );
}

function Trouble({ playback }: { playback: Playback }) {
  const phase = playback.phase.value;
  return (
    <>
      <p class="fine" role="status">
        {phase === 'renewing' ? t('player.renewing') : ''}
      </p>
      {phase === 'failed' ? (
        <p class="pl-trouble error" role="alert">
          <span>{t('player.error')}</span>
          <button type="button" class="row-button" data-act="again" onClick={() => playback.again()}>
            {t('player.again')}
          </button>
        </p>
      ) : null}
    </>
  );
}

/** Shown at once, whatever the browser would choose. */
function Track({ captions }: { captions: Captions }) {
  const show = (track: HTMLTrackElement | null) => {
    if (track) track.track.mode = 'showing';
  };
  return <track kind="captions" srcLang={captions.language} label={captions.language} src={captions.url} ref={show} />;
}

function Time({ playback, chapters }: { playback: Playback; chapters: Cue[] }) {
  const { at, whole } = playback.now.value;
  return (
    <p class="pl-time">
      <span class="mono" dir="ltr">
        {clock(at * 1000)} / {clock(whole * 1000)}
      </span>
      <bdi class="pl-name">{chapters[cueAt(chapters, at)]?.text ?? ''}</bdi>
    </p>
  );
}

/** Somebody who saves data is not sent what is only pleasant. */
function sparing(): boolean {
  return state.wish.value.wish !== 'auto' || (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
}

export function Player({ row, onRenew }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const latest = useRef<Props>({ row, onRenew });
  latest.current = { row, onRenew };
  const renew = () => latest.current.onRenew(latest.current.row);
  const [poster] = useState(() => madeUrl(row.made, 'poster.jpg')); // not again with each new link
  // as it is listed, not as it was drawn last
  const listed = () => state.recordings.value.find((one) => one.id === row.id) ?? latest.current.row;
  const [playback] = useState(() => new Playback({ row: listed, renew }));
  useEffect(() => {
    const close = playback.open(video.current!);
    const keep = () => playback.keep();
    addEventListener('pagehide', keep);
    if (!playback.offer.value) box.current?.querySelector<HTMLElement>('[data-act=toggle]')?.focus({ preventScroll: true });
    return () => {
      removeEventListener('pagehide', keep);
      close();
    };
  }, []);
  const unlinked = row.made?.state === 'ready' && !row.made.base; // it became ready while it is looked at
  useEffect(() => {
    if (unlinked) void renew().catch(() => undefined);
  }, [unlinked]);

  const [full, turnFull] = useFullScreen(box, video);
  const pip = usePip(video);
  const [track, setTrack] = useState<Captions | undefined>(); // with the link of that time: another one would show them twice
  const [begun, setBegun] = useState(false);
  const chapters = useChapters(row);
  const wave = useWave(row, begun && !sparing());
  const picture = usePictures(row);
  const captions = captionsOf(row.made);
  const now = playback.now.value;

  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const command = commandOf(event, whereOf(event.target));
    if (!command) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat || command.do === 'by') obey(command, playback, chapters, turnFull);
  };
  return (
    <div class="pl" role="group" aria-label={t('player.of', { title: row.title || t('rec.untitled') })} tabIndex={-1} ref={box} onKeyDown={onKey}>
      <div class="pl-screen">
        <video
          class="player"
          ref={video}
          poster={poster || undefined}
          playsInline
          preload="metadata"
          onClick={() => playback.toggle()}
          onDblClick={turnFull}
          onPlay={() => setBegun(true)}
        >
          {track ? <Track key={track.language} captions={track} /> : null}
        </video>
        {now.waiting && playback.phase.value === 'plays' ? (
          <span class="pl-wait" aria-hidden="true">
            {t('player.loading')}
          </span>
        ) : null}
        <Offer playback={playback} />
      </div>
      <Trouble playback={playback} />
      <Seek now={now} chapters={chapters} wave={wave} picture={picture} onSeek={(s) => playback.seek(s)} />
      <Time playback={playback} chapters={chapters} />
      <Buttons playback={playback} full={full} onFull={turnFull} onPip={pip} />
      <Choices playback={playback} captions={captions} shown={track?.language ?? ''} onCaptions={(one) => setTrack(captions.find(({ language }) => language === one))} />
      <Preparing made={row.made} playback={playback} />
      <Chapters chapters={chapters} at={now.at} onSeek={(s) => playback.seek(s)} />
    </div>
  );
}
