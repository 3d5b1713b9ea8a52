// The files of what each member sent, below their list: one for each camera, screen and microphone.

import { useEffect, useState } from 'preact/hooks';
import { clock } from '../../core/format';
import { t } from '../../core/i18n';
import { type Track, trackUrl, tracksAt } from '../../core/library/tracks';
import { Icon } from '../../ui/icon';

function named({ name, source, start_ms, end_ms }: Track): string {
  return t('tracks.file', { what: t(`tracks.${source}`, { name }), from: clock(start_ms), to: clock(end_ms) });
}

/** `list` is the address of tracks.json. */
export function Tracks({ list }: { list: string }) {
  const [tracks, setTracks] = useState<Track[]>([]);
  useEffect(() => {
    tracksAt(list).then(setTracks, () => setTracks([]));
  }, [list]);
  if (!tracks.length) return null;
  return (
    <ul class="lib-files" aria-label={t('tracks.show')}>
      {tracks.map((track) => (
        <li key={track.file}>
          <a class="row-button lib-file" data-track={track.file} href={trackUrl(list, track.file)} download>
            <Icon name="download" />
            <span class="grow">
              <bdi>{named(track)}</bdi>
            </span>
            <span class="mono">{track.codec}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}
