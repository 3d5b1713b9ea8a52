// Cells and numbers in words.

import { kindOf, unitOf, whoOf, type Cell, type Plan } from '../../core/design/plan';
import { t } from '../../core/i18n';

export type Measure = 'percent' | 'fraction' | 'unit';
export const MEASURES: Measure[] = ['percent', 'fraction', 'unit'];

/** What a number of the plan's units is multiplied by to be shown. */
export function factorOf(measure: Measure, plan: Plan): number {
  const unit = unitOf(plan);
  return measure === 'percent' ? 100 / unit : measure === 'fraction' ? 1 / unit : 1;
}

export function shown(value: number, factor: number): number {
  return Number((value * factor).toFixed(factor > 1 || factor === 1 ? 3 : 5));
}

export function whoInWords(cell: Cell): string {
  const who = whoOf(cell);
  if (!who.length) return t('design.who.text', { text: cell.text ?? '' });
  return who.map((one) => t(`design.role.${one}`)).join(' → ');
}

export function nameOf(cell: Cell, i: number): string {
  return t('design.cell_n', { n: i + 1, who: kindOf(cell) === 'text' ? whoInWords(cell) : t(`design.role.${kindOf(cell)}`) });
}

export function placeOf(cell: Cell, plan: Plan): string {
  const by = 100 / unitOf(plan);
  const n = (v: number) => Number((v * by).toFixed(1));
  return t('design.place', { x: n(cell.x), y: n(cell.y), w: n(cell.w), h: n(cell.h) });
}
