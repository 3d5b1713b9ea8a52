// What can be recognised on which rung: faces by the limit of the server, pages and names by what eyes can read.

import { GRAIN } from './plan';
import type { Tried, TryCell } from './tryout';

/** px of a rung: forty lines of a page, each nine pixels high. Below it text cannot be read. */
export const PAGE_PX = 360;
/** px of the letters of a name that is drawn where nobody is; mixer/tile.c makes them an 11th of the cell. */
export const NAME_PX = 14;
const NAME_PART = 11;
const NAME_LEAST_PX = 10;

export type Fault = 'small' | 'page' | 'name';

export interface Finding {
  level: string;
  w: number;
  h: number;
  /** In the words of the texts design.says.*, with their values. */
  says: { key: string; vars: Record<string, string | number> }[];
  /** Of the arranged cells, by their place. */
  cells: Map<number, Fault>;
}

function heightOn(cell: TryCell, h: number): number {
  return Math.floor((cell.h * h) / GRAIN);
}

function letters(cell: TryCell, w: number, h: number): number {
  const side = Math.min((cell.w * w) / GRAIN, (cell.h * h) / GRAIN);
  return Math.max(NAME_LEAST_PX, Math.floor(side / NAME_PART));
}

/** A finding for each rung; one without words is good. */
export function findings(tried: Tried): Finding[] {
  return tried.rungs.map((rung) => {
    const cells = new Map<number, Fault>();
    const says: Finding['says'] = [];
    const alone = tried.cells.length < 2;
    for (const [i, cell] of tried.cells.entries()) {
      const px = heightOn(cell, rung.h);
      if (cell.kind === 'camera' && px < tried.least && !alone) cells.set(i, 'small');
      if (cell.kind === 'screen' && px < PAGE_PX) cells.set(i, 'page');
      if (cell.kind === 'text' && letters(cell, rung.w, rung.h) < NAME_PX) cells.set(i, 'name');
    }
    const count = (fault: Fault) => [...cells.values()].filter((one) => one === fault).length;
    const small = count('small');
    if (small) {
      const fewer = rung.shown < tried.cells.length;
      const key = !fewer ? 'design.says.small' : rung.thin ? 'design.says.fewer' : 'design.says.nobody';
      says.push({ key, vars: { n: small, px: rung.least, least: tried.least, shown: rung.shown, thin: rung.thin } });
      if (fewer && rung.thin && rung.thin < tried.least) says.push({ key: 'design.says.still_small', vars: { px: rung.thin, least: tried.least } });
    }
    if (count('page')) says.push({ key: 'design.says.page', vars: { px: rung.page, least: PAGE_PX } });
    if (count('name')) says.push({ key: 'design.says.name', vars: { n: count('name'), least: NAME_PX } });
    return { level: rung.level, w: rung.w, h: rung.h, says, cells };
  });
}
