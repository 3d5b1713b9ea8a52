// Pictures of the classes that are in sight: each asked for anew every few seconds, never many at once.

const EACH_MS = 3000; // where few are in sight
const SHARE_MS = 400; // for each of many
const EMPTY_MS = 6000; // where nothing was shown
const AT_ONCE = 2;
const TICK_MS = 250;

interface Seen {
  nextMs: number;
  asking: boolean;
  users: number;
}

export interface PosterUser {
  ask(code: string): Promise<string>;
  /** `jpeg` in base64; empty: there is none now. */
  show(code: string, jpeg: string): void;
  /** False while nobody looks, or nobody answers. */
  wanted(): boolean;
}

export class Posters {
  private readonly seen = new Map<string, Seen>();
  private inFlight = 0;
  private timer = 0;

  constructor(
    private readonly user: PosterUser,
    private readonly now: () => number = Date.now,
  ) {}

  /** It came into sight; several may watch the same class. */
  watch(code: string): void {
    const one = this.seen.get(code);
    if (one) one.users++;
    else this.seen.set(code, { nextMs: 0, asking: false, users: 1 });
    if (!this.timer) this.timer = window.setInterval(() => this.turn(), TICK_MS);
    this.turn();
  }

  unwatch(code: string): void {
    const one = this.seen.get(code);
    if (!one || --one.users > 0) return;
    this.seen.delete(code);
    if (this.seen.size || !this.timer) return;
    clearInterval(this.timer);
    this.timer = 0;
  }

  /** Asks for those that waited longest. */
  turn(): void {
    if (!this.user.wanted()) return;
    const due = [...this.seen].filter(([, one]) => !one.asking && one.nextMs <= this.now()).sort(([, a], [, b]) => a.nextMs - b.nextMs);
    for (const [code, one] of due) {
      if (this.inFlight >= AT_ONCE) return;
      void this.fetch(code, one);
    }
  }

  private async fetch(code: string, one: Seen): Promise<void> {
    one.asking = true;
    this.inFlight++;
    let jpeg = '';
    try {
      jpeg = await this.user.ask(code);
    } catch {
      // nothing is shown there, or it is gone
    }
    this.inFlight--;
    one.asking = false;
    one.nextMs = this.now() + Math.max(jpeg ? EACH_MS : EMPTY_MS, this.seen.size * SHARE_MS);
    if (this.seen.has(code)) this.user.show(code, jpeg);
    this.turn();
  }
}
