// Figures of the last hour as lines of a chart, and in words.

import type { HealthRows } from './types';

export const WIDTH = 600;
export const HEIGHT = 160;

/** One figure over the time, the oldest first; null where it is not known. */
export type Line = (number | null)[];

/** -1 says that it is not known. */
export function lineOf(health: HealthRows, name: string, rows: number[][]): Line {
  const at = health.names.indexOf(name);
  return rows.map((row) => {
    const value = at < 0 ? undefined : row[at];
    return value === undefined || value < 0 ? null : value;
  });
}

export interface Sum {
  now: number;
  least: number;
  most: number;
  mean: number;
}

/** null when nothing of it is known. */
export function sumOf(line: Line): Sum | null {
  const known = line.filter((one): one is number => one !== null);
  if (!known.length) return null;
  const all = known.reduce((sum, one) => sum + one, 0);
  return { now: known.at(-1)!, least: Math.min(...known), most: Math.max(...known), mean: all / known.length };
}

/** The next of 1, 2, 5, 10, 20, ... that is not below: a scale that can be read. */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((one) => one >= value - power * 1e-9)!;
}

/** The path of a line in a box of WIDTH x HEIGHT with zero at the bottom; broken where nothing is known. `slots`: points of the whole width. */
export function pathOf(line: Line, top: number, slots: number): string {
  const step = slots > 1 ? WIDTH / (slots - 1) : 0;
  const first = slots - line.length; // the newest stands at the end
  let path = '';
  let drawing = false;
  line.forEach((value, i) => {
    if (value === null) {
      drawing = false;
      return;
    }
    const x = ((first + i) * step).toFixed(1);
    const y = (HEIGHT - (Math.min(value, top) / top) * HEIGHT).toFixed(1);
    path += `${drawing ? 'L' : 'M'}${x} ${y}`;
    if (!drawing && line[i + 1] == null) path += 'h.1'; // a point that stands alone
    drawing = true;
  });
  return path;
}
