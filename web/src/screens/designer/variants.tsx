// The variants of a layout and when each is taken: the first that suits.

import * as edit from '../../core/design/edit';
import { FACTS, LIMITS, type Plan, type When } from '../../core/design/plan';
import type { Work } from '../../core/design/work';
import { t } from '../../core/i18n';
import { NumberField, Select } from './fields';

/** "upright, with a screen, up to 3 people". */
export function whenInWords(plan: Plan, v: number): string {
  const when: When = plan.variants[v]?.when ?? {};
  const said = Object.entries(when).map(([key, value]) => {
    if (typeof value === 'boolean') return t(`design.when.${key}.${value ? 'yes' : 'no'}`);
    return key === 'min' || key === 'max' ? t(`design.when.${key}_n`, { n: Number(value) }) : `${key}=${String(value)}`;
  });
  return said.join(', ') || t('design.when.always');
}

function Conditions({ work }: { work: Work }) {
  const { plan, at, wrong } = { plan: work.plan.value, at: work.at.value, wrong: work.wrong.value };
  const when: When = plan.variants[at.variant]!.when ?? {};
  const set = (fields: When) => work.do(edit.setWhen(work.plan.value, at.variant, fields));
  const why = (field: string) => (wrong?.variant === at.variant && wrong.cell < 0 && wrong.field === field ? wrong.why : undefined);
  const fact = (key: string) => (
    <Select
      key={key}
      id={`when-${key}`}
      label={t(`design.when.${key}`)}
      value={when[key] === undefined ? '' : String(when[key])}
      options={[
        ['', t('design.when.either')],
        ['true', t(`design.when.${key}.yes`)],
        ['false', t(`design.when.${key}.no`)],
      ]}
      why={why(key)}
      onChange={(value) => set({ [key]: value === '' ? undefined : value === 'true' })}
    />
  );
  const words = Object.entries(plan.params ?? {}).filter((one): one is [string, string[]] => Array.isArray(one[1]));
  return (
    <div class="design-fields">
      {FACTS.map(fact)}
      <NumberField id="when-min" label={t('design.when.min')} value={when.min as number | undefined} min={0} max={LIMITS.people} why={why('min')} onChange={(min) => set({ min })} />
      <NumberField id="when-max" label={t('design.when.max')} value={when.max as number | undefined} min={0} max={LIMITS.people} why={why('max')} onChange={(max) => set({ max })} />
      {words.map(([key, list]) => (
        <Select
          key={key}
          id={`when-param-${key}`}
          label={t('design.when.param', { key })}
          value={String(when[key] ?? '')}
          options={[['', t('design.when.either')], ...list.map((word): [string, string] => [word, word])]}
          why={why(key)}
          onChange={(word) => set({ [key]: word || undefined })}
        />
      ))}
    </div>
  );
}

export function Variants({ work }: { work: Work }) {
  const { plan, at } = { plan: work.plan.value, at: work.at.value };
  const n = plan.variants.length;
  const act = (name: string, label: string, run: () => void, off = false) => (
    <button type="button" class="row-button" data-act={name} disabled={off} onClick={run}>
      {label}
    </button>
  );
  return (
    <>
      <Select
        id="variant"
        label={t('design.variant_of', { n })}
        value={String(at.variant)}
        options={plan.variants.map((_, v) => [String(v), `${v + 1}. ${whenInWords(plan, v)}`])}
        onChange={(v) => work.select({ variant: Number(v), cell: -1 })}
      />
      <details class="conditions">
        <summary>{t('design.variant.change')}</summary>
        <Conditions work={work} />
        <div class="design-tools">
          {act('variant-add', t('design.variant.add'), () => work.do(edit.addVariant(plan, at.variant)), n >= LIMITS.variants)}
          {act('variant-up', t('design.variant.up'), () => work.do(edit.moveVariant(plan, at.variant, -1)), at.variant === 0)}
          {act('variant-down', t('design.variant.down'), () => work.do(edit.moveVariant(plan, at.variant, 1)), at.variant === n - 1)}
          {act('variant-remove', t('design.variant.remove'), () => work.do(edit.removeVariant(plan, at.variant)), n < 2)}
        </div>
      </details>
    </>
  );
}
