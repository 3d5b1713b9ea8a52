// A layout as data: the form of docs/plugins.md, as the page edits it. The server is who says what is right.

export const ROLES = ['pinned', 'screen', 'lecturer', 'presenter', 'speaker', 'hand', 'interpreter', 'guest', 'student', 'camera', 'any'] as const;
export type Role = (typeof ROLES)[number];

/** Of a layout, as plugins/plan.h and plugins/params.h have them. */
export const LIMITS = {
  variants: 48,
  cells: 320,
  cellsOfVariant: 49,
  wishes: 6,
  params: 4,
  words: 8,
  keep: 8,
  holdMs: 10000,
  name: 31,
  title: 96,
  text: 48,
  z: 100,
  people: 9999,
  bytes: 16384,
};

/** The parts that a side of the canvas has for the server: edges lie on them. */
export const GRAIN = 10080;
/** No side of a cell is a smaller part of the canvas's. */
export const LEAST = 1 / 50;

export interface Rect {
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface Cell extends Rect {
  who?: string | string[];
  z?: number;
  fit?: 'fit' | 'fill';
  border?: boolean;
  over?: boolean;
  text?: string;
  most?: number | string;
  cols?: number;
  zoom?: boolean;
  shape?: [number, number];
}

export const FACTS = ['tall', 'screen', 'pinned', 'interpreter', 'guest'] as const;
export type Fact = (typeof FACTS)[number];

/** Facts are true or false, min and max are people, all others are words of parameters. */
export type When = { [key: string]: boolean | number | string | undefined };

export interface Variant {
  when?: When;
  cells: Cell[];
}

export type Param = string[] | { min?: number; max?: number; usual?: number };

export const CORNERS = ['top-left', 'top-right', 'bottom-left', 'bottom-right'] as const;
export type Corner = (typeof CORNERS)[number];
/** Where a logo is, and how high in shares of the canvas, that says nothing of it. */
export const USUAL_LOGO: { corner: Corner; height: number } = { corner: 'top-right', height: 0.08 };

export interface Plan {
  version: 1;
  name: string;
  title?: string;
  group?: string;
  unit?: number;
  keep?: number;
  hold_ms?: number;
  /** Names of pictures that the server has. */
  background_picture?: string;
  logo?: { picture: string; corner?: Corner; height?: number };
  params?: Record<string, Param>;
  variants: Variant[];
}

export function unitOf(plan: Plan): number {
  return typeof plan.unit === 'number' && plan.unit > 0 ? plan.unit : 1;
}

/** The wishes of a cell, the best first. */
export function whoOf(cell: Cell): string[] {
  return cell.who === undefined ? [] : Array.isArray(cell.who) ? cell.who : [cell.who];
}

export function isRest(cell: Cell): boolean {
  return whoOf(cell)[0] === 'rest';
}

/** What a cell is mostly for: 'rest', 'text' or a role. */
export function kindOf(cell: Cell): string {
  return whoOf(cell)[0] ?? 'text';
}

/** Edges on the server's grain, without the dust of fractions. */
export function tidy(value: number, unit: number): number {
  const on = (Math.round((value / unit) * GRAIN) / GRAIN) * unit;
  return Number(on.toFixed(6));
}

export function tidyRect(rect: Rect, unit: number): Rect {
  const x = tidy(rect.x, unit);
  const y = tidy(rect.y, unit);
  return { x, y, w: Number((tidy(rect.x + rect.w, unit) - x).toFixed(6)), h: Number((tidy(rect.y + rect.h, unit) - y).toFixed(6)) };
}

/** Inside of the canvas, and no smaller than can be. */
export function within(rect: Rect, unit: number): Rect {
  const least = unit * LEAST;
  const side = (v: number) => Math.min(unit, Math.max(least, v));
  const w = side(rect.w);
  const h = side(rect.h);
  const at = (v: number, size: number) => Math.min(unit - size, Math.max(0, v));
  return tidyRect({ x: at(rect.x, w), y: at(rect.y, h), w, h }, unit);
}

export function meet(a: Rect, b: Rect): boolean {
  const dust = 1e-6;
  return a.x < b.x + b.w - dust && b.x < a.x + a.w - dust && a.y < b.y + b.h - dust && b.y < a.y + a.h - dust;
}

/** Is it one for upright canvases? undefined: for both. */
export function tallOf(variant: Variant): boolean | undefined {
  const tall = variant.when?.tall;
  return typeof tall === 'boolean' ? tall : undefined;
}

/** Without what says nothing, in the order of the documentation; what is not known goes along, for the server to say so. */
export function clean(plan: Plan): Plan {
  const keep = (value: unknown) => value !== undefined && value !== '' && !(Array.isArray(value) && !value.length);
  const pick = <T extends object>(from: T, keys: string[]): T => {
    const all = [...keys, ...Object.keys(from).filter((key) => !keys.includes(key))];
    return Object.fromEntries(all.filter((key) => keep(from[key as keyof T])).map((key) => [key, from[key as keyof T]])) as T;
  };
  const variants = plan.variants.map((one) => {
    const when = Object.fromEntries(Object.entries(one.when ?? {}).filter(([, value]) => keep(value))) as When;
    const cells = one.cells.map((cell) => pick(cell, ['x', 'y', 'w', 'h', 'who', 'z', 'fit', 'border', 'over', 'text', 'most', 'cols', 'zoom', 'shape']));
    return { ...pick({ ...one, when: undefined, cells: [] }, []), ...(Object.keys(when).length ? { when } : {}), cells };
  });
  const { variants: _, params, ...head } = plan;
  const some = params && Object.keys(params).length ? { params } : {};
  return { ...pick(head, ['version', 'name', 'title', 'group', 'unit', 'keep', 'hold_ms']), ...some, variants };
}

/** On one line, with blanks as people write them. */
function line(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(line).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, one]) => one !== undefined);
  return `{${fields.map(([key, one]) => `${JSON.stringify(key)}: ${line(one)}`).join(', ')}}`;
}

/** As a file: a line a cell, which people can read and compare. */
export function toText(plan: Plan): string {
  const { variants, ...head } = clean(plan);
  const lines = Object.entries(head).map(([key, value]) => `\t${JSON.stringify(key)}: ${line(value)},`);
  const rows = variants.map((one) => {
    const cells = one.cells.map((cell) => `\t\t\t${line(cell)}`).join(',\n');
    const more = Object.entries(one).filter(([key]) => key !== 'cells');
    const rest = more.map(([key, value]) => `${JSON.stringify(key)}: ${line(value)}, `).join('');
    return `\t\t{${rest}"cells": [${cells ? `\n${cells}\n\t\t` : ''}]}`;
  });
  return `{\n${lines.join('\n')}\n\t"variants": [\n${rows.join(',\n')}\n\t]\n}\n`;
}

/** As much as the editor relies on; everything else is the server's to judge. A text says what is wrong. */
export function asPlan(json: unknown): Plan | string {
  const plan = json as Plan;
  const object = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!object(json)) return 'object';
  if (!Array.isArray(plan.variants) || !plan.variants.length) return 'variants';
  for (const [v, variant] of plan.variants.entries()) {
    if (!object(variant) || !Array.isArray(variant.cells)) return `variants[${v}].cells`;
    if (variant.when !== undefined && !object(variant.when)) return `variants[${v}].when`;
    for (const [c, cell] of variant.cells.entries()) {
      const numbers = object(cell) && (['x', 'y', 'w', 'h'] as const).every((key) => Number.isFinite(cell[key]));
      if (!numbers) return `variants[${v}].cells[${c}]`;
      const who = cell.who ?? [];
      if (typeof who !== 'string' && !(Array.isArray(who) && who.every((one) => typeof one === 'string'))) return `variants[${v}].cells[${c}].who`;
    }
  }
  if (plan.params !== undefined) {
    if (!object(plan.params)) return 'params';
    for (const [key, param] of Object.entries(plan.params)) {
      if (!object(param) && !(Array.isArray(param) && param.every((word) => typeof word === 'string'))) return `params.${key}`;
    }
  }
  return { ...plan, version: plan.version ?? 1, name: typeof plan.name === 'string' ? plan.name : '' };
}
