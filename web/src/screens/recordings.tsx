// The recordings of the class: to watch here, to save, to delete.

import { useEffect, useState } from 'preact/hooks';
import { classroom } from '../app';
import { clock, day, megabytes } from '../core/format';
import { t } from '../core/i18n';
import { askAgain, refreshed } from '../core/player/renew';
import type { Recording } from '../core/protocol';
import { isLecturer, notify, state } from '../core/state';
import { Icon } from '../ui/icon';
import { Late } from '../ui/late';
import { Sheet } from '../ui/sheet';
import { TwoStep } from '../ui/twostep';
import { closeSheet } from './panels';

type PlayerModule = typeof import('./player/index');
const loadPlayer = async (): Promise<PlayerModule> => {
  const player = await import('./player/index');
  await player.dressed;
  return player;
};

/** Lists a row anew: its links are good for some minutes only. */
type Renew = (row: Recording) => Promise<void>;

function downloadOf(url: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}download=1`;
}

/** One choice for each edition, with its size, the smallest of which may be what a thin purse can pay. */
function Downloads({ row }: { row: Recording }) {
  const files = (row.editions ?? []).filter((one) => one.url);
  if (files.length < 2) {
    return row.url ? (
      <a class="row-button" data-act="download" href={downloadOf(row.url)} download>
        <Icon name="download" />
        <span>{t('rec.download')}</span>
      </a>
    ) : null;
  }
  return (
    <>
      {files.map((one, i) => (
        <a
          key={one.edition}
          class="row-button"
          data-act={i ? `download-${one.edition}` : 'download'}
          data-edition={one.edition}
          href={downloadOf(one.url ?? '')}
          download
          aria-label={`${t('rec.download')}: ${t(`edition.${one.edition}`)}, ${megabytes(one.bytes)}`}
        >
          <Icon name="download" />
          <span>
            {t(`edition.${one.edition}`)}, {megabytes(one.bytes)}
          </span>
        </a>
      ))}
    </>
  );
}

interface RowProps {
  row: Recording;
  playing: boolean;
  onPlay(): void;
  onRenew: Renew;
}

function Row({ row, playing, onPlay, onRenew }: RowProps) {
  const remove = async () => {
    if (!(await classroom.act('recording.delete', { id: row.id }))) return;
    state.recordings.value = state.recordings.value.filter((one) => one.id !== row.id);
  };
  return (
    <li class="recording" data-recording={row.id} data-state={row.state}>
      <p class="row-name">
        <bdi>{row.title || t('rec.untitled')}</bdi>
      </p>
      <p class="fine">
        {day(row.started_ms)} · {row.duration_ms ? clock(row.duration_ms) : t(`rec.${row.state}`)} ·{' '}
        {megabytes(row.bytes)}
      </p>
      {playing && row.url ? <Late<PlayerModule> load={loadPlayer} show={(m) => <m.Player row={row} onRenew={onRenew} />} /> : null}
      <p class="row-actions">
        {row.url && !playing ? (
          <button type="button" class="row-button" data-act="play" onClick={onPlay}>
            <Icon name="film" />
            <span>{t('rec.play')}</span>
          </button>
        ) : null}
        <Downloads row={row} />
        {isLecturer() && state.link.value === 'open' ? (
          <TwoStep
            act="delete"
            icon="bin"
            label={t('rec.delete')}
            sure={t('rec.delete_sure')}
            onConfirm={() => void remove()}
          />
        ) : null}
      </p>
    </li>
  );
}

/** Further back in time. */
function More({ onMore }: { onMore(): Promise<void> }) {
  const [busy, setBusy] = useState(false);
  if (!state.moreRecordings.value) return null;
  const load = () => {
    setBusy(true);
    onMore()
      .catch(() => notify('error.unknown'))
      .finally(() => setBusy(false));
  };
  return (
    <button type="button" class="plain wide" data-act="more-recordings" disabled={busy} onClick={load}>
      {t('recordings.more')}
    </button>
  );
}

interface ListProps {
  onMore(): Promise<void>;
  onRenew: Renew;
  /** Shown as long as nothing is known. */
  held?: Recording[] | null;
}

export function RecordingList({ onMore, onRenew, held }: ListProps) {
  const [playing, setPlaying] = useState('');
  const rows = held ?? state.recordings.value;
  if (!rows.length) return <p class="fine">{t('recordings.empty')}</p>;
  return (
    <>
      <ul class="rows">
        {rows.map((row) => (
          <Row key={row.id} row={row} playing={playing === row.id} onPlay={() => setPlaying(row.id)} onRenew={onRenew} />
        ))}
      </ul>
      <More onMore={onMore} />
    </>
  );
}

async function renew(row: Recording): Promise<void> {
  const page = await askAgain((name, d) => classroom.request(name, d), row);
  state.recordings.value = refreshed(state.recordings.value, page);
}

export function Recordings() {
  useEffect(() => {
    classroom.listRecordings().catch(() => notify('error.unknown'));
  }, []);
  return (
    <Sheet name="recordings" title={t('recordings')} onClose={closeSheet}>
      <RecordingList onMore={() => classroom.listRecordings(state.recordings.value)} onRenew={renew} />
    </Sheet>
  );
}
