// What the user wants to receive, and how the page stands: remembered on the device, said to the server.

import { CAPS, isWish } from './levels';
import type { Level, WishName } from './protocol';
import { recall, remember } from './store';

export interface Budget {
  mb: number; // 0: none
  min: number;
}

export interface Wish {
  wish: WishName;
  cap: Level;
  budget: Budget;
}

export interface Sight {
  hidden: boolean;
  tall: boolean;
}

const TOO_FAST_MS = 2000;
const MOST_MB = 100_000;
const MOST_MIN = 24 * 60;

function whole(value: unknown, least: number, most: number): number {
  const n = Math.round(Number(value));
  return Number.isFinite(n) ? Math.min(most, Math.max(least, n)) : least;
}

export function cleanBudget(mb: unknown, min: unknown): Budget {
  return { mb: whole(mb, 0, MOST_MB), min: whole(min || 60, 1, MOST_MIN) };
}

/** What the device remembers, whatever was written there. */
export function readWish(text: string): Wish {
  let was: Partial<Wish> = {};
  try {
    was = (JSON.parse(text) as Partial<Wish> | null) ?? {};
  } catch {
    // nothing is remembered
  }
  return {
    wish: isWish(was.wish) ? was.wish : 'auto',
    cap: CAPS.includes(was.cap!) ? was.cap! : 'high',
    budget: cleanBudget(was.budget?.mb, was.budget?.min),
  };
}

/** The budget as it is left: the server counts from the moment it is told. */
export function budgetLeft(budget: Budget, usedBytes: number, untilMs: number, nowMs: number): object {
  if (!budget.mb) return { budget_mb: 0 };
  return {
    budget_mb: Math.max(1, Math.round(budget.mb - usedBytes / 1e6)),
    budget_min: Math.max(1, Math.ceil((untilMs - nowMs) / 60000)),
  };
}

/** What the browser knows of its network; nothing when it does not say. */
export function netHint(connection = (navigator as { connection?: { saveData?: boolean; effectiveType?: string } }).connection): object {
  if (connection?.saveData) return { net: 'save' };
  const type = connection?.effectiveType;
  return type && ['slow-2g', '2g', '3g', '4g'].includes(type) ? { net: type } : {};
}

export interface PreferUser {
  tell(d: object): Promise<unknown>;
  /** Bytes of this class up to now. */
  used(): number;
  changed(wish: Wish): void;
}

export class Prefer {
  wish: Wish = readWish(recall('wish'));
  untilMs = 0; // the end that the budget must reach
  private sight: Sight = { hidden: false, tall: false };
  private unsaid = false;
  private timer = 0;

  constructor(private readonly user: PreferUser) {
    user.changed(this.wish);
  }

  /** Of the user. */
  choose(part: Partial<Wish>): void {
    this.wish = { ...this.wish, ...part };
    remember('wish', JSON.stringify(this.wish));
    if (part.budget) this.startBudget();
    this.user.changed(this.wish);
    this.tell({
      ...(part.wish ? { wish: part.wish } : {}),
      ...(part.cap ? { cap: part.cap } : {}),
      ...(part.budget ? this.left() : {}),
    });
  }

  /** Of the page. */
  see(part: Partial<Sight>): void {
    const next = { ...this.sight, ...part };
    const { hidden, tall } = this.sight;
    if (next.hidden === hidden && next.tall === tall) return;
    this.sight = next;
    this.tell(part);
  }

  /** Another class: its budget begins now. `untilMs`: of one that goes on after a reload. */
  begin(untilMs = 0): void {
    this.untilMs = untilMs;
    if (!untilMs) this.startBudget();
  }

  /** All of it, after a snapshot; `more` only then. */
  say(more: object = {}): void {
    const { wish, cap } = this.wish;
    this.tell({ wish, cap, ...this.sight, ...more, ...this.left() }, true);
  }

  /** What could not be said while the socket was away. */
  sayAgain(): void {
    if (this.unsaid) this.say();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.unsaid = false;
  }

  private left(): object {
    return budgetLeft(this.wish.budget, this.user.used(), this.untilMs, Date.now());
  }

  private startBudget(): void {
    this.untilMs = Date.now() + this.wish.budget.min * 60000;
  }

  private tell(d: object, all = false): void {
    this.user.tell(d).then(
      () => {
        if (all) this.unsaid = false;
      },
      (why: { code?: string }) => {
        if (why.code === 'offline' || why.code === 'timeout' || why.code === 'too_fast') this.unsaid = true;
        clearTimeout(this.timer);
        if (why.code === 'too_fast') this.timer = window.setTimeout(() => this.sayAgain(), TOO_FAST_MS);
      },
    );
  }
}
