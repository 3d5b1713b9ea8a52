// The library: the recordings of a class, to look for, to watch, to save, and for its staff to keep in order.

import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../../core/i18n';
import { EVERYTHING, isNarrow } from '../../core/library/filter';
import { toggled } from '../../core/library/joining';
import { type Ask, Library } from '../../core/library/library';
import type { Recording } from '../../core/protocol';
import { recordingNews } from '../../core/reduce';
import { notify } from '../../core/state';
import { TwoStep } from '../../ui/twostep';
import '../shell'; // what is loaded first stays one chunk
import { focusHead, Head, QuotaBar } from './head';
import { JoinBar } from './join';
import { loadPlayer } from './player';
import { Row } from './row';
import { sparing } from './sparing';

export { dressed } from './dressed';

/** A list that asks like this; begin() returns what ends it. */
export function openLibrary(ask: Ask): { list: Library; begin(): () => void } {
  const list = new Library({ ask, refused: (code) => notify(`error.${code}`) });
  const begin = () => {
    recordingNews.add(list.tell);
    void list.load().then(() => {
      if (!sparing()) void loadPlayer().catch(() => undefined); // a recording then plays at once
    });
    return () => {
      recordingNews.delete(list.tell);
      list.close();
    };
  };
  return { list, begin };
}

/** All at once, when all of it is listed: who looks for some of it does not mean the rest. */
function EmptyTrash({ library }: { library: Library }) {
  const filter = library.filter.value;
  if (!filter.trash || isNarrow(filter) || !library.rows.value.length) return null;
  const empty = async () => {
    const n = await library.emptyTrash();
    if (n < 0) return;
    notify('lib.trash_emptied', { n: String(n) });
    focusHead();
  };
  return (
    <p class="row-actions">
      <TwoStep act="empty-trash" icon="bin" label={t('lib.empty_trash')} sure={t('lib.empty_trash_sure')} onConfirm={() => void empty()} />
    </p>
  );
}

/** It stays until something else is done: nobody has to be quick. */
function Undo({ library }: { library: Library }) {
  const row = library.undo.value;
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), [row?.id]);
  const back = async () => {
    if (!row || !(await library.restore(row))) return;
    notify('lib.restored');
    focusHead();
  };
  return (
    <div role="status">
      {row ? (
        <p class="lib-undo">
          <span class="grow">{t('lib.trashed', { title: row.title || t('rec.untitled') })}</span>
          <button type="button" class="row-button" data-act="undo" ref={button} onClick={() => void back()}>
            {t('lib.undo')}
          </button>
        </p>
      ) : null}
    </div>
  );
}

function Nothing({ library }: { library: Library }) {
  const filter = library.filter.value;
  if (library.error.value) {
    return (
      <p class="error" role="alert">
        {t(`error.${library.error.value}`)}
      </p>
    );
  }
  if (library.busy.value) return <p class="fine">{t('lib.loading')}</p>;
  if (!isNarrow(filter)) return <p class="fine">{t(filter.trash ? 'lib.trash_empty' : 'recordings.empty')}</p>;
  return (
    <p class="lib-none">
      <span class="fine">{t('lib.none')}</span>
      <button type="button" class="row-button" data-act="everything" onClick={() => library.narrow({ ...EVERYTHING, trash: filter.trash })}>
        {t('lib.everything')}
      </button>
    </p>
  );
}

/** For who does not see the list become shorter. */
function Found({ library }: { library: Library }) {
  const told = isNarrow(library.filter.value) && !library.busy.value && !library.error.value;
  return (
    <p class="unseen" role="status">
      {told ? t(library.more.value ? 'lib.found_more' : 'lib.found', { n: library.rows.value.length }) : ''}
    </p>
  );
}

interface Opened {
  id: string;
  trim: boolean;
}

export function LibraryView({ library, manages }: { library: Library; manages: boolean }) {
  const [opened, setOpened] = useState<Opened>({ id: '', trim: false });
  const [chosen, setChosen] = useState<string[] | null>(null); // null: nothing is being joined
  const joins = chosen !== null && manages && !library.filter.value.trash;
  const endJoin = () => {
    setChosen(null);
    queueMicrotask(() => document.querySelector<HTMLElement>('.lib-head [data-act=join]')?.focus());
  };
  const rows = library.rows.value;
  const title = (row: Recording) => library.row(row.of ?? '')?.title;
  const gone = opened.id !== '' && !rows.some((one) => one.id === opened.id);
  useEffect(() => {
    if (gone) setOpened({ id: '', trim: false });
  }, [gone]);
  return (
    <div class="lib" aria-busy={library.busy.value}>
      <Head library={library} manages={manages} joining={joins} onJoin={() => (joins ? endJoin() : setChosen([]))} />
      {manages ? <QuotaBar library={library} /> : null}
      <Found library={library} />
      <Undo library={library} />
      {manages ? <EmptyTrash library={library} /> : null}
      {joins ? <JoinBar library={library} chosen={chosen} onEnd={endJoin} /> : null}
      {rows.length && !library.error.value ? null : <Nothing library={library} />}
      <ul class="rows">
        {rows.map((row) => (
          <Row
            key={row.id}
            row={row}
            library={library}
            manages={manages}
            source={title(row)}
            playing={opened.id === row.id}
            trimming={opened.id === row.id && opened.trim}
            onPlay={(trim) => setOpened({ id: row.id, trim })}
            chosen={joins ? chosen : undefined}
            onChoose={(id) => setChosen((was) => toggled(was ?? [], id))}
          />
        ))}
      </ul>
      {library.more.value ? (
        <button type="button" class="plain wide" data-act="more-recordings" disabled={library.busy.value} onClick={() => void library.next()}>
          {t('recordings.more')}
        </button>
      ) : null}
    </div>
  );
}
