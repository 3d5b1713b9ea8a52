// All cells of the variant as numbers.

import { useState } from 'preact/hooks';
import * as edit from '../../core/design/edit';
import { tidy, unitOf, type Cell } from '../../core/design/plan';
import type { Work } from '../../core/design/work';
import { t } from '../../core/i18n';
import { NumberField, Select } from './fields';
import { factorOf, MEASURES, shown, whoInWords, type Measure } from './words';

const SIDES = ['x', 'y', 'w', 'h'] as const;

export function Numbers({ work }: { work: Work }) {
  const [measure, setMeasure] = useState<Measure>('percent');
  const { plan, at, wrong } = { plan: work.plan.value, at: work.at.value, wrong: work.wrong.value };
  const cells = plan.variants[at.variant]?.cells ?? [];
  const factor = factorOf(measure, plan);
  const most = unitOf(plan) * factor;
  const set = (i: number, side: (typeof SIDES)[number], value: number | undefined) => {
    if (value === undefined) return;
    const to = { variant: at.variant, cell: i };
    work.do({ plan: edit.setCell(plan, to, { [side]: tidy(value / factor, unitOf(plan)) }), at: to }, `number ${at.variant} ${i} ${side}`);
  };
  const why = (i: number, side: string) => (wrong?.variant === at.variant && wrong.cell === i && wrong.field === side ? wrong.why : undefined);
  const field = (cell: Cell, i: number, side: (typeof SIDES)[number]) => (
    <td key={side} data-label={side}>
      <NumberField
        id={`cell-${i}-${side}`}
        label={t('design.side_of', { side, n: i + 1 })}
        hidden
        value={shown(cell[side], factor)}
        min={0}
        max={most}
        step={Number((most / (work.lines.value || 60)).toFixed(5))}
        why={why(i, side)}
        onChange={(value) => set(i, side, value)}
      />
    </td>
  );
  return (
    <>
      <div class="design-row">
        <h3 class="grow">{t('design.numbers')}</h3>
        <Select id="measure" label={t('design.measure')} value={measure} options={MEASURES.map((one) => [one, t(`design.measure.${one}`, { n: unitOf(plan) })])} onChange={(one) => setMeasure(one as Measure)} />
      </div>
      <table class="numbers">
        <thead>
          <tr>
            <th scope="col">{t('design.cell')}</th>
            {SIDES.map((side) => (
              <th key={side} scope="col">
                {side}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {cells.map((cell, i) => (
            <tr key={i} class={at.cell === i ? 'is-chosen' : undefined}>
              <th scope="row">
                <button type="button" class="row-button" data-act={`choose-${i}`} aria-pressed={at.cell === i} onClick={() => work.select({ variant: at.variant, cell: i })}>
                  <b>{i + 1}</b> <span class="short">{whoInWords(cell)}</span>
                </button>
              </th>
              {SIDES.map((side) => field(cell, i, side))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
