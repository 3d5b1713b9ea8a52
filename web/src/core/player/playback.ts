// What plays a recording: which of its files, from where, and what is done when a link is not good any more.

import { signal } from '@preact/signals-core';
import type { Recording } from '../protocol';
import { recall, remember } from '../store';
import type { Film, FilmUser, Reel } from './film';
import { keepAt, keptAt } from './resume';
import { choicesOf, type Choice } from './sources';
import { nextSpeed, readSpeed } from './speed';

/** Of a <video>, what is used here. */
export interface Player extends EventTarget {
  src: string;
  currentTime: number;
  playbackRate: number;
  defaultPlaybackRate: number;
  volume: number;
  muted: boolean;
  readonly duration: number;
  readonly paused: boolean;
  readonly ended: boolean;
  readonly readyState: number;
  readonly error: unknown;
  readonly buffered: { length: number; start(i: number): number; end(i: number): number };
  play(): Promise<void>;
  pause(): void;
  load(): void;
  removeAttribute(name: string): void;
}

/** How it is now; seconds. */
export interface Now {
  at: number;
  whole: number;
  playing: boolean;
  /** It would play if something had come. */
  waiting: boolean;
  speed: number;
  volume: number;
  muted: boolean;
  buffered: [number, number][];
}

export interface PlaybackUser {
  /** As the list has it now. */
  row(): Recording;
  /** Lists it anew, with links that are good; fails when that cannot be. */
  renew(): Promise<void>;
  /** Editions to begin with, the dearest wish first, of one who never chose any. */
  likes?(): string[];
  /** Plays it by pieces; null: this browser cannot. */
  film?(reel: Reel, user: FilmUser): Pick<Film, 'stop' | 'renew' | 'jumped' | 'near'> | null;
}

export type Phase = 'plays' | 'renewing' | 'failed';

const EVENTS = [
  'canplay',
  'durationchange',
  'emptied',
  'ended',
  'pause',
  'play',
  'playing',
  'progress',
  'ratechange',
  'seeked',
  'seeking',
  'timeupdate',
  'volumechange',
  'waiting',
];

const NOTHING: Now = { at: 0, whole: 0, playing: false, waiting: false, speed: 1, volume: 1, muted: false, buffered: [] };
const KEEP_S = 5; // how often the position is remembered
const ENOUGH = 3; // HAVE_FUTURE_DATA
const HOLE_S = 0.6; // between two parts that have come: stepped over
const STARVED_S = 0.5;
const REFRESHED = 3; // links in a row that were not good

export class Playback {
  readonly now = signal<Now>(NOTHING);
  readonly phase = signal<Phase>('plays');
  readonly choice = signal<Choice | null>(null);
  /** Where it was left the last time, until it is decided what becomes of that; 0: nowhere. */
  readonly offer = signal(0);

  private video: Player | null = null;
  /** To be applied as soon as the file is known. */
  private carry: { at: number; play: boolean } | null = null;
  private seen = false; // somebody has begun to watch it
  private going = false; // it plays, or would: a browser halts what broke, which nobody wanted
  private tries = 0; // since it played last
  private from = 0; // where it went on
  private raw = false; // what was made cannot be played
  private film: ReturnType<NonNullable<PlaybackUser['film']>> = null; // what plays it by pieces
  private plain = false; // that cannot be done here
  private refreshing = false; // a link for it is on its way
  private kept = 0;
  private speed = readSpeed(recall('player.speed'));

  constructor(private readonly user: PlaybackUser) {}

  /** Begins where it was left. Returns what ends it. */
  open(video: Player): () => void {
    this.video = video;
    const act: Record<string, () => void> = { loadedmetadata: this.loaded, error: this.broken, play: this.played, pause: this.halted };
    for (const name of EVENTS) video.addEventListener(name, this.look);
    for (const name in act) video.addEventListener(name, act[name]!);
    this.kept = keptAt(this.user.row().id);
    this.offer.value = this.kept;
    this.carry = { at: this.kept, play: !this.kept };
    this.pick(...this.wishes());
    return () => {
      this.keep();
      for (const name of EVENTS) video.removeEventListener(name, this.look);
      for (const name in act) video.removeEventListener(name, act[name]!);
      video.pause();
      this.unwind();
      video.removeAttribute('src'); // nothing more is loaded
      video.load();
      this.video = null;
    };
  }

  /** Those that could be chosen. */
  choices(): Choice[] {
    return choicesOf(this.user.row(), this.raw);
  }

  /** Another file, at the same place. */
  choose(edition: string): void {
    this.tries = 0;
    remember('player.edition', edition);
    this.pick(edition);
  }

  /** Seconds from here on that have come already. */
  ahead(): number {
    const { at, buffered } = this.now.value;
    const own = buffered.find(([from, to]) => from <= at + 0.5 && to >= at);
    return own ? own[1] - at : 0;
  }

  /** There is a better file than the one that plays. */
  better(): boolean {
    const choice = this.choice.value;
    return choice !== null && !choice.made && this.choices().some((one) => one.edition === choice.edition && one.made);
  }

  play(): void {
    if (this.carry) this.carry.play = true;
    void this.video?.play().catch(() => undefined); // another file comes, or the browser wants to be asked by hand
  }

  pause(): void {
    if (this.carry) this.carry.play = false;
    this.video?.pause();
  }

  toggle(): void {
    const { video } = this; // not as it was told last: it may be pressed twice at once
    if (video && !video.paused && !video.ended) this.pause();
    else this.play();
  }

  restart(): void {
    this.seek(0);
    this.play();
  }

  /** On a thin link it may go a little less far, to where it can begin soon; `exact`: it may not. */
  seek(s: number, exact = false): void {
    const { whole } = this.now.value;
    const to = Math.max(0, whole > 0 ? Math.min(whole, s) : s);
    this.offer.value = 0;
    if (this.carry) this.carry.at = to;
    else if (this.video) this.video.currentTime = this.film && !exact ? this.film.near(to) : to;
    this.film?.jumped();
    this.look();
  }

  seekBy(s: number): void {
    this.seek(this.at() + s);
  }

  setSpeed(speed: number): void {
    this.speed = readSpeed(String(speed));
    remember('player.speed', String(this.speed));
    this.hurry();
  }

  stepSpeed(by: 1 | -1): void {
    this.setSpeed(nextSpeed(this.speed, by));
  }

  setVolume(volume: number): void {
    if (!this.video) return;
    this.video.volume = Math.max(0, Math.min(1, volume));
    this.video.muted = volume <= 0;
  }

  toggleMuted(): void {
    if (!this.video) return;
    const silent = this.video.muted || this.video.volume === 0;
    if (silent && this.video.volume === 0) this.video.volume = 1;
    this.video.muted = !silent;
  }

  /** After it was given up. */
  again(): void {
    this.tries = 1;
    void this.renew();
  }

  /** Remembers where it is. */
  keep(): void {
    const { id } = this.user.row();
    this.kept = this.at();
    keepAt(id, this.kept, this.whole());
  }

  // --- inner parts ---

  private at(): number {
    return this.carry ? this.carry.at : (this.video?.currentTime ?? 0);
  }

  /** A file that was broken off may not say it. */
  private whole(): number {
    const { duration = NaN } = this.video ?? {};
    return Number.isFinite(duration) && duration > 0 ? duration : this.user.row().duration_ms / 1000;
  }

  private hurry(): void {
    if (!this.video) return;
    this.video.defaultPlaybackRate = this.speed; // a new file begins with it
    this.video.playbackRate = this.speed;
  }

  private wishes(): string[] {
    const chosen = recall('player.edition');
    return chosen ? [chosen] : (this.user.likes?.() ?? []);
  }

  private pick(...editions: string[]): void {
    const choices = this.choices();
    const wished = editions.flatMap((edition) => choices.filter((one) => one.edition === edition));
    const choice = wished[0] ?? choices[0];
    if (choice) this.load(choice);
    else this.phase.value = 'failed';
  }

  private hold(): void {
    if (!this.video || this.carry) return;
    this.carry = { at: this.video.currentTime, play: this.going && !this.video.ended };
  }

  private load(choice: Choice): void {
    if (!this.video) return;
    this.hold();
    this.unwind();
    this.choice.value = choice;
    this.phase.value = 'plays';
    this.film = choice.table && !this.plain ? (this.user.film?.(choice, this.filmUser) ?? null) : null;
    if (!this.film) this.video.src = choice.url;
    this.hurry();
    if (this.carry?.play) this.play(); // now: the browser may ask whether somebody has pressed just before
  }

  private unwind(): void {
    this.film?.stop();
    this.film = null;
  }

  private readonly filmUser: FilmUser = {
    at: () => this.at(),
    speed: () => this.speed,
    begun: () => this.seen || this.carry?.play === true,
    stale: () => void this.refresh(),
    failed: (why) => {
      if (why === 'kind') this.unrolled();
      else if (this.ahead() < STARVED_S) this.lost();
    },
  };

  /** As one file, then. */
  private unrolled(): void {
    const { value: choice } = this.choice;
    if (!this.film || !choice) return;
    this.hold();
    this.plain = true;
    this.load(choice);
  }

  /** The network is away. */
  private lost(): void {
    this.hold();
    this.unwind();
    this.phase.value = 'failed';
  }

  /** A good link, while it plays on. */
  private async refresh(): Promise<void> {
    if (this.refreshing) return;
    if (this.tries++ >= REFRESHED) return this.lost();
    this.refreshing = true;
    await this.user.renew().catch(() => undefined); // the next piece asks for it again
    this.refreshing = false;
    const choice = this.choices().find(({ edition }) => edition === this.choice.value?.edition);
    if (this.film && choice?.table) this.film.renew(choice);
  }

  private readonly loaded = () => {
    const { carry, video } = this;
    if (!carry || !video) return;
    this.carry = null;
    this.from = carry.at;
    if (carry.at > 0) video.currentTime = Math.min(carry.at, Math.max(0, this.whole() - 0.1));
    this.hurry();
    if (carry.play) this.play();
    this.look();
  };

  private readonly played = () => {
    this.going = true;
    this.seen = true;
    if (!this.carry || this.carry.play) this.offer.value = 0;
  };

  private readonly halted = () => {
    if (!this.video?.error && !this.carry) this.going = false;
  };

  private readonly look = () => {
    const { video } = this;
    if (!video) return;
    const at = this.at();
    const playing = !video.paused && !video.ended;
    const buffered = Array.from({ length: video.buffered.length }, (_none, i): [number, number] => [video.buffered.start(i), video.buffered.end(i)]);
    this.now.value = {
      at,
      whole: this.whole(),
      playing,
      waiting: playing && video.readyState < ENOUGH,
      speed: this.speed,
      volume: video.volume,
      muted: video.muted || video.volume === 0,
      buffered,
    };
    if (this.carry || this.phase.value !== 'plays') return;
    if (this.film && video.readyState < ENOUGH) this.overHole(video);
    if (Math.abs(at - this.from) > 1 && playing && !this.now.value.waiting) this.tries = 0;
    if (Math.abs(at - this.kept) >= KEEP_S || (video.paused && at !== this.kept && !this.offer.value)) this.keep();
  };

  /** What a decoder left out is no reason to stand still. */
  private overHole(video: Player): void {
    const at = video.currentTime;
    for (let i = 0; i < video.buffered.length; i++) {
      const start = video.buffered.start(i);
      if (start > at && start - at < HOLE_S) {
        video.currentTime = start + 0.01;
        return;
      }
    }
  }

  /** Links are good for some minutes only: a new one is asked for once, then what was recorded is tried. */
  private readonly broken = () => {
    if (!this.video || this.phase.value === 'renewing') return;
    if (this.film) return this.unrolled();
    this.hold();
    if (this.tries++ === 0) {
      void this.renew();
    } else if (this.choice.value?.made) {
      this.raw = true;
      this.pick(this.choice.value.edition);
    } else {
      this.phase.value = 'failed';
    }
  };

  private async renew(): Promise<void> {
    this.hold();
    this.phase.value = 'renewing';
    const good = await this.user.renew().then(
      () => true,
      () => false,
    );
    if (!this.video) return;
    if (good) this.pick(this.choice.value?.edition ?? '');
    else this.phase.value = 'failed';
  }
}
