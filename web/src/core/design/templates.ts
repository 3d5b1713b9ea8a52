// What a new layout begins with.

import type { Cell, Plan, Variant } from './plan';

const FRONT = ['pinned', 'speaker', 'lecturer', 'camera', 'any'];
const TALKER = ['speaker', 'lecturer', 'camera', 'any'];

function cell(x: number, y: number, w: number, h: number, who: string | string[], more: Partial<Cell> = {}): Cell {
  return { x, y, w, h, who, ...more };
}

const REST_TALL: Partial<Cell> = { most: 6, shape: [0.75, 1.78] };

const VARIANTS: Record<string, Variant[]> = {
  empty: [{ cells: [] }],
  grid: [{ cells: [cell(0, 0, 60, 60, 'rest')] }],
  slides: [
    { when: { tall: true }, cells: [cell(0, 0, 60, 19, ['screen', ...FRONT]), cell(0, 19, 60, 41, 'rest', REST_TALL)] },
    { cells: [cell(0, 0, 48, 60, ['screen', ...FRONT]), cell(48, 0, 12, 60, 'rest', { most: 5 })] },
  ],
  speaker: [
    { when: { max: 1, screen: false }, cells: [cell(0, 0, 60, 60, FRONT)] },
    { when: { tall: true }, cells: [cell(0, 0, 60, 30, ['screen', ...FRONT]), cell(0, 30, 60, 30, 'rest', { most: 6, zoom: true })] },
    { cells: [cell(0, 0, 60, 48, ['screen', ...FRONT]), cell(0, 48, 60, 12, 'rest', { most: 5 })] },
  ],
  pip: [
    { when: { tall: true }, cells: [cell(0, 0, 60, 19, ['screen', ...FRONT]), cell(0, 19, 60, 41, TALKER)] },
    { cells: [cell(0, 0, 60, 60, ['screen', ...FRONT]), cell(46, 46, 13, 13, TALKER, { z: 1, over: true, border: true })] },
  ],
  places: [
    {
      when: { tall: true },
      cells: [cell(0, 0, 60, 30, ['lecturer']), cell(0, 30, 30, 30, ['guest'], { text: '…' }), cell(30, 30, 30, 30, ['hand'], { text: '…' })],
    },
    { cells: [cell(0, 0, 40, 60, ['lecturer']), cell(40, 0, 20, 30, ['guest'], { text: '…' }), cell(40, 30, 20, 30, ['hand'], { text: '…' })] },
  ],
};

export const TEMPLATES = Object.keys(VARIANTS);

export function fromTemplate(template: string, name: string): Plan {
  return { version: 1, name, unit: 60, variants: structuredClone(VARIANTS[template] ?? VARIANTS.empty!) };
}

/** [a-z0-9-]{1,31}, and none of `taken`. */
export function freeName(wish: string, taken: string[]): string {
  const base =
    wish
      .toLowerCase()
      .normalize('NFKD')
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 31)
      .replace(/-+$/, '') || 'layout';
  let name = base;
  for (let i = 2; taken.includes(name); i++) name = `${base.slice(0, 30 - String(i).length)}-${i}`;
  return name;
}

/** One of the server's own as a beginning of another. */
export function copyOf(plan: Plan, taken: string[]): Plan {
  const { group: _, ...rest } = plan;
  return { ...rest, name: freeName(`my-${plan.name}`, taken) };
}
