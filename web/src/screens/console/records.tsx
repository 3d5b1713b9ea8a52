// The recordings of a class: begun, ended, saved and deleted.

import { useState } from 'preact/hooks';
import type { RoomShow } from '../../core/admin/types';
import { clock, day, megabytes } from '../../core/format';
import { t } from '../../core/i18n';
import type { Recording } from '../../core/protocol';
import { addPage } from '../../core/reduce';
import { Icon } from '../../ui/icon';
import { TwoStep } from '../../ui/twostep';
import { desk } from './desk';
import { Nothing } from './parts';
import { useAsked } from './use';

const EACH_MS = 4000;
const PAGE = 20;
const WORDS = 66; // UTF-16 units, of three bytes at most: the server takes 200

interface Page {
  rows: Recording[];
  more: boolean;
}

/** The newest, as many as are wanted, in pages that the server likes. */
async function load(code: string, want: number): Promise<Page> {
  let rows: Recording[] = [];
  let more = true;
  while (more && rows.length < want) {
    const last = rows.at(-1);
    const reply = await desk.read('recording.list', { code, limit: PAGE, ...(last && { before: last.started_ms }) });
    const page = (reply.recordings as Recording[]) ?? [];
    rows = addPage(rows, page);
    more = reply.more === true && page.length > 0;
  }
  return { rows, more };
}

function downloadOf(url: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}download=1`;
}

/** "ready · 1:05 · 3.2 MB" */
function facts(row: Recording): string {
  const length = row.duration_ms ? clock(row.duration_ms) : '';
  return [day(row.started_ms), t(`rec.${row.state}`), length, row.bytes ? megabytes(row.bytes) : ''].filter(Boolean).join(' · ');
}

function Row({ row, onRemove }: { row: Recording; onRemove(): void }) {
  const title = row.title || t('rec.untitled');
  return (
    <li class="row con-recording" data-recording={row.id} data-state={row.state}>
      <span class="grow row-name">
        <bdi>{title}</bdi>
        <small>{facts(row)}</small>
      </span>
      <span class="row-actions">
        {row.url ? (
          <a class="row-button" data-act="download" href={downloadOf(row.url)} download>
            <Icon name="download" />
            <span>{t('rec.download')}</span>
            <span class="unseen">: {title}</span>
          </a>
        ) : null}
        {row.state === 'running' ? null : (
          <TwoStep act="rec-delete" icon="bin" iconOnly label={t('con.rec_delete', { title })} sure={t('rec.delete_sure')} onConfirm={onRemove} />
        )}
      </span>
    </li>
  );
}

function Start({ code, again }: { code: string; again(): void }) {
  const [title, setTitle] = useState('');
  const start = async (event: Event) => {
    event.preventDefault();
    const said = title.trim();
    if (!(await desk.act('record.start', { code, ...(said && { title: said }) }, 'note.rec_on'))) return;
    setTitle('');
    again();
  };
  return (
    <form class="con-bar" onSubmit={(event) => void start(event)}>
      <label class="con-field con-search">
        <span>{t('con.rec_title')}</span>
        <input id="rec-title" dir="auto" maxLength={128} value={title} onInput={(event) => setTitle(event.currentTarget.value)} />
      </label>
      <button type="submit" class="primary" data-act="rec-start">
        {t('rec.start')}
      </button>
    </form>
  );
}

/** A place in it, found again by whoever watches it. */
function Mark({ code }: { code: string }) {
  const [text, setText] = useState('');
  const mark = async (event: Event) => {
    event.preventDefault();
    const said = text.trim();
    if (await desk.act('record.mark', { code, ...(said && { text: said }) }, 'note.rec_mark')) setText('');
  };
  return (
    <form class="con-bar" onSubmit={(event) => void mark(event)}>
      <label class="con-field con-search">
        <span>{t('con.mark_words')}</span>
        <input id="rec-mark-text" dir="auto" maxLength={WORDS} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      <button type="submit" class="row-button" data-act="rec-mark">
        {t('rec.mark')}
      </button>
    </form>
  );
}

function Now({ show, again }: { show: RoomShow; again(): void }) {
  const { code } = show.room;
  const { on, paused } = show.recording;
  if (!on) return <Start code={code} again={again} />;
  const act = (type: string, note: string) => void desk.act(type, { code }, note).then(again);
  return (
    <>
      <p class="con-told">
        <span class="con-rec">{t(paused ? 'rec.is_paused' : 'rec.explained')}</span>
        <button type="button" class="row-button" data-act="rec-stop" onClick={() => act('record.stop', 'note.rec_off')}>
          {t('rec.stop')}
        </button>
        <button
          type="button"
          class="row-button"
          data-act="rec-pause"
          onClick={() => (paused ? act('record.resume', 'note.rec_on') : act('record.pause', 'note.rec_paused'))}
        >
          {t(paused ? 'rec.resume' : 'rec.pause')}
        </button>
      </p>
      <Mark code={code} />
    </>
  );
}

function List({ show, again }: { show: RoomShow; again(): void }) {
  const { code } = show.room;
  const [most, setMost] = useState(PAGE);
  const asked = useAsked(() => load(code, most), EACH_MS, `${code} ${most}`);
  const [kept, setKept] = useState<Page | null>(null);
  if (asked.data && asked.data !== kept) setKept(asked.data); // while more are asked for
  const page = asked.data ?? kept;
  const both = () => {
    again();
    asked.again();
  };
  return (
    <div class="con-inside">
      <Now show={show} again={both} />
      {page?.rows.length && !asked.error ? null : <Nothing asked={asked} none={t('recordings.empty')} />}
      <ul class="rows">
        {page?.rows.map((row) => (
          <Row key={row.id} row={row} onRemove={() => void desk.act('recording.delete', { code, id: row.id, now: true }, 'con.rec_deleted').then(asked.again)} />
        ))}
      </ul>
      {page?.more ? (
        <button type="button" class="plain wide" data-act="more-recordings" onClick={() => setMost(most + PAGE)}>
          {t('recordings.more')}
        </button>
      ) : null}
    </div>
  );
}

export function Records(props: { show: RoomShow; again(): void }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="con-more" data-part="records" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary class="plain" data-act="records">
        {t('recordings')}
      </summary>
      {open ? <List {...props} /> : null}
    </details>
  );
}
