// Edges that lie nearly on each other are put onto each other: those of other cells first, then the grid.

import { LEAST, type Rect } from './plan';

export interface Snap {
  /** Lines that a side of the canvas is divided by; 0: no grid. */
  lines: number;
  /** How near is near, in units, across and down. */
  dx: number;
  dy: number;
  unit: number;
  others: Rect[];
}

/** Which edges a hand has taken hold of: -1 the first, 1 the far one, 0 none; both 0: the whole cell. */
export interface Grip {
  x: -1 | 0 | 1;
  y: -1 | 0 | 1;
}

export const WHOLE: Grip = { x: 0, y: 0 };

function marks(snap: Snap, at: 'x' | 'y', size: 'w' | 'h'): number[] {
  return [0, snap.unit / 2, snap.unit, ...snap.others.flatMap((one) => [one[at], one[at] + one[size]])];
}

function nearest(value: number, near: number, list: number[]): number | undefined {
  const far = (mark: number) => Math.abs(mark - value);
  const best = list.reduce((one, mark) => (far(mark) < far(one) ? mark : one), Infinity);
  return far(best) <= near ? best : undefined;
}

/** The nearest mark; else the nearest line of the grid; else where it is. */
function pull(value: number, near: number, list: number[], snap: Snap): number {
  const step = snap.unit / snap.lines;
  return nearest(value, near, list) ?? (snap.lines ? Math.round(value / step) * step : value);
}

/** The place that brings one of the two edges of a moved cell onto something. */
function settle(start: number, size: number, near: number, list: number[], snap: Snap): number {
  const first = nearest(start, near, list);
  const end = nearest(start + size, near, list);
  const byEnd = end === undefined ? undefined : end - size;
  if (first === undefined || byEnd === undefined) return first ?? byEnd ?? pull(start, near, list, snap);
  return Math.abs(first - start) <= Math.abs(byEnd - start) ? first : byEnd;
}

/** What a drag of (dx, dy) units by the grip makes of `rect`. */
export function drag(rect: Rect, grip: Grip, dx: number, dy: number, snap: Snap): Rect {
  const xs = marks(snap, 'x', 'w');
  const ys = marks(snap, 'y', 'h');
  const keep = (v: number, most: number) => Math.max(0, Math.min(most, v));
  if (!grip.x && !grip.y) {
    return {
      ...rect,
      x: keep(settle(keep(rect.x + dx, snap.unit - rect.w), rect.w, snap.dx, xs, snap), snap.unit - rect.w),
      y: keep(settle(keep(rect.y + dy, snap.unit - rect.h), rect.h, snap.dy, ys, snap), snap.unit - rect.h),
    };
  }
  const across = edges(rect.x, rect.x + rect.w, grip.x, dx, snap.dx, xs, snap);
  const down = edges(rect.y, rect.y + rect.h, grip.y, dy, snap.dy, ys, snap);
  return { x: across[0], y: down[0], w: across[1] - across[0], h: down[1] - down[0] };
}

function edges(from: number, to: number, grip: -1 | 0 | 1, by: number, near: number, list: number[], snap: Snap): [number, number] {
  const least = snap.unit * LEAST;
  if (grip < 0) return [Math.max(0, Math.min(to - least, pull(from + by, near, list, snap))), to];
  if (grip > 0) return [from, Math.min(snap.unit, Math.max(from + least, pull(to + by, near, list, snap)))];
  return [from, to];
}
