// The director: how the layouts would look, what is on air, one step back, and the cues. Loaded late, with texts and
// style of its own.

import { useEffect, useState } from 'preact/hooks';
import { classroom } from '../../app';
import { director } from '../../core/director';
import { t, type Texts } from '../../core/i18n';
import { state } from '../../core/state';
import style from '../../style/director.css?late';
import { dress } from '../../ui/dress';
import { Icon } from '../../ui/icon';
import { layoutLabel } from '../lecturerbar';
import { Cues, next } from './cues';
import { Layouts } from './layouts';
import { step, take } from './take';

const TEXTS: Texts = {
  en: () => import('../../../i18n/director/en.json'),
  ru: () => import('../../../i18n/director/ru.json'),
};

let dressed: Promise<unknown> | null = null;

/** What became of what was asked for last. */
function OnAir() {
  const name = state.layout.value?.name ?? '';
  const news = director.news.value;
  const way = director.asked.value > 0;
  const text = way ? t('director.on_its_way') : news?.state === 'unseen' ? t('director.unseen') : t('director.on_air', { name: layoutLabel(name) });
  return (
    <p class={way ? 'on-air is-way' : 'on-air'} role="status" data-air={way ? 'way' : (news?.state ?? 'live')}>
      <b aria-hidden="true">●</b> <bdi>{text}</bdi> {!way && news?.state === 'live' ? <small class="mono">{news.ms} ms</small> : null}
    </p>
  );
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select') !== null;
}

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
  if (event.key === 'Escape') director.open.value = false;
  else if (event.repeat) return;
  else if (event.code === 'KeyU') void step(event.shiftKey ? 'layout.redo' : 'layout.undo');
  else if (event.code === 'KeyN') void next();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

export function Director() {
  const [ready, setReady] = useState(false);
  useEffect(() => {
    dressed ??= dress(style, TEXTS);
    void dressed.then(() => setReady(true));
    const opener = document.activeElement;
    return () => opener instanceof HTMLElement && opener.isConnected && opener.focus();
  }, []);
  // what was told while the connection was away is asked for again; another class has others
  const { link, room } = state;
  useEffect(() => {
    if (link.value !== 'open') return;
    void classroom
      .request('cue.list')
      .then((d) => (director.cues.value = d as never))
      .catch(() => undefined);
  }, [link.value, room.value.id]);
  if (!ready) return <section class="director" aria-busy="true" />;
  return (
    <section class="director" aria-label={t('director')} onKeyDown={onKey} data-panel="director">
      <header class="director-head">
        <OnAir />
        <span class="chips">
          <button type="button" class="chip" data-act="undo" aria-keyshortcuts="U" onClick={() => void step('layout.undo')}>
            <kbd>U</kbd> {t('director.undo')}
          </button>
          <button type="button" class="chip" data-act="redo" aria-keyshortcuts="Shift+U" onClick={() => void step('layout.redo')}>
            {t('director.redo')}
          </button>
          <button type="button" class="chip" data-act="director-close" aria-label={t('director.close')} onClick={() => (director.open.value = false)}>
            <Icon name="close" />
          </button>
        </span>
      </header>
      <div class="director-body">
        <Layouts onTake={(name) => void take(name)} />
        <Cues />
      </div>
      <p class="fine">{t('director.keys')}</p>
    </section>
  );
}
