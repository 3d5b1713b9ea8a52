// The player of recordings: loaded with texts and a style of its own when the first one is opened.

import { useEffect, useRef, useState } from 'preact/hooks';
import { clock } from '../../core/format';
import { t, type Texts } from '../../core/i18n';
import { type CaptionSize, keepSize, keptSize } from '../../core/player/caption';
import { hasSource, sourceOf } from '../../core/hls/source';
import { commandOf, type Command, type Where } from '../../core/player/keys';
import { Film } from '../../core/player/film';
import { Playback } from '../../core/player/playback';
import { type Captions, captionsOf, madeUrl, thriftyOf } from '../../core/player/sources';
import { chapterStep, cueAt, type Cue } from '../../core/player/vtt';
import type { Made, Recording } from '../../core/protocol';
import { recall } from '../../core/store';
import style from '../../style/player.css?late';
import { dress } from '../../ui/dress';
import '../shell'; // what is loaded first stays one chunk
import { sparing, wishName } from '../library/sparing';
import { CaptionText, useCaptionText } from './captions';
import { Chapters, nameOf, useKinds } from './chapters';
import { Buttons, Choices } from './controls';
import { type AskMarks, useChapters, usePictures, useWave } from './extras';
import { useFullScreen, usePip } from './screen';
import { Seek } from './seek';
import { Trim, type TrimUser } from './trim';

const AHEAD_S = 10;

const TEXTS: Texts = {
  en: () => import('../../../i18n/player/en.json'),
  ru: () => import('../../../i18n/player/ru.json'),
};

/** Texts and style are there. */
export const dressed = dress(style, TEXTS);

interface Props {
  row: Recording;
  /** As it is listed now, not as it was drawn last. */
  listed?(): Recording | undefined;
  /** Lists it anew. */
  onRenew(row: Recording): Promise<void>;
  /** Of the class, when somebody is in it. */
  ask?: AskMarks;
  /** A part of it is chosen. */
  trim?: TrimUser;
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

function Time({ playback, chapters }: { playback: Playback; chapters: Cue[] }) {
  const { at, whole } = playback.now.value;
  return (
    <p class="pl-time">
      <span class="mono" dir="ltr">
        {clock(at * 1000)} / {clock(whole * 1000)}
      </span>
      <bdi class="pl-name">{nameOf(chapters[cueAt(chapters, at)])}</bdi>
    </p>
  );
}

/** Once there is enough of the recording itself: both share the link. */
function useWaveTime(playback: Playback): boolean {
  const [free, setFree] = useState(false);
  const { at, whole, playing } = playback.now.value;
  const ahead = playback.ahead();
  const enough = playing && ahead > 0 && (ahead >= AHEAD_S || at + ahead >= whole - 1);
  if (enough && !free) setFree(true);
  return free && !sparing();
}

interface ScreenProps {
  playback: Playback;
  video: { current: HTMLVideoElement | null };
  poster: string;
  captions: Captions | undefined;
  size: CaptionSize;
  onFull(): void;
}

function Screen({ playback, video, poster, captions, size, onFull }: ScreenProps) {
  const [text, setTrack] = useCaptionText({ captions, video });
  return (
    <div class="pl-screen">
      <video class="player" ref={video} poster={poster || undefined} playsInline preload="metadata" onClick={() => playback.toggle()} onDblClick={onFull}>
        {captions ? <track key={captions.language} kind="captions" srcLang={captions.language} label={captions.language} src={captions.url} ref={setTrack} /> : null}
      </video>
      <CaptionText text={text} size={size} />
      {playback.now.value.waiting && playback.phase.value === 'plays' ? (
        <span class="pl-wait" aria-hidden="true">
          {t('player.loading')}
        </span>
      ) : null}
      <Offer playback={playback} />
    </div>
  );
}

/** Who saves data is told what was chosen for that. */
function Thrifty({ playback }: { playback: Playback }) {
  const { value: choice } = playback.choice;
  if (!choice || !sparing() || recall('player.edition') || playback.choices()[0]?.edition === choice.edition) return null;
  return (
    <p class="fine" data-thrifty={choice.edition}>
      {t('player.thrifty', { name: t(`edition.${choice.edition}`) })}
    </p>
  );
}

export function Player({ row, listed, onRenew, ask, trim }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const latest = useRef<Props>({ row, listed, onRenew });
  latest.current = { row, listed, onRenew };
  const renew = () => latest.current.onRenew(latest.current.row);
  const [poster] = useState(() => madeUrl(row.made, 'poster.jpg')); // not again with each new link
  const asListed = () => latest.current.listed?.() ?? latest.current.row;
  const [playback] = useState(
    () =>
      new Playback({
        row: asListed,
        renew,
        likes: () => (sparing() ? thriftyOf(wishName()) : []),
        film: (reel, user) => (hasSource() && video.current ? new Film(reel, sourceOf(video.current), user) : null),
      }),
  );
  useEffect(() => {
    const close = playback.open(video.current!);
    box.current?.scrollIntoView({ block: 'nearest' }); // its keys, too, not its picture alone
    const keep = () => playback.keep();
    addEventListener('pagehide', keep);
    if (!playback.offer.value && !trim) box.current?.querySelector<HTMLElement>('[data-act=toggle]')?.focus({ preventScroll: true });
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
  const [size, setSize] = useState(keptSize);
  const kinds = useKinds(useChapters(row, ask));
  const { chapters } = kinds;
  const wave = useWave(row, useWaveTime(playback));
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
      <Screen playback={playback} video={video} poster={poster} captions={track} size={size} onFull={turnFull} />
      <Trouble playback={playback} />
      <Seek now={now} chapters={chapters} wave={wave} picture={picture} onSeek={(s) => playback.seek(s)} />
      <Time playback={playback} chapters={chapters} />
      <Buttons playback={playback} full={full} onFull={turnFull} onPip={pip} />
      {trim && now.whole > 0 ? <Trim key={row.id} playback={playback} user={trim} whole={now.whole} /> : null}
      <Choices
        playback={playback}
        captions={captions}
        shown={track?.language ?? ''}
        size={size}
        onCaptions={(one) => setTrack(captions.find(({ language }) => language === one))}
        onSize={(one) => setSize(keepSize(one))}
      />
      <Thrifty playback={playback} />
      <Preparing made={row.made} playback={playback} />
      <Chapters {...kinds} at={now.at} onSeek={(s) => playback.seek(s)} />
    </div>
  );
}
