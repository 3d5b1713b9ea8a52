// Which part of the picture shows whom. A new map is put in force with the very frame it belongs to.

import type { Layout } from './protocol';

const WAIT_MS = 1500; // never longer for a frame that does not come
const FAR = 90000 * 20; // a map this far from the picture belongs to another clock

/** a - b for 32-bit RTP timestamps that wrap, as a signed number. */
export function rtpDelta(a: number, b: number): number {
  return (a - b) | 0;
}

/** The same for all maps of one picture of the class, whatever its size. */
export function pictureOf(d: { picture?: string; front?: string }): string {
  return `${d.picture ?? 'class'} ${d.front ?? ''}`;
}

export class TileClock {
  private waiting: { layout: Layout; timer: number }[] = [];
  private seen: number | null = null;
  private held: Layout | 'nothing yet' | null = null;

  constructor(private readonly show: (layout: Layout | null) => void) {}

  /** Another picture is on its way: what belongs to it must not lie over the one that is still shown. */
  hold(): void {
    this.flush();
    if (this.held === null) this.held = 'nothing yet';
    this.show(null);
  }

  /** It is shown from here on. */
  release(): void {
    const { held } = this;
    this.held = null;
    if (held !== null && held !== 'nothing yet') this.push(held);
  }

  /** A map that arrived as an event. */
  push(layout: Layout): void {
    if (this.held !== null) {
      this.held = layout;
      return;
    }
    const ahead = this.seen === null ? 0 : rtpDelta(layout.rtp_ts, this.seen);
    if (ahead <= 0 || ahead > FAR) {
      this.flush();
      this.show(layout);
      return;
    }
    const timer = window.setTimeout(() => this.until(layout), WAIT_MS);
    this.waiting.push({ layout, timer });
  }

  /** A map that is already in force, of a snapshot. */
  set(layout: Layout | null): void {
    this.clear();
    this.show(layout); // none: names of the class before are no names of this one
  }

  /** A frame was shown; undefined where the browser does not tell its timestamp. */
  frame(rtpTimestamp: number | undefined): void {
    if (rtpTimestamp === undefined) return;
    this.seen = rtpTimestamp;
    let due: Layout | null = null;
    while (this.waiting.length && rtpDelta(rtpTimestamp, this.waiting[0]!.layout.rtp_ts) >= 0) {
      due = this.take();
    }
    if (due) this.show(due);
  }

  clear(): void {
    while (this.waiting.length) this.take();
    this.seen = null;
    this.held = null;
  }

  private until(layout: Layout): void {
    while (this.waiting.length) {
      if (this.take() === layout) break;
    }
    this.show(layout);
  }

  private flush(): void {
    while (this.waiting.length) this.take();
  }

  private take(): Layout {
    const one = this.waiting.shift()!;
    clearTimeout(one.timer);
    return one.layout;
  }
}
