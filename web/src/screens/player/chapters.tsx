// The chapters, to jump to: of all kinds, or of some when there are many.

import { useState } from 'preact/hooks';
import { clock } from '../../core/format';
import { t } from '../../core/i18n';
import { cueAt, type Cue, type Kind, KINDS } from '../../core/player/vtt';
import { recall, remember } from '../../core/store';
import { PlayerIcon } from './icons';

const MANY = 8; // of several kinds: worth a choice
const KEY = 'player.kinds';

export function kindOf(cue: Cue): Kind {
  return cue.kind ?? 'mark';
}

/** What a chapter is called: by its words, else by what it begins with. */
export function nameOf(cue: Cue | undefined): string {
  return cue ? cue.text || t(`player.kind_${kindOf(cue)}`) : '';
}

/** Those that are listed, and what turns a kind on and off; without that there is nothing to choose. */
export function useKinds(all: Cue[]): { chapters: Cue[]; kinds: Kind[]; hidden: Kind[]; turn(kind: Kind): void } {
  const [hidden, setHidden] = useState<Kind[]>(() => KINDS.filter((kind) => recall(KEY).split(' ').includes(kind)));
  const there = KINDS.filter((kind) => all.some((one) => kindOf(one) === kind));
  const kinds = there.length > 1 && all.length >= MANY ? there : [];
  const turn = (kind: Kind) => {
    const next = hidden.includes(kind) ? hidden.filter((one) => one !== kind) : [...hidden, kind];
    remember(KEY, next.join(' '));
    setHidden(next);
  };
  return { chapters: kinds.length ? all.filter((one) => !hidden.includes(kindOf(one))) : all, kinds, hidden, turn };
}

function KindChoice({ kinds, hidden, turn }: { kinds: Kind[]; hidden: Kind[]; turn(kind: Kind): void }) {
  return (
    <div class="pl-kinds" role="group" aria-label={t('player.kinds')}>
      {kinds.map((kind) => (
        <button key={kind} type="button" class={hidden.includes(kind) ? 'pl-kind' : 'pl-kind is-on'} data-act={`kind-${kind}`} aria-pressed={!hidden.includes(kind)} onClick={() => turn(kind)}>
          <PlayerIcon name={kind} />
          <span>{t(`player.kinds_${kind}`)}</span>
        </button>
      ))}
    </div>
  );
}

interface Props {
  chapters: Cue[];
  kinds: Kind[];
  hidden: Kind[];
  turn(kind: Kind): void;
  at: number;
  onSeek(s: number): void;
}

export function Chapters({ chapters, kinds, hidden, turn, at, onSeek }: Props) {
  if (!chapters.length && !kinds.length) return null;
  const own = cueAt(chapters, at);
  return (
    <div class="pl-chapters">
      <p class="row-name" id="pl-chapters">
        {t('player.chapters')}
      </p>
      {kinds.length ? <KindChoice kinds={kinds} hidden={hidden} turn={turn} /> : null}
      <ol aria-labelledby="pl-chapters">
        {chapters.map((one, i) => (
          <li key={i}>
            <button
              type="button"
              class={i === own ? 'pl-chapter is-on' : 'pl-chapter'}
              data-act="chapter"
              data-kind={kindOf(one)}
              aria-current={i === own ? 'true' : undefined}
              onClick={() => onSeek(one.startS)}
            >
              <span class="mono">{clock(one.startS * 1000)}</span>
              <PlayerIcon name={kindOf(one)} label={one.text ? t(`player.kind_${kindOf(one)}`) : undefined} />
              <span class="grow" dir="auto">
                {nameOf(one)}
              </span>
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}
