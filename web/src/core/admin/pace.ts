// Requests that many parts of the console make on their own, below what the server takes from one connection.

const EACH_MS = 210;
const BURST = 12;
const PAUSE_MS = 1000; // after the server found it too fast

export class Pace {
  /** When the bucket was, or will be, full. */
  private fullMs = 0;

  constructor(
    private readonly now: () => number = Date.now,
    private readonly sleep: (ms: number) => Promise<void> = (ms) => new Promise((go) => setTimeout(go, ms)),
  ) {}

  /** Resolves when one more may go. */
  turn(): Promise<void> {
    this.fullMs = Math.max(this.fullMs, this.now()) + EACH_MS;
    const waitMs = this.fullMs - this.now() - BURST * EACH_MS;
    return waitMs > 0 ? this.sleep(waitMs) : Promise.resolve();
  }

  /** It was too much: all that come after this wait. */
  slow(): void {
    this.fullMs = Math.max(this.fullMs, this.now() + BURST * EACH_MS) + PAUSE_MS;
  }
}
