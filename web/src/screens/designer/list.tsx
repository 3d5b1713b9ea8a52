// The layouts of the server: its own to be copied, those that were made to be edited or deleted; new ones and files.

import { useEffect, useState } from 'preact/hooks';
import { clean, toText, type Plan } from '../../core/design/plan';
import { copyOf, freeName, fromTemplate, TEMPLATES } from '../../core/design/templates';
import { t } from '../../core/i18n';
import { Icon } from '../../ui/icon';
import { TwoStep } from '../../ui/twostep';
import { Picture } from '../console/picker';
import { Import } from './import';
import { deleteLayout, download, getLayout, listLayouts, wordsOf, type LayoutRow } from './server';

interface Props {
  /** stored: the server has it by this name. */
  onOpen(plan: Plan, stored: boolean): void;
}

function titleOf(row: LayoutRow): string {
  const text = t(`layout.${row.name}`);
  return row.title || (text === `layout.${row.name}` ? row.name : text);
}

function Row({ row, names, onOpen, onSaid, onGone }: Props & { row: LayoutRow; names: string[]; onSaid(text: string): void; onGone(): void }) {
  const withPlan = async (use: (plan: Plan) => void) => {
    try {
      const plan = await getLayout(row.name);
      if (plan) use(plan);
      else onSaid(t('design.is_code', { name: row.name }));
    } catch (why) {
      onSaid(wordsOf(why));
    }
  };
  const remove = () => void deleteLayout(row.name).then(onGone, (why) => onSaid(wordsOf(why)));
  return (
    <li class="row" data-layout={row.name}>
      <Picture text={row.name} />
      <span class="grow row-name">
        <bdi>{titleOf(row)}</bdi>
        <small class="mono">{row.name}</small>
      </span>
      {row.own ? (
        <button type="button" class="row-button" data-act="edit" aria-label={t('design.edit_of', { name: row.name })} onClick={() => void withPlan((plan) => onOpen(plan, true))}>
          {t('design.edit')}
        </button>
      ) : null}
      <button type="button" class="row-button" data-act="copy" aria-label={t('design.copy_of', { name: row.name })} onClick={() => void withPlan((plan) => onOpen(copyOf(plan, names), false))}>
        <Icon name="copy" />
        <span>{t('design.copy')}</span>
      </button>
      <button
        type="button"
        class="row-button"
        data-act="export"
        aria-label={t('design.export_of', { name: row.name })}
        onClick={() => void withPlan((plan) => download(`${plan.name}.json`, toText(clean(plan)), 'application/json'))}
      >
        <Icon name="download" />
        <span>{t('design.export')}</span>
      </button>
      {row.own ? <TwoStep act="delete" icon="bin" label={t('design.delete_of', { name: row.name })} sure={t('design.delete_sure')} iconOnly onConfirm={remove} /> : null}
    </li>
  );
}

function New({ names, onOpen }: Props & { names: string[] }) {
  const [template, setTemplate] = useState('slides');
  const submit = (event: Event) => {
    event.preventDefault();
    onOpen(fromTemplate(template, freeName(`my-${template}`, names)), false);
  };
  return (
    <form class="card" onSubmit={submit}>
      <h3>{t('design.new')}</h3>
      <label>
        <span>{t('design.from')}</span>
        <select id="template" value={template} onChange={(event) => setTemplate(event.currentTarget.value)}>
          {TEMPLATES.map((one) => (
            <option key={one} value={one}>
              {t(`design.template.${one}`)}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="primary" data-act="new">
        {t('design.begin')}
      </button>
    </form>
  );
}

export function Layouts({ onOpen }: Props) {
  const [rows, setRows] = useState<LayoutRow[] | null>(null);
  const [said, setSaid] = useState('');
  const refresh = () => void listLayouts().then(setRows, (why) => setSaid(wordsOf(why)));
  useEffect(refresh, []);
  const names = (rows ?? []).map(({ name }) => name);
  const lists: [string, LayoutRow[]][] = [
    ['design.own', (rows ?? []).filter(({ own }) => own)],
    ['design.built_in', (rows ?? []).filter(({ own }) => !own)],
  ];
  return (
    <>
      <p class="said" role="status">
        {said}
      </p>
      <div class="design-begin">
        <New names={names} onOpen={onOpen} />
        <Import names={names} onOpen={onOpen} onStored={refresh} />
      </div>
      {lists.map(([title, list]) => (
        <section class="card" key={title} data-list={title}>
          <h3>{t(title)}</h3>
          {rows && !list.length ? <p class="fine">{t('design.none')}</p> : null}
          <ul class="rows">
            {list.map((row) => (
              <Row key={row.name} row={row} names={names} onOpen={onOpen} onSaid={setSaid} onGone={refresh} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}
