// Plays a list of pieces in a <video> by Media Source Extensions: fetches the list, then what is needed next, keeps so much and
// no more. One request at a time; what is not needed any more, because of a jump, is broken off.

import { codecsOf } from './box';
import { type List, type Piece, pieceAt, wholeOf } from './list';
import { LIVE, type Range, type Stock } from './stock';

/** Of a SourceBuffer, what is used here. */
export interface Buffer extends EventTarget {
  readonly updating: boolean;
  readonly buffered: { length: number; start(i: number): number; end(i: number): number };
  appendBuffer(data: ArrayBuffer | Uint8Array<ArrayBuffer>): void;
  /** Half a piece is forgotten. */
  abort(): void;
  remove(start: number, end: number): void;
  changeType(type: string): void;
}

export interface Source {
  /** Resolves when the browser is ready for buffers. */
  open(): Promise<void>;
  buffer(type: string): Buffer;
  whole(s: number): void;
  end(): void;
  playable(type: string): boolean;
}

export interface FeedUser {
  /** Where it plays, and how fast. */
  at(): number;
  speed(): number;
  /** The list is longer, or another one. */
  listed(list: List): void;
  /** The link is good no more. */
  stale(): void;
  /** It cannot be played here. */
  failed(why: 'codec' | 'list'): void;
  /** So many tries in a row came to nothing. */
  missed?(tries: number): void;
  /** Seconds of time as it passes; what is not told is the usual. */
  aheadS?(): number;
}

export interface Clock {
  now(): number;
  after(ms: number): Promise<void>;
}

const AHEAD_S = 30; // of time as it passes: at double speed twice as much of the recording
const FAR_S = 90; // ahead: left over from before a jump
const TICK_MS = 250;
const LIST_MS = 2000; // between two looks for more
const RETRY_MS = 1000;
const SEAM_S = 0.1; // pieces meet no better than that
const GAUGE_MS = 100; // a shorter time says nothing of a link

/** The link is good no more. */
class Stale extends Error {}

export class Feed {
  list: List | null = null;
  private buffer: Buffer | null = null;
  private map: string | null = null;
  private readonly maps = new Map<string, ArrayBuffer>();
  private type = '';
  private stopped = false;
  private ended = false;
  private listedMs = -Infinity;
  private wanted = ''; // what is being fetched
  private broken: AbortController | null = null;
  /** Pieces that were appended and are not buffered, since a decoder left them out: not again at once. */
  private taken = '';
  private misses = 0;
  private wake = () => {};
  /** Bytes a millisecond that came lately; 0: it is not known. */
  pace = 0;
  /** Something of it has come and was taken. */
  came = false;

  constructor(
    private url: string,
    private readonly source: Source,
    private readonly user: FeedUser,
    private readonly clock: Clock = { now: () => performance.now(), after: (ms) => new Promise((ok) => setTimeout(ok, ms)) },
    private readonly stock: Stock = LIVE,
  ) {}

  /** Until stop(). */
  async run(): Promise<void> {
    await this.source.open();
    while (!this.stopped) {
      let wait = TICK_MS;
      try {
        if (await this.step()) wait = 0;
        this.misses = 0;
      } catch (why) {
        if (this.stopped) return;
        wait = this.missed(why);
      }
      if (wait) await Promise.race([this.clock.after(wait), new Promise<void>((ok) => (this.wake = ok))]);
    }
  }

  stop(): void {
    this.stopped = true;
    this.broken?.abort();
  }

  /** A fresh link to the same. */
  renew(url: string): void {
    this.url = url;
    this.listedMs = -Infinity;
    this.wake();
  }

  /** It jumped: what is on its way may not be needed. */
  jumped(): void {
    this.taken = '';
    const piece = this.next();
    if (this.wanted && this.wanted !== piece?.name) this.broken?.abort();
    this.wake();
  }

  /** What is shown there has come. */
  holds(atS: number): boolean {
    const { length = 0 } = this.buffer?.buffered ?? {};
    for (let i = 0; i < length; i++) if (atS >= this.buffer!.buffered.start(i) && atS < this.buffer!.buffered.end(i)) return true;
    return false;
  }

  // --- inner parts ---

  /** The network is away for a moment, or somebody jumped. How long to wait. */
  private missed(why: unknown): number {
    if (why instanceof DOMException && why.name === 'AbortError') return 0;
    if (!(why instanceof Stale)) this.user.missed?.(++this.misses);
    return RETRY_MS;
  }

  /** True: there is more to do at once. */
  private async step(): Promise<boolean> {
    if (!this.list || (!this.list.ended && this.clock.now() - this.listedMs >= LIST_MS && !this.hungry())) await this.look();
    const piece = this.next();
    if (!piece) {
      if (this.list && !this.list.ended && this.clock.now() - this.listedMs >= LIST_MS) await this.look();
      this.finish();
      return false;
    }
    if (!(await this.settle(piece.map))) return false;
    await this.pour(piece);
    this.taken = piece.name;
    await this.forget();
    return true;
  }

  /** Less than two pieces are left: those go before a look at the list. */
  private hungry(): boolean {
    return this.next() !== null && this.until() - this.user.at() < 2 * (this.list?.targetS || 4);
  }

  /** Up to where it is buffered from here on. */
  private until(): number {
    const at = this.user.at();
    const { length = 0 } = this.buffer?.buffered ?? {};
    for (let i = 0; i < length; i++) {
      const [start, end] = [this.buffer!.buffered.start(i), this.buffer!.buffered.end(i)];
      if (at >= start - 0.5 && at < end) return end;
    }
    return at;
  }

  private next() {
    const { list } = this;
    if (!list) return null;
    const [at, until] = [this.user.at(), this.until()];
    const ahead = this.user.aheadS?.() ?? AHEAD_S;
    if (until - at > ahead * Math.max(1, this.user.speed())) return null;
    let i = pieceAt(list, until > at ? until + SEAM_S : at);
    if (i >= 0 && list.pieces[i]!.name === this.taken) i++;
    return list.pieces[i] ?? null;
  }

  private get(name: string): string {
    return new URL(name, new URL(this.url, location.href)).href;
  }

  private readonly request = async (name: string, range?: Range): Promise<Response | null> => {
    this.broken = new AbortController();
    const headers = range && { Range: `bytes=${range.from}-${range.from + range.bytes - 1}` };
    const reply = await fetch(this.get(name), { signal: this.broken.signal, credentials: 'omit', ...(headers && { headers }) });
    if (range ? reply.status === 206 : reply.ok) return reply;
    if (reply.status === 403) {
      this.user.stale();
      throw new Stale();
    }
    if (reply.status === 404 && name.endsWith('.m3u8')) return null;
    throw new Error(`${name}: ${reply.status}`);
  };

  /** What of a piece comes behind its first bytes tells how fast the link is. */
  private gauge(): (bytes: number) => void {
    let [since, sum] = [NaN, 0];
    return (bytes) => {
      const now = this.clock.now();
      if (Number.isNaN(since)) since = now;
      else sum += bytes;
      if (now - since < GAUGE_MS) return;
      const pace = sum / (now - since);
      this.pace = this.pace ? (this.pace + pace) / 2 : pace;
      [since, sum] = [now, 0];
    };
  }

  /** A piece, as it comes: each second of it can be seen before the next one is there. */
  private async pour(piece: Piece): Promise<void> {
    const { name, range } = this.stock.place(piece);
    const gauge = this.gauge();
    this.wanted = piece.name;
    let begun = false;
    try {
      const reader = (await this.request(name, range))!.body!.getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        begun = true;
        gauge(part.value.length);
        await this.append(part.value);
        this.came = true;
      }
    } catch (why) {
      if (begun && !this.stopped) this.buffer!.abort();
      throw why;
    } finally {
      this.wanted = '';
    }
  }

  /** All of it once; then what is newest, as long as there is no hole. */
  private async look(): Promise<void> {
    const list = await this.stock.look(this.request, this.list);
    this.listedMs = this.clock.now();
    if (!list) {
      this.user.failed('list');
      throw new Error('a list that cannot be read');
    }
    this.list = list;
    if (this.buffer && !this.buffer.updating && !this.ended) this.source.whole(Math.max(wholeOf(list), this.until()));
    this.user.listed(list);
  }

  /** The settings of what comes next are in the buffer. */
  private async settle(name: string): Promise<boolean> {
    if (this.map === name) return true;
    this.wanted = name;
    const map = this.maps.get(name) ?? (await this.stock.map(this.request, name).finally(() => (this.wanted = '')));
    this.wanted = '';
    this.maps.set(name, map);
    const codecs = codecsOf(map);
    const type = `video/mp4; codecs="${codecs}"`;
    if (!codecs || !this.source.playable(type)) {
      this.user.failed('codec');
      this.stop();
      return false;
    }
    if (!this.buffer) {
      this.buffer = this.source.buffer(type);
      this.source.whole(wholeOf(this.list!));
    } else if (type !== this.type) {
      this.buffer.changeType(type);
    }
    this.type = type;
    await this.append(map);
    this.map = name;
    return true;
  }

  private done(): Promise<void> {
    const { buffer } = this;
    return new Promise((ok, fail) => {
      const end = (event: Event) => {
        buffer!.removeEventListener('updateend', end);
        buffer!.removeEventListener('error', end);
        if (event.type === 'error') fail(new Error('not taken'));
        else ok();
      };
      buffer!.addEventListener('updateend', end);
      buffer!.addEventListener('error', end);
    });
  }

  private async append(data: ArrayBuffer | Uint8Array<ArrayBuffer>): Promise<void> {
    this.ended = false;
    for (let tries = 0; ; tries++) {
      const done = this.done();
      try {
        this.buffer!.appendBuffer(data);
        return await done;
      } catch (why) {
        done.catch(() => undefined);
        if (tries || !(why instanceof DOMException) || why.name !== 'QuotaExceededError') throw why;
        await this.forget(5, AHEAD_S / 2);
      }
    }
  }

  private async forget(behindS = this.stock.behindS, aheadS = FAR_S): Promise<void> {
    const at = this.user.at();
    const far = at + aheadS * Math.max(1, this.user.speed());
    const { buffered } = this.buffer!;
    const parts: [number, number][] = [];
    for (let i = 0; i < buffered.length; i++) {
      const [start, end] = [buffered.start(i), buffered.end(i)];
      if (start < at - behindS - 10) parts.push([start, Math.min(end, at - behindS)]);
      if (end > far) parts.push([Math.max(start, far), end]);
    }
    for (const [start, end] of parts) {
      const done = this.done();
      this.buffer!.remove(start, end);
      await done;
    }
  }

  /** All is there up to the end, which is the end for good. */
  private finish(): void {
    if (!this.list?.ended || this.ended || !this.buffer || this.buffer.updating) return;
    if (this.until() < wholeOf(this.list) - 1) return;
    this.ended = true;
    this.source.end();
  }
}
