// The levels of a class: which one a choice leads to, and what it costs.

import type { Costs, Level, LinkMinute, Quality, WishName } from './protocol';

export const LEVELS: readonly Level[] = ['sound', 'still', 'low', 'mid', 'main', 'high'];
export const WISHES: readonly WishName[] = ['auto', 'save', 'slides', 'sound'];
/** What a picture can be capped to, from the smallest. */
export const CAPS: readonly Level[] = ['low', 'mid', 'main', 'high'];

/** A guess for the first class of a device; after it the device knows what its server said. */
export const USUAL_COSTS: Costs = { sound: 22, still: 30, low: 75, mid: 180, main: 440, high: 920 };

export function isLevel(name: unknown): name is Level {
  return (LEVELS as readonly unknown[]).includes(name);
}

export function isWish(name: unknown): name is WishName {
  return (WISHES as readonly unknown[]).includes(name);
}

export function lowest(...levels: Level[]): Level {
  return LEVELS[Math.min(...levels.map((one) => Math.max(0, LEVELS.indexOf(one))))]!;
}

/** 1 kbit/s for an hour is 0.45 MB. */
export function mbPerHour(kbps: number): number {
  return (kbps * 3600) / 8 / 1000;
}

/** Kbit/s from a number of bytes and the time they took. */
export function kbpsOf(bytes: number, ms: number): number {
  return ms > 0 ? (bytes * 8) / ms : 0;
}

export function isMoving(level: Level): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf('low');
}

export interface Cost {
  level: Level;
  kbps: number;
  /** It will not cost more, but may cost less: the link decides. */
  upTo: boolean;
}

/** What a choice would cost now. `quality` is null before the class. */
export function costOf(wish: WishName, cap: Level, quality: Quality | null, costs: Costs): Cost {
  const slides = quality?.content === 'slides';
  const chosen: Level = wish === 'save' ? 'low' : wish === 'sound' || (wish === 'slides' && !slides) ? 'sound' : 'high';
  const level = lowest(chosen, cap);
  // what the choice at hand leads to is known, not guessed
  if (quality && quality.wish === wish && quality.cap === cap && quality.why !== 'hidden') {
    return { level: quality.level, kbps: costs[quality.level], upTo: false };
  }
  const likely = quality || !isMoving(level) ? level : lowest(level, 'main');
  return { level: likely, kbps: costs[likely], upTo: isMoving(level) };
}

/** Bytes at the end, when it goes on as it did lately. */
export function forecast(used: number, kbps: number, leftMs: number): number {
  return used + (kbps * Math.max(0, leftMs)) / 8;
}

/** Minutes at each level, the highest first, and the worst loss: a history in words needs no more. */
export function summary(minutes: LinkMinute[]): { spans: { level: Level; n: number }[]; loss: number; changes: number } {
  const spans = [...LEVELS]
    .reverse()
    .map((level) => ({ level, n: minutes.filter((one) => one.level === level).length }))
    .filter((one) => one.n > 0);
  return {
    spans,
    loss: Math.max(0, ...minutes.map((one) => one.loss)),
    changes: minutes.reduce((sum, one) => sum + one.changes, 0),
  };
}
