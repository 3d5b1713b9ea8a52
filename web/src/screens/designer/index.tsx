// The designer of layouts: the list, or the one that is at work. Loaded late, with texts and style of its own.

import { useEffect, useState } from 'preact/hooks';
import type { Plan } from '../../core/design/plan';
import { Work } from '../../core/design/work';
import { t, type Texts } from '../../core/i18n';
import style from '../../style/designer.css?late';
import { dress } from '../../ui/dress';
import { Editor } from './editor';
import { Layouts } from './list';
import { ask } from './server';

const TEXTS: Texts = {
  en: () => import('../../../i18n/designer/en.json'),
  ru: () => import('../../../i18n/designer/ru.json'),
};

let dressed: Promise<unknown> | null = null;

export function Designer() {
  const [ready, setReady] = useState(false);
  const [work, setWork] = useState<Work | null>(null);
  useEffect(() => {
    dressed ??= dress(style, TEXTS);
    void dressed.then(() => setReady(true));
  }, []);
  useEffect(() => () => work?.close(), [work]);
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => work?.changed.value && event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [work]);
  if (!ready) return <p class="fine">{t('connecting')}</p>;
  const open = (plan: Plan, stored: boolean) => setWork(new Work(plan, stored, ask));
  return <div class="designer">{work ? <Editor work={work} onClose={() => setWork(null)} /> : <Layouts onOpen={open} />}</div>;
}
