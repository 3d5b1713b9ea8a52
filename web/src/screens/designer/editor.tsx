// One layout: its picture to draw in, its numbers, what becomes of it, and the ways to keep it.

import { useEffect, useState } from 'preact/hooks';
import * as edit from '../../core/design/edit';
import { clean, toText } from '../../core/design/plan';
import { overlaps } from '../../core/design/tryout';
import type { Work } from '../../core/design/work';
import { t } from '../../core/i18n';
import { Refusal } from '../../core/protocol';
import { Icon } from '../../ui/icon';
import { Canvas } from './canvas';
import { Details } from './details';
import { Head } from './head';
import { JsonText } from './jsontext';
import { Numbers } from './numbers';
import { Preview } from './preview';
import { Trial } from './trial';
import { Variants } from './variants';
import { download, putLayout, wordsOf } from './server';

const GRIDS = [60, 36, 24, 12, 0];

function Bar({ work, onClose, onSaid }: { work: Work; onClose(): void; onSaid(text: string): void }) {
  const [leave, setLeave] = useState(false);
  const save = async () => {
    const plan = work.plan.value;
    try {
      await putLayout(plan);
      work.kept(plan);
      onSaid(t('design.saved', { name: plan.name }));
    } catch (why) {
      if (why instanceof Refusal && why.why) work.blame(why.why);
      onSaid(t('design.not_saved', { why: wordsOf(why) }));
    }
  };
  const out = () => (work.changed.value && !leave ? setLeave(true) : onClose());
  return (
    <div class="design-bar" role="group" aria-label={t('design.bar')}>
      <button type="button" class={leave ? 'row-button is-danger' : 'row-button'} data-act={leave ? 'close-sure' : 'close-design'} onClick={out}>
        {leave ? t('design.close_sure') : t('design.close')}
      </button>
      <h3 class="grow">
        <bdi>{work.plan.value.title || work.plan.value.name}</bdi>
        {work.changed.value ? <small>{t('design.changed')}</small> : null}
      </h3>
      <button type="button" class="row-button" data-act="undo" aria-keyshortcuts="Control+Z" disabled={!work.can.value.undo} onClick={() => work.undo()}>
        {t('design.undo')}
      </button>
      <button type="button" class="row-button" data-act="redo" aria-keyshortcuts="Control+Y" disabled={!work.can.value.redo} onClick={() => work.redo()}>
        {t('design.redo')}
      </button>
      <button type="button" class="row-button" data-act="export" onClick={() => download(`${work.plan.value.name}.json`, toText(clean(work.plan.value)), 'application/json')}>
        <Icon name="download" />
        <span>{t('design.export')}</span>
      </button>
      <button type="button" class="primary" data-act="save" aria-keyshortcuts="Control+S" onClick={() => void save()}>
        {t('design.save')}
      </button>
    </div>
  );
}

/** What is wrong with it, beside the field that it names. */
function Faults({ work }: { work: Work }) {
  const wrong = work.wrong.value;
  const { variant } = work.at.value;
  const over = overlaps(work.plan.value.variants[variant]?.cells ?? []);
  const show = () => {
    if (wrong && wrong.variant >= 0) work.select({ variant: wrong.variant, cell: wrong.cell });
  };
  if (!wrong) return <p class="fine" data-fault="">{t('design.good')}</p>;
  return (
    <div class="error" data-fault={wrong.path || 'whole'}>
      <p>
        <span aria-hidden="true">⚠ </span>
        {wrong.path ? <code>{wrong.path}</code> : null} {wrong.field === 'try-params' ? t('design.try_params.bad') : <span lang="en">{wrong.why}</span>}
      </p>
      {wrong.variant >= 0 ? (
        <button type="button" class="row-button" data-act="show-fault" onClick={show}>
          {t('design.show_fault')}
        </button>
      ) : null}
      {over.length && wrong.field === 'cells' ? <p>{t('design.overlap', { a: over[0]![0] + 1, b: over[0]![1] + 1 })}</p> : null}
    </div>
  );
}

function Tools({ work }: { work: Work }) {
  const at = work.at.value;
  const has = at.cell >= 0;
  const act = (name: string, label: string, run: () => void, off = !has) => (
    <button type="button" class="row-button" data-act={name} disabled={off} onClick={run}>
      {label}
    </button>
  );
  const plan = work.plan.value;
  return (
    <div class="design-tools" role="group" aria-label={t('design.tools')}>
      {act('add-cell', t('design.add'), () => work.do(edit.addCell(plan, at.variant)), false)}
      {act('duplicate', t('design.duplicate'), () => work.do(edit.duplicate(plan, at)))}
      {act('remove-cell', t('design.remove'), () => work.do(edit.removeCell(plan, at)))}
      {act('raise', t('design.raise'), () => work.do(edit.raise(plan, at, 1)))}
      {act('lower', t('design.lower'), () => work.do(edit.raise(plan, at, -1)))}
      <label class="check inline">
        <span>{t('design.grid')}</span>
        <select id="grid" value={work.lines.value} onChange={(event) => (work.lines.value = Number(event.currentTarget.value))}>
          {GRIDS.map((lines) => (
            <option key={lines} value={lines}>
              {lines ? t('design.grid_n', { n: lines }) : t('design.grid_none')}
            </option>
          ))}
        </select>
      </label>
      <label class="check inline">
        <span>{t('design.shape')}</span>
        <select id="shape" value={work.ask.value.tall ? 'tall' : 'wide'} onChange={(event) => work.setAsk({ tall: event.currentTarget.value === 'tall' })}>
          <option value="wide">{t('design.wide')}</option>
          <option value="tall">{t('design.tall')}</option>
        </select>
      </label>
    </div>
  );
}

export function Editor({ work, onClose }: { work: Work; onClose(): void }) {
  const [said, setSaid] = useState('');
  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      const typing = event.target instanceof HTMLElement && /^(input|textarea|select)$/i.test(event.target.tagName);
      const key = event.key.toLowerCase();
      if (key === 's') {
        event.preventDefault();
        if (!event.repeat) document.querySelector<HTMLButtonElement>('.designer [data-act=save]')?.click();
      } else if (!typing && (key === 'z' || key === 'y')) {
        event.preventDefault();
        if (key === 'y' || event.shiftKey) work.redo();
        else work.undo();
      }
    };
    addEventListener('keydown', keys);
    return () => removeEventListener('keydown', keys);
  }, [work]);
  return (
    <>
      <Bar work={work} onClose={onClose} onSaid={setSaid} />
      <p class="said" role="status" data-said={said ? 'yes' : ''}>
        {said}
      </p>
      <div class="design-desk">
        <section class="card design-draw" aria-label={t('design.draw')}>
          <Variants work={work} />
          <Tools work={work} />
          <Canvas work={work} />
          <div role="status">
            <Faults work={work} />
          </div>
          <p class="fine">{t('design.keys')}</p>
        </section>
        <section class="card design-side" aria-label={t('design.in_hand')}>
          <Details work={work} />
        </section>
        <section class="card design-numbers" aria-label={t('design.numbers')}>
          <Numbers work={work} />
        </section>
        <section class="card design-see">
          <Preview work={work} />
        </section>
        <section class="card design-rest">
          <Head work={work} />
          <Trial work={work} onSaid={setSaid} />
          <JsonText work={work} />
        </section>
      </div>
    </>
  );
}
