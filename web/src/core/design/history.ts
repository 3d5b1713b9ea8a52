// What was done, to be undone. Steps of one kind that follow each other closely are one.

const MOST = 200; // steps; the oldest is forgotten
const TOGETHER_MS = 800;

export class History<T> {
  private past: T[] = [];
  private future: T[] = [];
  private kind = '';
  private atMs = -Infinity;

  constructor(
    private now: T,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  get value(): T {
    return this.now;
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** kind: steps that have the same and are no longer than `withinMs` apart are undone together; empty: one by itself. */
  push(next: T, kind = '', withinMs = TOGETHER_MS): void {
    if (next === this.now) return;
    const ms = this.clock();
    const together = kind !== '' && kind === this.kind && ms - this.atMs < withinMs && this.past.length > 0;
    if (!together) this.past = [...this.past, this.now].slice(-MOST);
    this.future = [];
    this.now = next;
    this.kind = kind;
    this.atMs = ms;
  }

  /** What follows is a step of its own. */
  part(): void {
    this.kind = '';
  }

  undo(): boolean {
    const last = this.past.pop();
    if (last === undefined) return false;
    this.future.push(this.now);
    this.now = last;
    this.part();
    return true;
  }

  redo(): boolean {
    const next = this.future.pop();
    if (next === undefined) return false;
    this.past.push(this.now);
    this.now = next;
    this.part();
    return true;
  }
}
