// What can be done to a layout: each step takes one and gives a new one. What is not changed is shared.

import { GRAIN, LIMITS, tallOf, tidyRect, unitOf, within, type Cell, type Param, type Plan, type Rect, type Variant, type When } from './plan';

/** Where the hands are: a variant, and one of its cells; -1: none. */
export interface Spot {
  variant: number;
  cell: number;
}

export interface Step {
  plan: Plan;
  at: Spot;
}

function replace<T>(list: T[], at: number, ...by: T[]): T[] {
  return [...list.slice(0, at), ...by, ...list.slice(at + 1)];
}

function insert<T>(list: T[], at: number, one: T): T[] {
  return [...list.slice(0, at), one, ...list.slice(at)];
}

export function setVariant(plan: Plan, v: number, to: Variant): Plan {
  return { ...plan, variants: replace(plan.variants, v, to) };
}

function setCells(plan: Plan, v: number, cells: Cell[]): Plan {
  return setVariant(plan, v, { ...plan.variants[v]!, cells });
}

export function cellAt(plan: Plan, at: Spot): Cell | undefined {
  return plan.variants[at.variant]?.cells[at.cell];
}

/** Fields that are given as undefined go away. */
export function setCell(plan: Plan, at: Spot, fields: Partial<Cell>): Plan {
  const cell = cellAt(plan, at);
  if (!cell) return plan;
  const next = { ...cell, ...fields };
  for (const key of Object.keys(next) as (keyof Cell)[]) if (next[key] === undefined) delete next[key];
  return setCells(plan, at.variant, replace(plan.variants[at.variant]!.cells, at.cell, next));
}

export function place(plan: Plan, at: Spot, rect: Rect): Plan {
  return setCell(plan, at, within(rect, unitOf(plan)));
}

/** By steps of `by` of the plan's units, onto the next line of that grid. */
export function nudge(plan: Plan, at: Spot, dx: number, dy: number, by: number): Plan {
  const cell = cellAt(plan, at);
  if (!cell) return plan;
  const unit = unitOf(plan);
  return place(plan, at, { ...cell, x: next(cell.x, dx, by, unit), y: next(cell.y, dy, by, unit) });
}

/** The same of the far edges. */
export function stretch(plan: Plan, at: Spot, dx: number, dy: number, by: number): Plan {
  const cell = cellAt(plan, at);
  if (!cell) return plan;
  const unit = unitOf(plan);
  const end = (from: number, size: number, way: number) => Math.min(unit, next(from + size, way, by, unit)) - from;
  return place(plan, at, { ...cell, w: end(cell.x, cell.w, dx), h: end(cell.y, cell.h, dy) });
}

function next(value: number, way: number, by: number, unit: number): number {
  if (!way) return value;
  const lines = value / by;
  const dust = (0.6 * unit) / GRAIN / by; // it lies on the grain, the line may not
  return (way > 0 ? Math.floor(lines + dust) + way : Math.ceil(lines - dust) + way) * by;
}

export function addCell(plan: Plan, v: number, cell: Partial<Cell> = {}): Step {
  const variant = plan.variants[v];
  if (!variant || variant.cells.length >= LIMITS.cellsOfVariant) return { plan, at: { variant: v, cell: -1 } };
  const unit = unitOf(plan);
  const one: Cell = { ...tidyRect({ x: 0, y: 0, w: unit / 4, h: unit / 4 }, unit), who: ['speaker', 'camera', 'any'], ...cell };
  return { plan: setCells(plan, v, [...variant.cells, one]), at: { variant: v, cell: variant.cells.length } };
}

export function removeCell(plan: Plan, at: Spot): Step {
  if (!cellAt(plan, at)) return { plan, at };
  const cells = plan.variants[at.variant]!.cells.filter((_, i) => i !== at.cell);
  return { plan: setCells(plan, at.variant, cells), at: { ...at, cell: Math.min(at.cell, cells.length - 1) } };
}

/** A little beside the first, and right behind it. */
export function duplicate(plan: Plan, at: Spot): Step {
  const cell = cellAt(plan, at);
  const cells = plan.variants[at.variant]?.cells ?? [];
  if (!cell || cells.length >= LIMITS.cellsOfVariant) return { plan, at };
  const unit = unitOf(plan);
  const far = cell.x + 2 * cell.w <= unit ? { x: cell.x + cell.w } : cell.y + 2 * cell.h <= unit ? { y: cell.y + cell.h } : { x: cell.x + unit / 30, y: cell.y + unit / 30 };
  const copy = { ...cell, ...within({ ...cell, ...far }, unit) };
  return { plan: setCells(plan, at.variant, insert(cells, at.cell + 1, copy)), at: { ...at, cell: at.cell + 1 } };
}

/** Nearer to the eye, or farther. */
export function raise(plan: Plan, at: Spot, by: number): Plan {
  const cell = cellAt(plan, at);
  if (!cell) return plan;
  const z = Math.max(-LIMITS.z, Math.min(LIMITS.z, (cell.z ?? 0) + by));
  return setCell(plan, at, { z: z || undefined });
}

/** Sooner or later in the order in which cells are filled. */
export function reorder(plan: Plan, at: Spot, by: number): Step {
  const cells = plan.variants[at.variant]?.cells ?? [];
  const to = at.cell + by;
  const cell = cells[at.cell];
  if (!cell || to < 0 || to >= cells.length) return { plan, at };
  const rest = cells.filter((_, i) => i !== at.cell);
  return { plan: setCells(plan, at.variant, insert(rest, to, cell)), at: { ...at, cell: to } };
}

export function addVariant(plan: Plan, v: number): Step {
  if (plan.variants.length >= LIMITS.variants) return { plan, at: { variant: v, cell: -1 } };
  const from = plan.variants[v];
  const copy: Variant = from ? { ...from, when: { ...from.when }, cells: from.cells.map((cell) => ({ ...cell })) } : { cells: [] };
  return { plan: { ...plan, variants: insert(plan.variants, v, copy) }, at: { variant: v, cell: -1 } };
}

export function removeVariant(plan: Plan, v: number): Step {
  if (plan.variants.length < 2) return { plan, at: { variant: v, cell: -1 } };
  const variants = plan.variants.filter((_, i) => i !== v);
  return { plan: { ...plan, variants }, at: { variant: Math.min(v, variants.length - 1), cell: -1 } };
}

export function moveVariant(plan: Plan, v: number, by: number): Step {
  const to = v + by;
  const one = plan.variants[v];
  if (!one || to < 0 || to >= plan.variants.length) return { plan, at: { variant: v, cell: -1 } };
  const rest = plan.variants.filter((_, i) => i !== v);
  return { plan: { ...plan, variants: insert(rest, to, one) }, at: { variant: to, cell: -1 } };
}

export function setWhen(plan: Plan, v: number, fields: When): Plan {
  const when: When = { ...plan.variants[v]!.when, ...fields };
  for (const key of Object.keys(when)) if (when[key] === undefined) delete when[key];
  return setVariant(plan, v, { ...plan.variants[v]!, when });
}

/** A plan in other units: what is seen stays. */
export function setUnit(plan: Plan, unit: number): Plan {
  const by = unit / unitOf(plan);
  const scale = (cell: Cell): Cell => ({ ...cell, ...tidyRect({ x: cell.x * by, y: cell.y * by, w: cell.w * by, h: cell.h * by }, unit) });
  return { ...plan, unit, variants: plan.variants.map((one) => ({ ...one, cells: one.cells.map(scale) })) };
}

export function setParam(plan: Plan, key: string, param: Param | undefined): Plan {
  const params = { ...plan.params };
  if (param === undefined) delete params[key];
  else params[key] = param;
  return { ...plan, params: Object.keys(params).length ? params : undefined };
}

/** Every variant that asks for it goes along. */
export function renameParam(plan: Plan, from: string, to: string): Plan {
  if (!plan.params?.[from] || from === to || plan.params[to]) return plan;
  const params = Object.fromEntries(Object.entries(plan.params).map(([key, value]) => [key === from ? to : key, value]));
  const variants = plan.variants.map((one) => {
    const when = one.when && Object.fromEntries(Object.entries(one.when).map(([key, value]) => [key === from ? to : key, value]));
    return { ...one, ...(when ? { when } : {}), cells: one.cells.map((cell) => (cell.most === from ? { ...cell, most: to } : cell)) };
  });
  return { ...plan, params, variants };
}

/** The first variant of a shape of canvas; else any. */
export function firstOf(plan: Plan, tall: boolean): number {
  const found = plan.variants.findIndex((one) => tallOf(one) === undefined || tallOf(one) === tall);
  return Math.max(0, found);
}
