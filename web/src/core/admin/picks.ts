// The layouts that can be chosen, and a small picture of each, as the server's own engine arranges it.

import type { LayoutInfo } from './types';

/** Of 160 x 90. */
export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
  kind: 'camera' | 'screen' | 'text';
}

export const PICTURE_W = 160;
export const PICTURE_H = 90;
const GRAIN = 10080; // of a side
const GAP = 1;

/** Each layout, and once more for each value of a choice that it has beside the usual one. */
export function picks(layouts: LayoutInfo[]): string[] {
  return layouts.flatMap(({ name, params }) => {
    const choices = Object.entries(params ?? {}).filter((one): one is [string, string[]] => Array.isArray(one[1]));
    return [name, ...choices.flatMap(([key, values]) => values.slice(1).map((value) => `${name} ${key}=${value}`))];
  });
}

/** "speaker-strip side=left" is of the layout speaker-strip. */
export function partsOf(text: string): { name: string; params: string } {
  const at = text.indexOf(' ');
  return at < 0 ? { name: text, params: '' } : { name: text.slice(0, at), params: text.slice(at + 1) };
}

/** Of cells in 1/10080 of the sides. */
export function boxesOf(cells: (Omit<Box, 'kind'> & { kind?: string })[]): Box[] {
  return cells.map((cell) => ({
    x: (cell.x / GRAIN) * PICTURE_W + GAP / 2,
    y: (cell.y / GRAIN) * PICTURE_H + GAP / 2,
    w: Math.max(1, (cell.w / GRAIN) * PICTURE_W - GAP),
    h: Math.max(1, (cell.h / GRAIN) * PICTURE_H - GAP),
    kind: cell.kind === 'screen' || cell.kind === 'text' ? cell.kind : 'camera',
  }));
}

function tiles(n: number, columns: number, area: { x: number; y: number; w: number; h: number }): { x: number; y: number; w: number; h: number }[] {
  const rows = Math.ceil(n / columns);
  const [w, h] = [area.w / columns, area.h / rows];
  return Array.from({ length: n }, (_, i) => ({ x: area.x + (i % columns) * w, y: area.y + Math.floor(i / columns) * h, w, h }));
}

const FULL = { x: 0, y: 0, w: GRAIN, h: GRAIN };
const STRIP = GRAIN / 5;

/** What is code and not data cannot be tried: drawn for a class of a few, as they are known to be. */
export function builtIn(name: string): Box[] | null {
  if (name === 'grid') return boxesOf(tiles(9, 3, FULL));
  if (name === 'speaker') {
    return boxesOf([{ ...FULL, h: GRAIN - STRIP }, ...tiles(5, 5, { ...FULL, y: GRAIN - STRIP, h: STRIP })]);
  }
  if (name !== 'lecture') return null;
  return boxesOf([{ ...FULL, w: GRAIN - STRIP, kind: 'screen' }, ...tiles(4, 1, { ...FULL, x: GRAIN - STRIP, w: STRIP })]);
}
