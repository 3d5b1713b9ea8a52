// What is recorded: what the class sees, or a picture of its own. Chosen before it begins; one of its own may be changed
// while it runs, and the class sees nothing of that.

import { useEffect, useState } from 'preact/hooks';
import { classroom } from '../../app';
import { t } from '../../core/i18n';
import { baseName, choiceOf, isReady, layoutOf, readyOf, type RecordChoice } from '../../core/recordview';
import { state } from '../../core/state';
import { orBack } from '../../ui/choose';
import { layoutGroups, layoutLabel } from '../lecturerbar';

interface LayoutRow {
  name: string;
  params?: Record<string, unknown>;
}

/** The layouts that can have names of people in them; empty until that is known. */
export function useNamed(): string[] {
  const [named, setNamed] = useState<string[]>([]);
  useEffect(() => {
    classroom.request('layout.list').then(
      (reply) => setNamed(((reply.layouts as LayoutRow[]) ?? []).filter((one) => Array.isArray(one.params?.names)).map((one) => one.name)),
      () => {}, // who records need not choose layouts of the class: it does without this switch
    );
  }, []);
  return named;
}

interface Props {
  choice: RecordChoice;
  named: string[];
  /** What the class sees can be chosen: not while another picture is recorded. */
  withClass: boolean;
  why: string;
  choose(next: RecordChoice): Promise<boolean>;
}

export function RecordView({ choice, named, withClass, why, choose }: Props) {
  const { what, names } = choice;
  const groups = layoutGroups(state.layouts.value);
  const ready = readyOf(state.layouts.value);
  const listed = what === 'class' || isReady(what) || groups.some(([, texts]) => texts.includes(what));
  const takesNames = what !== 'class' && !isReady(what) && named.includes(baseName(what));
  return (
    <>
      <label>
        <span>{t('record.view')}</span>
        <select
          data-act="record-view"
          aria-describedby="record-view-why"
          value={what}
          onChange={(event) => void orBack(event.currentTarget, what, choose({ what: event.currentTarget.value, names }))}
        >
          {withClass ? <option value="class">{t('record.view.class')}</option> : null}
          {ready.map((one) => (
            <option key={one} value={one}>
              {t(`record.view.${one}`)}
            </option>
          ))}
          {listed ? null : <option value={what}>{layoutLabel(what)}</option>}
          {groups.map(([group, texts]) => (
            <optgroup key={group} label={t(`layouts.${group}`)}>
              {texts.map((text) => (
                <option key={text} value={text}>
                  {layoutLabel(text)}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
        <small id="record-view-why">{why}</small>
      </label>
      {takesNames ? (
        <label class="switch edition">
          <span class="grow">{t('record.names')}</span>
          <input type="checkbox" data-act="record-names" checked={names} onChange={(event) => void choose({ what, names: event.currentTarget.checked })} />
        </label>
      ) : null}
    </>
  );
}

/** Of the one that runs, and has a picture of its own. */
export function RunningView() {
  const [layout, setLayout] = useState('');
  const named = useNamed();
  useEffect(() => {
    classroom.request('record.options').then(
      (reply) => setLayout(typeof reply.layout === 'string' ? reply.layout : ''),
      () => {}, // it stays away
    );
  }, []);
  if (!layout) return null;
  const choose = async (next: RecordChoice) => {
    const name = layoutOf(next, named) ?? layout;
    const taken = await classroom.act('layout.set', { view: 'recording', name });
    if (taken) setLayout(name);
    return taken;
  };
  return (
    <div class="tool-form">
      <RecordView choice={choiceOf(layout)} named={named} withClass={false} why={t('record.view_now')} choose={choose} />
    </div>
  );
}
