// Slides: decks are uploaded, chosen, shown and turned over. Loaded late, with texts and style of its own.

import { useEffect, useRef, useState } from 'preact/hooks';
import { classroom } from '../../app';
import { decks, stepTo } from '../../core/decks';
import { t, type Texts } from '../../core/i18n';
import type { Deck, DeckRow } from '../../core/protocol';
import { notify } from '../../core/state';
import style from '../../style/slides.css?late';
import { dress } from '../../ui/dress';
import { Icon } from '../../ui/icon';
import { TwoStep } from '../../ui/twostep';
import { sheet } from '../panels';
import '../shell'; // what is loaded first stays one chunk
import { ClipBar } from './clip';
import { upload } from './upload';

export { Zoom } from './zoom';

const TEXTS: Texts = {
  en: () => import('../../../i18n/slides/en.json'),
  ru: () => import('../../../i18n/slides/ru.json'),
};

/** Texts and style are there. */
export const dressed = dress(style, TEXTS);

const ACCEPT = '.pdf,.png,.jpg,.jpeg,.webp,.mp4,.webm,.ogv,application/pdf,image/png,image/jpeg,image/webp,video/mp4,video/webm,video/ogg';

const go = (page: number | null) => {
  if (page !== null) void classroom.act('deck.go', { page });
};

/** Presenters' remotes send Page Up and Page Down; arrows only where nothing else wants them. */
function onKey(event: KeyboardEvent): void {
  const target = event.target;
  if (event.ctrlKey || event.altKey || event.metaKey || sheet.value) return;
  if (target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]')) return;
  const by = { PageDown: 1, ArrowRight: 1, PageUp: -1, ArrowLeft: -1 }[event.key];
  if (!by || !decks.shown.value) return;
  event.preventDefault();
  go(stepTo(decks.shown.value, by));
}

function Turn({ deck, by, label, children }: { deck: Deck; by: number; label: string; children: string }) {
  const to = stepTo(deck, by);
  return (
    <button
      type="button"
      class="row-button turn"
      data-act={by > 0 ? 'deck-next' : 'deck-prev'}
      aria-label={label}
      aria-keyshortcuts={by > 0 ? 'PageDown' : 'PageUp'}
      disabled={to === null}
      onClick={() => go(to)}
    >
      <span aria-hidden="true">{children}</span>
    </button>
  );
}

function Thumb({ row, page, on }: { row: DeckRow; page: number; on: boolean }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (on) button.current?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [on]); // not at each drawing: who looks through the pages is left alone
  return (
    <li>
      <button
        type="button"
        class={on ? 'thumb is-on' : 'thumb'}
        data-page={page}
        aria-label={t('slides.page', { n: page })}
        aria-current={on ? 'page' : undefined}
        ref={button}
        onClick={() => go(page)}
      >
        <img src={row.thumbs.replace('{n}', String(page))} alt="" loading="lazy" decoding="async" />
        <span aria-hidden="true">{page}</span>
      </button>
    </li>
  );
}

/** What is shown now: its pages, and the way through them. */
function Shown({ deck, row }: { deck: Deck; row: DeckRow | undefined }) {
  const pages = Array.from({ length: deck.pages }, (_none, i) => i + 1);
  return (
    <>
      <div class="deck-turn" role="group" aria-label={t('slides.turn')}>
        <Turn deck={deck} by={-1} label={t('slides.prev')}>
          ◀
        </Turn>
        <label class="deck-at">
          <span class="unseen">{t('slides.go')}</span>
          <input
            id="deck-page"
            type="number"
            min={1}
            max={deck.pages}
            value={deck.page}
            onChange={(event) => {
              const page = Math.trunc(Number(event.currentTarget.value));
              go(page >= 1 && page <= deck.pages ? page : null);
            }}
          />
          <span class="mono">/ {deck.pages}</span>
        </label>
        <Turn deck={deck} by={1} label={t('slides.next')}>
          ▶
        </Turn>
        <span class="deck-title" dir="auto">
          {deck.title}
        </span>
        <button type="button" class="row-button" data-act="deck-hide" onClick={() => void classroom.act('deck.hide')}>
          {t('slides.hide')}
        </button>
      </div>
      {deck.error ? (
        <p class="error" role="alert">
          {t(`error.${deck.error}`)}
        </p>
      ) : null}
      {row ? (
        <ol class="thumbs" aria-label={t('slides.pages')}>
          {pages.map((page) => (
            <Thumb key={page} row={row} page={page} on={page === deck.page} />
          ))}
        </ol>
      ) : null}
    </>
  );
}

function Row({ row }: { row: DeckRow }) {
  return (
    <li class="deck-row" data-deck={row.id}>
      <img src={row.thumbs.replace('{n}', '1')} alt="" loading="lazy" />
      <span class="grow">
        <b dir="auto">{row.title || t('slides.untitled')}</b>
        <small>{row.kind === 'clip' ? t('slides.clip') : t('slides.n_pages', { n: row.pages })}</small>
      </span>
      {row.kind === 'clip' ? (
        <button type="button" class="row-button" data-act="clip-play" disabled={row.shown} onClick={() => void classroom.act('clip.play', { deck: row.id })}>
          {t('slides.clip_play')}
        </button>
      ) : (
        <button
          type="button"
          class="row-button"
          data-act="deck-show"
          disabled={row.shown}
          onClick={() => void classroom.act('deck.show', { deck: row.id, page: row.page })}
        >
          {t('slides.show')}
        </button>
      )}
      <TwoStep
        act="deck-delete"
        icon="bin"
        label={t('slides.delete')}
        sure={t('slides.delete_sure')}
        onConfirm={() => void classroom.act('deck.delete', { deck: row.id })}
      />
    </li>
  );
}

/** While something is shown the list steps back: the picture needs the place. */
function List({ rows, shown }: { rows: DeckRow[]; shown: string | undefined }) {
  if (!rows.length) return <p class="fine">{t('slides.none')}</p>;
  const list = (
    <ul class="deck-list">
      {rows.map((row) => (
        <Row key={row.id} row={{ ...row, shown: row.id === shown }} />
      ))}
    </ul>
  );
  if (!shown) return list;
  return (
    <details class="deck-others">
      <summary>{t('slides.others', { n: rows.length })}</summary>
      {list}
    </details>
  );
}

function Upload({ onDone }: { onDone(): void }) {
  const [part, setPart] = useState(-1);
  const [error, setError] = useState('');
  const take = async (files: File[]) => {
    if (!files.length) return;
    setError('');
    setPart(0);
    const code = await upload(files, setPart);
    if (code && !decks.open.value) notify(`error.${code}`); // the panel was closed meanwhile
    setError(code);
    setPart(-1);
    onDone();
  };
  const busy = part >= 0;
  return (
    <>
      <label class={busy ? 'row-button deck-file is-busy' : 'row-button deck-file'}>
        <Icon name="share" /> {busy ? t('slides.coming', { n: Math.round(part * 100) }) : t('slides.upload')}
        <input
          id="deck-file"
          class="unseen"
          type="file"
          multiple
          accept={ACCEPT}
          disabled={busy}
          onChange={(event) => {
            const files = [...(event.currentTarget.files ?? [])];
            event.currentTarget.value = '';
            void take(files);
          }}
        />
      </label>
      {busy ? <progress max={1} value={part} aria-label={t('slides.upload')} /> : null}
      {error ? (
        <p class="error" role="alert">
          {t(`error.${error}`)}
        </p>
      ) : null}
    </>
  );
}

export function SlidesPanel() {
  const [rows, setRows] = useState<DeckRow[]>([]);
  const deck = decks.shown.value;
  const clip = decks.clip.value;
  const changes = decks.changes.value;
  const load = () =>
    void classroom.request('deck.list').then(
      (reply) => setRows((reply.decks as DeckRow[] | undefined) ?? []),
      () => undefined,
    );
  useEffect(load, [changes, deck?.id, deck?.pages, clip?.id]);
  useEffect(() => {
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <section class="slides" aria-label={t('slides')} data-slides={deck || clip ? 'on' : 'off'}>
      <header class="panel-head">
        <h2>{t('slides')}</h2>
        <Upload onDone={load} />
        <button type="button" class="plain" data-act="slides-close" aria-label={t('close')} onClick={() => (decks.open.value = false)}>
          <Icon name="close" />
        </button>
      </header>
      {deck ? <Shown deck={deck} row={rows.find((row) => row.id === deck.id)} /> : null}
      {clip ? <ClipBar clip={clip} /> : null}
      <List rows={rows} shown={deck?.id ?? clip?.id} />
    </section>
  );
}
