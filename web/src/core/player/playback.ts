// What plays a recording: which of its files, from where, and what is done when a link is not good any more.

import { signal } from '@preact/signals-core';
import type { Recording } from '../protocol';
import { recall, remember } from '../store';
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

export class Playback {
  readonly now = signal<Now>(NOTHING);
  readonly phase = signal<Phase>('plays');
  readonly choice = signal<Choice | null>(null);
  /** Where it was left the last time, until it is decided what becomes of that; 0: nowhere. */
  readonly offer = signal(0);

  private video: Player | null = null;
  /** To be applied as soon as the file is known. */
  private carry: { at: number; play: boolean } | null = null;
  private going = false; // it plays, or would: a browser halts what broke, which nobody wanted
  private tries = 0; // since it played last
  private from = 0; // where it went on
  private raw = false; // what was made cannot be played
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
    this.pick(recall('player.edition'));
    return () => {
      this.keep();
      for (const name of EVENTS) video.removeEventListener(name, this.look);
      for (const name in act) video.removeEventListener(name, act[name]!);
      video.pause();
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

  seek(s: number): void {
    const { whole } = this.now.value;
    const to = Math.max(0, whole > 0 ? Math.min(whole, s) : s);
    this.offer.value = 0;
    if (this.carry) this.carry.at = to;
    else if (this.video) this.video.currentTime = to;
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

  private pick(edition: string): void {
    const choices = this.choices();
    const choice = choices.find((one) => one.edition === edition) ?? choices[0];
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
    this.choice.value = choice;
    this.phase.value = 'plays';
    this.video.src = choice.url;
    this.hurry();
    if (this.carry?.play) this.play(); // now: the browser may ask whether somebody has pressed just before
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
    if (Math.abs(at - this.from) > 1 && playing && !this.now.value.waiting) this.tries = 0;
    if (Math.abs(at - this.kept) >= KEEP_S || (video.paused && at !== this.kept && !this.offer.value)) this.keep();
  };

  /** Links are good for some minutes only: a new one is asked for once, then what was recorded is tried. */
  private readonly broken = () => {
    if (!this.video || this.phase.value === 'renewing') return;
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
