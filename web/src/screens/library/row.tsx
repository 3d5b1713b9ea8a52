// One recording of the list.

import { useRef, useState } from 'preact/hooks';
import { clock, day } from '../../core/format';
import { faultsOf, faultText, isLeft, partName } from '../../core/fault';
import { t } from '../../core/i18n';
import { filesOf } from '../../core/library/files';
import type { Library } from '../../core/library/library';
import { wayOf } from '../../core/library/ways';
import { justDay, size } from '../../core/library/words';
import { madeUrl } from '../../core/player/sources';
import type { Recording } from '../../core/protocol';
import { notify } from '../../core/state';
import { Icon } from '../../ui/icon';
import { Files, useFold } from './files';
import { JoinBox } from './join';
import { Manage, Rename } from './manage';
import { sparing } from './sparing';
import { Unwatchable, Watch } from './watch';

const SOON_MS = 7 * 86_400_000;

interface Props {
  row: Recording;
  library: Library;
  manages: boolean;
  playing: boolean;
  trimming: boolean;
  /** The title of what it was cut from, when that is listed. */
  source?: string;
  onPlay(trim: boolean): void;
  /** Those that become one, while they are chosen. */
  chosen?: readonly string[];
  onChoose(id: string): void;
}

/** Not again with each new link. */
function Poster({ row }: { row: Recording }) {
  const [url, setUrl] = useState('');
  const now = madeUrl(row.made, 'poster.jpg');
  if (now && !url && !sparing()) setUrl(now);
  return <span class="lib-poster">{url ? <img src={url} alt="" loading="lazy" decoding="async" width={640} height={360} onError={() => setUrl('')} /> : <Icon name="film" />}</span>;
}

function standing(row: Recording): string {
  if (row.state === 'running' && isMade(row)) return t(row.joined ? 'lib.being_joined' : 'lib.being_cut');
  return t(isLeft(row) ? 'lib.left' : `rec.${row.state}`);
}

/** "12 Mar 2026, 10:00 · 46:02 · 78 MB" */
function facts(row: Recording): string {
  const ready = row.state === 'ready';
  return [day(row.started_ms), row.duration_ms ? clock(row.duration_ms) : '', row.bytes ? size(row.bytes) : '', ready ? '' : standing(row)].filter(Boolean).join(' · ');
}

/** Of others, by the server: it is none that runs in a class. */
function isMade(row: Recording): boolean {
  return row.of !== undefined || row.joined !== undefined;
}

/** What becomes of it: it is cut, or files are made of it. */
function Making({ row }: { row: Recording }) {
  const { state, done, made } = row;
  const cut = state === 'running' && isMade(row) && done !== undefined;
  if (!cut && (state === 'running' || (made?.state !== 'working' && made?.state !== 'waiting'))) return null;
  const n = Math.floor(Math.max(0, Math.min(1, (cut ? done : made?.done) ?? 0)) * 100);
  const waits = !cut && made?.state === 'waiting';
  return (
    <p class="lib-making fine" data-made={cut ? 'cut' : made?.state}>
      <span>{waits ? t('lib.waiting') : t(!cut ? 'lib.preparing' : row.joined ? 'lib.join_done' : 'lib.cut_done', { n })}</span>
      {waits ? null : <progress max={100} value={n} aria-label={t('lib.preparing_label')} />}
    </p>
  );
}

function Ends({ row }: { row: Recording }) {
  if (!row.gone_ms) return row.keep ? <p class="fine">{t('lib.kept')}</p> : null;
  const on = justDay(row.gone_ms);
  return (
    <p class={row.gone_ms - Date.now() < SOON_MS ? 'fine lib-soon' : 'fine'} data-gone={row.gone_ms}>
      {t(row.deleted_ms ? 'lib.trash_ends' : 'lib.ends', { on })}
    </p>
  );
}

/** What is not there of it, or not to its end. Of what plays to its end only its staff is told more. */
function Faults({ row, manages }: Pick<Props, 'row' | 'manages'>) {
  const text = (early: boolean) => (isLeft(row) ? 'lib.fault_left' : early ? 'lib.fault_early' : 'lib.fault');
  const faults = manages || row.state !== 'ready' ? faultsOf(row) : [];
  return (
    <>
      {isLeft(row) ? <p class="fine lib-soon">{t('lib.left_why')}</p> : null}
      {faults.length ? (
        <ul class="lib-faults" aria-label={t('lib.faults')}>
          {faults.map(({ edition, code, early }) => (
            <li key={edition} data-fault={edition}>
              {t(text(early), { part: partName(edition), why: faultText(code, edition) })}
            </li>
          ))}
        </ul>
      ) : null}
    </>
  );
}

function About({ row, source, manages }: Pick<Props, 'row' | 'source' | 'manages'>) {
  return (
    <>
      <p class="fine">{facts(row)}</p>
      {row.of ? <p class="fine">{source ? t('lib.cut_from', { title: source }) : t('lib.cut')}</p> : null}
      {row.joined ? <p class="fine">{t('lib.joined', { n: row.joined.length })}</p> : null}
      {manages && row.shares ? <p class="fine">{t('lib.shared', { n: row.shares })}</p> : null}
      <Faults row={row} manages={manages} />
      <Ends row={row} />
      <Making row={row} />
      <Unwatchable way={wayOf(row)} />
    </>
  );
}

function Watching({ row, library, trimming, onPlay }: Props) {
  const trim = {
    title: row.title || t('rec.untitled'),
    save: async (from: number, to: number, title: string) => {
      const done = await library.trim(row, from, to, title);
      if (done) notify('lib.cutting');
      return done;
    },
    close: () => onPlay(false),
  };
  return <Watch row={row} listed={() => library.row(row.id)} onRenew={(one) => library.renew(one)} ask={(t, d) => library.askFor(t, d)} trim={trimming ? trim : undefined} />;
}

export function Row(props: Props) {
  const { row, library, manages, playing, trimming, onPlay, chosen, onChoose } = props;
  const [renaming, setRenaming] = useState(false);
  const [files, turnFiles] = useFold(() => void library.fresh(row));
  const [manage, turnManage] = useFold();
  const item = useRef<HTMLLIElement>(null);
  const back = (act: string) => queueMicrotask(() => item.current?.querySelector<HTMLElement>(`[data-act=${act}]`)?.focus());
  const title = row.title || t('rec.untitled');
  const saves = filesOf(row).length > 0;
  const way = wayOf(row);
  const plays = way === 'film' || way === 'live';
  const renamed = () => {
    setRenaming(false);
    back('rename');
  };
  const watch = (trim: boolean) => {
    onPlay(trim);
    if (trimming && !trim) back('trim');
  };
  const fold = (act: string, icon: string, label: string, open: boolean, turn: () => void) => (
    <button type="button" class={open ? 'row-button is-on' : 'row-button'} data-act={act} aria-expanded={open} aria-controls={`lib-${act}-${row.id}`} onClick={turn}>
      <Icon name={icon} />
      <span>{label}</span>
      <span class="unseen">: {title}</span>
    </button>
  );
  return (
    <li class="recording lib-row" ref={item} data-recording={row.id} data-state={row.state}>
      <div class="lib-top">
        <Poster row={row} />
        <div class="lib-about">
          {renaming ? (
            <Rename row={row} library={library} onDone={renamed} />
          ) : (
            <p class="row-name">
              <bdi>{title}</bdi>
            </p>
          )}
          <About {...props} />
        </div>
      </div>
      {chosen ? <JoinBox row={row} chosen={chosen} onTurn={onChoose} /> : null}
      {playing && plays ? <Watching {...props} onPlay={watch} /> : null}
      <p class="row-actions">
        {plays && !playing ? (
          <button type="button" class="row-button" data-act="play" onClick={() => onPlay(false)}>
            <Icon name="film" />
            <span>{t('rec.play')}</span>
            <span class="unseen">: {title}</span>
          </button>
        ) : null}
        {saves ? fold('files', 'download', t('rec.download'), files, turnFiles) : null}
        {manages && (row.state !== 'running' || isMade(row)) ? fold('manage', 'gear', t('lib.manage'), manage, turnManage) : null}
      </p>
      <Files row={row} open={files && saves} id={`lib-files-${row.id}`} />
      {manages && manage ? <Manage id={`lib-manage-${row.id}`} row={row} library={library} onRename={() => setRenaming(true)} onTrim={() => onPlay(true)} /> : null}
    </li>
  );
}
