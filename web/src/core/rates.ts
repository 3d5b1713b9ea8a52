// How fast a sum grows, over the last minute at most.

import { kbpsOf } from './levels';

const SPAN_MS = 60_000;
const LEAST_MS = 3000; // of less nothing can be said

export class Rates {
  private seen: { bytes: number; ms: number }[] = [];
  private known = 0;

  /** Kbit/s up to now; 0 while nothing is known. */
  push(bytes: number, ms: number): number {
    const last = this.seen.at(-1);
    if (last && bytes < last.bytes) this.clear();
    this.seen.push({ bytes, ms });
    while (this.seen.length > 2 && ms - this.seen[1]!.ms >= SPAN_MS) this.seen.shift();
    const first = this.seen[0]!;
    if (ms - first.ms >= LEAST_MS) this.known = kbpsOf(bytes - first.bytes, ms - first.ms);
    return this.known;
  }

  /** What comes now is another thing than before; the old figure stands until there is a new one. */
  restart(): void {
    this.seen = this.seen.slice(-1);
  }

  clear(): void {
    this.seen = [];
    this.known = 0;
  }
}
