// What is said of the whole layout, and what may be chosen with it.

import * as edit from '../../core/design/edit';
import { GRAIN, LIMITS, unitOf, type Param, type Plan } from '../../core/design/plan';
import type { Work } from '../../core/design/work';
import { t } from '../../core/i18n';
import { NumberField, TextField } from './fields';

function Params({ work }: { work: Work }) {
  const { plan, wrong } = { plan: work.plan.value, wrong: work.wrong.value };
  const params = Object.entries(plan.params ?? {});
  const why = (key: string) => (wrong?.path.startsWith(`params.${key}`) ? wrong.why : undefined);
  const set = (key: string, param: Param | undefined) => work.do(edit.setParam(work.plan.value, key, param));
  const fresh = (kind: string) => {
    let key = kind;
    for (let i = 2; plan.params?.[key]; i++) key = `${kind}${i}`;
    return key;
  };
  const number = (key: string, param: { min?: number; max?: number; usual?: number }, field: 'min' | 'max' | 'usual') => (
    <NumberField id={`param-${key}-${field}`} label={t(`design.param.${field}`)} value={param[field]} min={0} max={999} onChange={(value) => set(key, { ...param, [field]: value })} />
  );
  return (
    <fieldset class="params">
      <legend>{t('design.params')}</legend>
      <p class="fine">{t('design.params.fine')}</p>
      {params.map(([key, param]) => (
        <div class="design-fields" key={key} data-param={key}>
          <TextField id={`param-${key}`} mono label={t('design.param.key')} value={key} most={15} why={why(key)} onChange={(to) => work.do(edit.renameParam(work.plan.value, key, to.trim()))} />
          {Array.isArray(param) ? (
            <TextField id={`param-${key}-words`} mono label={t('design.param.words')} value={param.join(' ')} most={160} onChange={(to) => set(key, to.split(/[\s,]+/).filter(Boolean))} />
          ) : (
            <>
              {number(key, param, 'min')}
              {number(key, param, 'max')}
              {number(key, param, 'usual')}
            </>
          )}
          <button type="button" class="row-button" data-act={`param-remove-${key}`} aria-label={t('design.param.remove', { key })} onClick={() => set(key, undefined)}>
            ✕
          </button>
        </div>
      ))}
      <div class="design-tools">
        <button type="button" class="row-button" data-act="param-words" disabled={params.length >= LIMITS.params} onClick={() => set(fresh('side'), ['one', 'two'])}>
          {t('design.param.add_words')}
        </button>
        <button type="button" class="row-button" data-act="param-number" disabled={params.length >= LIMITS.params} onClick={() => set(fresh('strip'), { min: 1, max: 9, usual: 5 })}>
          {t('design.param.add_number')}
        </button>
      </div>
    </fieldset>
  );
}

export function Head({ work }: { work: Work }) {
  const { plan, wrong } = { plan: work.plan.value, wrong: work.wrong.value };
  const why = (field: string) => (wrong?.path === field ? wrong.why : undefined);
  const set = (fields: Partial<Plan>) => work.do({ ...work.plan.value, ...fields });
  return (
    <details class="head" open>
      <summary>
        <h3>{t('design.head')}</h3>
      </summary>
      <div class="design-fields">
        <TextField id="layout-name" mono label={t('design.name')} value={plan.name} most={LIMITS.name} why={why('name')} onChange={(name) => set({ name: name.trim() })} />
        <TextField id="layout-title" label={t('design.title')} value={plan.title ?? ''} most={LIMITS.title} why={why('title')} onChange={(title) => set({ title: title.trim() || undefined })} />
        <TextField id="layout-group" mono label={t('design.group')} value={plan.group ?? ''} most={LIMITS.name} why={why('group')} onChange={(group) => set({ group: group.trim() || undefined })} />
        <NumberField id="unit" label={t('design.unit')} value={unitOf(plan)} min={1} max={GRAIN} why={why('unit')} onChange={(unit) => unit && unit >= 1 && unit <= GRAIN && work.do(edit.setUnit(work.plan.value, Math.round(unit)))} />
        <NumberField id="hold" label={t('design.hold')} value={plan.hold_ms} min={0} max={LIMITS.holdMs} step={100} why={why('hold_ms')} onChange={(hold_ms) => set({ hold_ms })} />
        <NumberField id="keep" label={t('design.keep')} value={plan.keep} min={0} max={LIMITS.keep} why={why('keep')} onChange={(keep) => set({ keep })} />
      </div>
      <Params work={work} />
    </details>
  );
}
