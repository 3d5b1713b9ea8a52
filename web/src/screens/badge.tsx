// A few words over the picture when it is less than a picture. Calm: they come when things have settled.

import { useEffect, useState } from 'preact/hooks';
import { badgeOf, type Badge } from '../core/badge';
import { t } from '../core/i18n';
import { state } from '../core/state';
import { Icon } from '../ui/icon';
import { levelWords } from './words';

const SETTLE_MS = 900;

const ICONS: Record<Badge['kind'], string> = {
  gone: 'gone',
  sound: 'sound',
  still: 'still',
  low: 'quality',
  mid: 'quality',
  main: 'quality',
  high: 'quality',
};

/** The value, once it has stayed the same for a while. */
function useSettled(key: string): string {
  const [settled, setSettled] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSettled(key), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [key]);
  return settled;
}

export function secondsSince(ms: number): number {
  return Math.max(0, Math.round((Date.now() - ms) / 1000));
}

/** How old the still picture is; not for the screen reader, which would never stop. */
function Age({ atMs }: { atMs: number }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return <span aria-hidden="true"> · {t('still.age', { s: secondsSince(atMs) })}</span>;
}

export function StateBadge() {
  const now = JSON.stringify(badgeOf(state.link.value, state.ice.value, state.quality.value));
  const badge = JSON.parse(useSettled(now) || 'null') as Badge | null;
  const still = state.still.value;
  return (
    <p class="state-badge" role="status" data-kind={badge?.kind ?? ''}>
      {badge ? (
        <span>
          <Icon name={ICONS[badge.kind]} />
          {badge.kind === 'gone' ? t('badge.gone') : levelWords(badge.kind, badge.why)}
          {badge.kind === 'still' && still ? <Age atMs={still.atMs} /> : null}
        </span>
      ) : null}
    </p>
  );
}
