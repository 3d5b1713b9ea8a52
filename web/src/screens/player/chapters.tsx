// The chapters, to jump to.

import { clock } from '../../core/format';
import { t } from '../../core/i18n';
import { cueAt, type Cue } from '../../core/player/vtt';

export function Chapters({ chapters, at, onSeek }: { chapters: Cue[]; at: number; onSeek(s: number): void }) {
  if (!chapters.length) return null;
  const own = cueAt(chapters, at);
  return (
    <div class="pl-chapters">
      <p class="row-name" id="pl-chapters">
        {t('player.chapters')}
      </p>
      <ol aria-labelledby="pl-chapters">
        {chapters.map((one, i) => (
          <li key={i}>
            <button type="button" class={i === own ? 'pl-chapter is-on' : 'pl-chapter'} data-act="chapter" aria-current={i === own ? 'true' : undefined} onClick={() => onSeek(one.startS)}>
              <span class="mono">{clock(one.startS * 1000)}</span>
              <span class="grow" dir="auto">
                {one.text}
              </span>
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}
