// What is said of the whole layout, and what may be chosen with it.

import * as edit from '../../core/design/edit';
import { CORNERS, GRAIN, LIMITS, unitOf, USUAL_LOGO, type Corner, type Param, type Plan } from '../../core/design/plan';
import type { Work } from '../../core/design/work';
import { t } from '../../core/i18n';
import { NumberField, Select, TextField } from './fields';

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

/** Behind all cells, and over them in a corner: pictures that the server has, by their names. */
function Pictures({ work }: { work: Work }) {
  const plan = work.plan.value;
  const { logo } = plan;
  const why = (field: string) => {
    const wrong = work.wrong.value;
    if (wrong) return wrong.path === field ? wrong.why : undefined;
    return work.tried.value?.warnings?.find((one) => one.field === field)?.why;
  };
  const set = (fields: Partial<Plan>) => work.do({ ...work.plan.value, ...fields });
  const setLogo = (fields: Partial<NonNullable<Plan['logo']>>) => set({ logo: { picture: '', ...logo, ...fields } });
  return (
    <>
      <TextField
        id="background-picture"
        mono
        label={t('design.background_picture')}
        value={plan.background_picture ?? ''}
        most={LIMITS.name}
        why={why('background_picture')}
        onChange={(name) => set({ background_picture: name.trim() || undefined })}
      />
      <TextField
        id="logo-picture"
        mono
        label={t('design.logo')}
        value={logo?.picture ?? ''}
        most={LIMITS.name}
        why={why('logo.picture')}
        onChange={(name) => (name.trim() ? setLogo({ picture: name.trim() }) : set({ logo: undefined }))}
      />
      {logo ? (
        <>
          <Select
            id="logo-corner"
            label={t('design.logo_corner')}
            value={logo.corner ?? USUAL_LOGO.corner}
            options={CORNERS.map((one) => [one, t(`design.corner.${one}`)])}
            why={why('logo.corner')}
            onChange={(corner) => setLogo({ corner: corner as Corner })}
          />
          <NumberField
            id="logo-height"
            label={t('design.logo_height')}
            value={Number(((logo.height ?? USUAL_LOGO.height) * 100).toFixed(1))}
            min={2}
            max={30}
            why={why('logo.height')}
            onChange={(percent) => setLogo({ height: percent === undefined ? undefined : percent / 100 })}
          />
        </>
      ) : null}
    </>
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
        <Pictures work={work} />
      </div>
      <Params work={work} />
    </details>
  );
}
