// What plays a recording: the player of its files; where no browser plays those, that of classes that run, from the pieces
// that it was watched by then.

import { useEffect, useRef, useState } from 'preact/hooks';
import { LivePlaying } from '../../core/hls/playing';
import { t } from '../../core/i18n';
import { liveUrl, type Way, wayOf } from '../../core/library/ways';
import type { Recording } from '../../core/protocol';
import { Late } from '../../ui/late';
import type { AskMarks } from '../player/extras';
import type { TrimUser } from '../player/trim';
import { loadPlayer, type PlayerModule } from './player';

type LiveModule = typeof import('../live/index');

const loadLive = async (): Promise<LiveModule> => {
  const live = await import('../live/index');
  await live.dressed;
  return live;
};

interface Props {
  row: Recording;
  /** As it is listed now, not as it was drawn last. */
  listed(): Recording | undefined;
  /** Lists it anew. */
  onRenew(row: Recording): Promise<void>;
  ask?: AskMarks;
  trim?: TrimUser;
}

function Pieces({ module: { LivePlayer }, ...first }: Props & { module: LiveModule }) {
  const props = useRef(first);
  props.current = first;
  const box = useRef<HTMLDivElement>(null);
  const [playing] = useState(() => {
    const renew = async () => {
      const { row, listed, onRenew } = props.current;
      await onRenew(row);
      const url = liveUrl(listed() ?? row);
      if (!url) throw new Error('it has no pieces any more');
      return url;
    };
    return new LivePlaying(liveUrl(first.row), 0, { renew, caughtUp: () => undefined });
  });
  useEffect(() => {
    box.current?.scrollIntoView({ block: 'nearest' });
    box.current?.querySelector<HTMLElement>('[data-act=toggle]')?.focus({ preventScroll: true });
  }, []);
  return (
    <div ref={box} role="group" aria-label={first.row.title || t('rec.untitled')} data-pieces>
      <LivePlayer playing={playing} />
    </div>
  );
}

/** `way` as it is when it begins: what is made of it meanwhile does not take its place. */
export function Watch(props: Props) {
  const [way] = useState(() => wayOf(props.row));
  if (way === 'live') return <Late<LiveModule> load={loadLive} show={(m) => <Pieces {...props} module={m} />} />;
  return <Late<PlayerModule> load={loadPlayer} show={(m) => <m.Player {...props} />} />;
}

/** In place of a player: what is the matter. */
export function Unwatchable({ way }: { way: Way }) {
  if (way !== 'soon' && way !== 'saved') return null;
  return (
    <p class="fine" data-way={way}>
      {t(way === 'soon' ? 'lib.play_soon' : 'lib.save_only')}
    </p>
  );
}
