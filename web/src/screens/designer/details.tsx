// The cell in hand: who is seen there, and how.

import * as edit from '../../core/design/edit';
import { isRest, LIMITS, ROLES, whoOf, type Cell } from '../../core/design/plan';
import type { Work } from '../../core/design/work';
import { t } from '../../core/i18n';
import { Check, NumberField, Select, TextField } from './fields';
import { nameOf } from './words';

type Set = (fields: Partial<Cell>) => void;

function Wishes({ cell, set, why }: { cell: Cell; set: Set; why?: string }) {
  const who = whoOf(cell);
  const rest = isRest(cell);
  const put = (list: string[]) => set({ who: list.length ? list : undefined });
  const role = (one: string): [string, string] => [one, t(`design.role.${one}`)];
  const first = rest ? 'rest' : who.length ? 'roles' : 'text';
  const turn = (to: string) => {
    if (to === 'rest') set({ who: 'rest', text: undefined });
    else set({ who: to === 'roles' ? ['speaker', 'camera', 'any'] : undefined, text: to === 'text' ? (cell.text ?? '…') : cell.text, most: undefined, cols: undefined, zoom: undefined, shape: undefined });
  };
  return (
    <>
      <Select id="kind" label={t('design.kind')} value={first} options={['roles', 'rest', 'text'].map((one) => [one, t(`design.kind.${one}`)])} why={why} onChange={turn} />
      {first === 'roles' ? (
        <ol class="wishes" aria-label={t('design.wishes')}>
          {who.map((one, i) => (
            <li key={i} class="design-row">
              <Select id={`wish-${i}`} label={t('design.wish_n', { n: i + 1 })} value={one} options={ROLES.map(role)} onChange={(to) => put(who.map((was, k) => (k === i ? to : was)))} />
              <button type="button" class="row-button" data-act={`wish-up-${i}`} aria-label={t('design.wish_up', { n: i + 1 })} disabled={i === 0} onClick={() => put([...who.slice(0, i - 1), one, who[i - 1]!, ...who.slice(i + 1)])}>
                ↑
              </button>
              <button type="button" class="row-button" data-act={`wish-remove-${i}`} aria-label={t('design.wish_remove', { n: i + 1 })} disabled={who.length < 2} onClick={() => put(who.filter((_, k) => k !== i))}>
                ✕
              </button>
            </li>
          ))}
          <li>
            <button type="button" class="row-button" data-act="wish-add" disabled={who.length >= LIMITS.wishes} onClick={() => put([...who, ROLES.find((one) => !who.includes(one)) ?? 'any'])}>
              {t('design.wish_add')}
            </button>
          </li>
        </ol>
      ) : null}
    </>
  );
}

function Rest({ work, cell, set, why }: { work: Work; cell: Cell; set: Set; why(field: string): string | undefined }) {
  const numbers = Object.entries(work.plan.value.params ?? {}).filter(([, param]) => !Array.isArray(param));
  const byParam = typeof cell.most === 'string';
  const shape = cell.shape ?? [4 / 3, 16 / 9];
  const round = (v: number) => Number(v.toFixed(3));
  return (
    <>
      {numbers.length ? (
        <Select
          id="most-by"
          label={t('design.most_by')}
          value={byParam ? String(cell.most) : ''}
          options={[['', t('design.most_by.number')], ...numbers.map(([key]): [string, string] => [key, t('design.most_by.param', { key })])]}
          onChange={(key) => set({ most: key || undefined })}
        />
      ) : null}
      {byParam ? null : <NumberField id="most" label={t('design.most')} value={cell.most as number | undefined} min={1} max={LIMITS.cellsOfVariant} why={why('most')} onChange={(most) => set({ most })} />}
      <NumberField id="cols" label={t('design.cols')} value={cell.cols} min={1} max={LIMITS.cellsOfVariant} why={why('cols')} onChange={(cols) => set({ cols })} />
      <Check id="zoom" label={t('design.zoom')} on={cell.zoom === true} onChange={(on) => set({ zoom: on || undefined })} />
      {cell.zoom ? null : (
        <>
          <NumberField id="slim" label={t('design.slim')} value={round(shape[0])} min={0.3} max={4} step={0.1} why={why('shape')} onChange={(v) => set({ shape: v === undefined ? undefined : [v, shape[1]] })} />
          <NumberField id="broad" label={t('design.broad')} value={round(shape[1])} min={0.3} max={4} step={0.1} onChange={(v) => set({ shape: v === undefined ? undefined : [shape[0], v] })} />
        </>
      )}
    </>
  );
}

export function Details({ work }: { work: Work }) {
  const { plan, at, wrong } = { plan: work.plan.value, at: work.at.value, wrong: work.wrong.value };
  const cell = work.cell;
  if (!cell) {
    return (
      <>
        <h3>{t('design.in_hand')}</h3>
        <p class="fine">{t('design.choose')}</p>
      </>
    );
  }
  const set: Set = (fields) => work.do(edit.setCell(work.plan.value, at, fields), `set ${at.variant} ${at.cell} ${Object.keys(fields).join(' ')}`);
  const why = (field: string) => (wrong?.variant === at.variant && wrong.cell === at.cell && wrong.field === field ? wrong.why : undefined);
  const n = plan.variants[at.variant]!.cells.length;
  return (
    <>
      <h3>{nameOf(cell, at.cell)}</h3>
      <Wishes cell={cell} set={set} why={why('who')} />
      {isRest(cell) ? (
        <Rest work={work} cell={cell} set={set} why={why} />
      ) : (
        <TextField id="text" label={t('design.text')} value={cell.text ?? ''} most={LIMITS.text} why={why('text')} onChange={(text) => set({ text: text || undefined })} />
      )}
      <Select id="fit" label={t('design.fit')} value={cell.fit ?? ''} options={['', 'fit', 'fill'].map((one) => [one, t(`design.fit.${one || 'kind'}`)])} onChange={(fit) => set({ fit: (fit || undefined) as Cell['fit'] })} />
      <Check id="border" label={t('design.border')} on={cell.border === true} onChange={(on) => set({ border: on || undefined })} />
      <Check id="over" label={t('design.over')} on={cell.over === true} onChange={(on) => set({ over: on || undefined })} />
      <NumberField id="z" label={t('design.z')} value={cell.z ?? 0} min={-LIMITS.z} max={LIMITS.z} why={why('z')} onChange={(z) => set({ z: z || undefined })} />
      <div class="design-row">
        <span class="grow">{t('design.order', { i: at.cell + 1, n })}</span>
        <button type="button" class="row-button" data-act="sooner" aria-label={t('design.sooner')} disabled={at.cell === 0} onClick={() => work.do(edit.reorder(plan, at, -1))}>
          ↑
        </button>
        <button type="button" class="row-button" data-act="later" aria-label={t('design.later')} disabled={at.cell === n - 1} onClick={() => work.do(edit.reorder(plan, at, 1))}>
          ↓
        </button>
      </div>
    </>
  );
}
