// Plays what was recorded so far of a class that runs: by our own feeding where the browser has Media Sources, else by its own HLS.

import { signal } from '@preact/signals-core';
import { Feed } from './feed';
import { wholeOf } from './list';
import { hasSource, sourceOf } from './source';

export const LIVE_SPEEDS = [1, 1.25, 1.5, 2];

/** How it is now; seconds. */
export interface LiveNow {
  at: number;
  whole: number;
  playing: boolean;
  /** It would play if something had come. */
  waiting: boolean;
  speed: number;
  /** All that there will be is there. */
  ended: boolean;
  muted: boolean;
}

export interface LiveUser {
  /** A fresh link; fails when there is none. */
  renew(): Promise<string>;
  /** It has played up to what is newest, or to the end. */
  caughtUp(): void;
}

export type LivePhase = 'loading' | 'plays' | 'gone' | 'unplayable';

const NOTHING: LiveNow = { at: 0, whole: 0, playing: false, waiting: true, speed: 1, ended: false, muted: false };
const EVENTS = ['timeupdate', 'play', 'playing', 'pause', 'waiting', 'seeking', 'seeked', 'ended', 'durationchange', 'ratechange', 'volumechange', 'canplay'];
const EDGE_S = 0.75; // from the end: nothing is left to be caught up with
const HOLE_S = 1; // between two buffered parts: jumped over
const ENOUGH = 3; // HAVE_FUTURE_DATA
const RENEWALS = 3;

export class LivePlaying {
  readonly now = signal<LiveNow>(NOTHING);
  readonly phase = signal<LivePhase>('loading');
  private video: HTMLVideoElement | null = null;
  private feed: Feed | null = null;
  private source: ReturnType<typeof sourceOf> | null = null;
  private start: number | null; // seconds; below zero: from the end; null: it has begun
  private renewals = 0;
  private renewing = false;
  private speed = 1;
  private told = false; // that it has caught up
  private pieceS = 4;

  constructor(
    private url: string,
    startS: number,
    private readonly user: LiveUser,
  ) {
    this.start = startS;
  }

  /** Returns what ends it. */
  open(video: HTMLVideoElement): () => void {
    this.video = video;
    for (const name of EVENTS) video.addEventListener(name, this.look);
    video.addEventListener('seeking', this.jumped);
    video.addEventListener('error', this.broken);
    if (hasSource()) this.openFeed(video);
    else this.openNative(video);
    const timer = setInterval(this.look, 500);
    return () => {
      clearInterval(timer);
      for (const name of EVENTS) video.removeEventListener(name, this.look);
      video.removeEventListener('seeking', this.jumped);
      video.removeEventListener('error', this.broken);
      this.feed?.stop();
      video.pause();
      if (this.source) this.source.forget();
      else video.removeAttribute('src');
      this.video = null;
    };
  }

  play(): void {
    const { video } = this;
    void video?.play().catch((why: Error) => {
      if (why.name !== 'NotAllowedError' || !this.video) return;
      video.muted = true; // sound must be asked for by hand; the picture may go without
      void video.play().catch(() => undefined);
    });
  }

  toggle(): void {
    if (this.video && !this.video.paused) this.video.pause();
    else this.play();
  }

  seek(s: number): void {
    if (!this.video) return;
    const to = Math.max(0, Math.min(s, Math.max(0, this.whole() - EDGE_S)));
    this.told = false;
    if (this.start !== null) this.start = to;
    else this.video.currentTime = to;
    this.look();
  }

  seekBy(s: number): void {
    this.seek(this.at() + s);
  }

  /** To what is newest, as near as it plays without halting. */
  toEdge(): void {
    this.setSpeed(1);
    this.seek(this.whole() - this.edgeS());
    this.play();
  }

  setSpeed(speed: number): void {
    this.speed = LIVE_SPEEDS.includes(speed) ? speed : 1;
    if (this.video) {
      this.video.defaultPlaybackRate = this.speed;
      this.video.playbackRate = this.speed;
    }
    this.look();
  }

  stepSpeed(by: 1 | -1): void {
    const i = LIVE_SPEEDS.indexOf(this.speed) + by;
    this.setSpeed(LIVE_SPEEDS[Math.max(0, Math.min(LIVE_SPEEDS.length - 1, i))]!);
  }

  toggleMuted(): void {
    if (this.video) this.video.muted = !this.video.muted;
  }

  /** So far behind what is newest it plays without halting. */
  edgeS(): number {
    return 2 * this.pieceS;
  }

  // --- inner parts ---

  private at(): number {
    return this.start !== null && this.start >= 0 ? this.start : (this.video?.currentTime ?? 0);
  }

  private whole(): number {
    if (this.feed) return this.feed.list ? wholeOf(this.feed.list) : 0;
    const { seekable, duration } = this.video!;
    if (Number.isFinite(duration)) return duration;
    return seekable.length ? seekable.end(seekable.length - 1) : 0;
  }

  private ended(): boolean {
    if (this.feed) return this.feed.list?.ended ?? false;
    return Number.isFinite(this.video!.duration);
  }

  private openFeed(video: HTMLVideoElement): void {
    this.source = sourceOf(video);
    this.feed = new Feed(this.url, this.source, {
      at: () => this.at(),
      speed: () => this.speed,
      listed: ({ pieces }) => {
        this.pieceS = Math.max(...pieces.slice(-3).map(({ lenS }) => lenS), 1);
        this.begin();
        this.look();
      },
      stale: () => void this.renew(),
      failed: (why) => {
        if (why === 'codec') this.phase.value = 'unplayable';
      },
    });
    void this.feed.run();
  }

  private openNative(video: HTMLVideoElement): void {
    video.src = this.url;
    video.addEventListener('loadedmetadata', () => this.begin());
  }

  /** As soon as it is known how much there is. */
  private begin(): void {
    const { video, start } = this;
    const whole = this.whole();
    if (!video || start === null || !whole) return;
    this.start = null;
    this.phase.value = 'plays';
    const from = start < 0 ? whole + start : Math.min(start, whole - EDGE_S);
    if (from > 0) video.currentTime = from;
    this.setSpeed(this.speed);
    this.play();
  }

  private readonly jumped = () => this.feed?.jumped();

  private readonly broken = () => {
    if (!this.feed) void this.renew();
  };

  private async renew(): Promise<void> {
    if (this.renewing || !this.video) return;
    this.renewing = true;
    try {
      if (++this.renewals > RENEWALS) throw new Error('again and again');
      this.url = await this.user.renew();
      if (this.feed) {
        this.feed.renew(this.url);
      } else {
        this.start ??= this.video.currentTime;
        this.video.src = this.url;
      }
    } catch {
      this.phase.value = 'gone';
    } finally {
      this.renewing = false;
    }
  }

  /** A hole between two parts is no reason to stand still. */
  private overHole(video: HTMLVideoElement): void {
    const at = video.currentTime;
    for (let i = 0; i < video.buffered.length; i++) {
      const start = video.buffered.start(i);
      if (start > at && start - at < HOLE_S) {
        video.currentTime = start + 0.01;
        return;
      }
    }
  }

  private readonly look = () => {
    const { video } = this;
    if (!video) return;
    const at = this.at();
    const whole = this.whole();
    const playing = !video.paused && !video.ended;
    const waiting = this.phase.value !== 'gone' && (this.start !== null || (playing && video.readyState < ENOUGH));
    if (waiting && this.feed && this.start === null && !video.seeking) this.overHole(video);
    if (playing && !waiting) this.renewals = 0;
    this.now.value = { at, whole, playing, waiting, speed: this.speed, ended: this.ended(), muted: video.muted };
    const over = this.start === null && whole > 0 && (video.ended || at >= whole - EDGE_S);
    if (!over || this.told) return;
    this.told = true;
    this.user.caughtUp();
  };
}
