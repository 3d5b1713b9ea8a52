// What the server's own engine makes of a layout for a class that is only imagined (layout.try).

import { GRAIN, meet, unitOf, type Cell, type Plan, type Rect } from './plan';

export interface TryAsk {
  n: number;
  tall: boolean;
  screen: boolean;
  pinned: boolean;
  hand: boolean;
  guest: boolean;
  interpreter: boolean;
  /** The wall of all, which has more and smaller cells than the class's picture. */
  wall: boolean;
  params: string;
  /** Of which class the rungs are; empty: of the server. */
  code: string;
}

export const PEOPLE = [0, 1, 2, 3, 5, 9, 16, 25, 49];
export const USUAL_ASK: TryAsk = { n: 9, tall: false, screen: false, pinned: false, hand: false, guest: false, interpreter: false, wall: false, params: '', code: '' };

/** Sides in 1/10080 of the canvas. */
export interface TryCell extends Rect {
  kind: 'camera' | 'screen' | 'text';
  member?: number;
  text?: string;
  fill: boolean;
  border: boolean;
}

export interface TryRung {
  level: string;
  w: number;
  h: number;
  /** px of the lowest cell of a person, and of the page; 0: there is none. */
  least: number;
  page: number;
  /** Cells that are left where people would be too small, and the lowest of those. */
  shown: number;
  thin: number;
}

export interface Tried {
  /** -1: none suits. */
  variant: number;
  cells: TryCell[];
  /** px: no person is shown lower. */
  least: number;
  rungs: TryRung[];
  /** Pictures that are not there: it is shown without. */
  warnings?: { field: string; why: string }[];
}

/** What is asked, without what is not. */
export function question(plan: Plan, ask: TryAsk): Record<string, unknown> {
  const said = Object.entries(ask).filter(([key, value]) => key === 'n' || (value !== false && value !== ''));
  return { layout: plan, ...Object.fromEntries(said) };
}

/** The parts that the pretend members have: keys of texts. */
export function partOf(ask: TryAsk, member: number): string {
  const has = (of: number) => member === Math.min(ask.n, of);
  if (ask.pinned && has(3)) return 'pinned';
  if (ask.hand && has(4)) return 'hand';
  if (ask.guest && has(5)) return 'guest';
  if (ask.interpreter && has(6)) return 'interpreter';
  return member === 1 ? 'lecturer' : member === 2 ? 'speaker' : '';
}

/** Which of the variant's cells an arranged one came from: the smallest around it; -1: none. */
export function sourceOf(plan: Plan, variant: number, cell: TryCell): number {
  const unit = unitOf(plan);
  const at = { x: (cell.x / GRAIN) * unit, y: (cell.y / GRAIN) * unit, w: (cell.w / GRAIN) * unit, h: (cell.h / GRAIN) * unit };
  const dust = (2 / GRAIN) * unit;
  let best = -1;
  let least = Infinity;
  for (const [i, one] of (plan.variants[variant]?.cells ?? []).entries()) {
    const around = one.x <= at.x + dust && one.y <= at.y + dust && one.x + one.w >= at.x + at.w - dust && one.y + one.h >= at.y + at.h - dust;
    if (around && one.w * one.h < least) {
      least = one.w * one.h;
      best = i;
    }
  }
  return best;
}

/** Pairs of cells that lie over each other and do not say so. */
export function overlaps(cells: Cell[]): [number, number][] {
  return cells.flatMap((a, i) => cells.flatMap((b, k): [number, number][] => (k > i && !a.over && !b.over && meet(a, b) ? [[i, k]] : [])));
}
