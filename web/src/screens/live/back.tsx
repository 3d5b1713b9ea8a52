// In the class: what was before, from its recording, while the class goes on.

import { useEffect, useState } from 'preact/hooks';
import { classroom } from '../../app';
import { back } from '../../core/back';
import { clock } from '../../core/format';
import { LivePlaying } from '../../core/hls/playing';
import { t } from '../../core/i18n';
import { Refusal } from '../../core/protocol';
import { notify } from '../../core/state';
import { Sheet } from '../../ui/sheet';
import { closeSheet } from '../panels';
import { LivePlayer } from './player';

async function ask(): Promise<string> {
  return String((await classroom.request('recording.live')).url);
}

export function BackSheet() {
  const [playing, setPlaying] = useState<LivePlaying | null>(null);
  useEffect(() => {
    let here = true;
    classroom.aside(true);
    ask().then(
      (url) => here && setPlaying(new LivePlaying(url, back.startS, { renew: ask, caughtUp: closeSheet })),
      (why) => {
        notify(`error.${why instanceof Refusal ? why.code : 'unknown'}`);
        closeSheet();
      },
    );
    return () => {
      here = false;
      classroom.aside(false);
    };
  }, []);
  const { at, whole } = playing?.now.value ?? { at: 0, whole: 0 };
  return (
    <Sheet name="back" title={t('live.title')} onClose={closeSheet}>
      {playing ? (
        <LivePlayer playing={playing}>
          <button type="button" class="primary lv-last" data-act="to-class" onClick={closeSheet}>
            {t('live.back')}
          </button>
        </LivePlayer>
      ) : (
        <p class="fine" role="status">
          {t('live.loading')}
        </p>
      )}
      <p class="fine">
        {whole > 0 ? `${t('live.behind', { at: clock((whole - at) * 1000) })} · ` : ''}
        {t('live.note')}
      </p>
    </Sheet>
  );
}
