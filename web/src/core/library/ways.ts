// How a recording can be watched here, and what can be done with it.

import { choicesOf } from '../player/sources';
import type { Edition, Recording } from '../protocol';
import { filesOf } from './files';

/**
 * film: its files are played. live: as while it ran, since there is no such file. soon: nothing can be played yet. saved:
 * what there is can only be saved. Empty: there is nothing.
 */
export type Way = 'film' | 'live' | 'soon' | 'saved' | '';

/** What the server cuts and joins. */
const FORMS: Edition[] = ['full', 'light', 'sound'];

/** The list of the pieces that it was watched by while it ran; empty: there is none. */
export function liveUrl(row: Recording): string {
  return row.editions?.find(({ edition, url }) => edition === 'live' && url)?.url ?? '';
}

function becomes({ made }: Recording): boolean {
  return made?.state === 'waiting' || made?.state === 'working' || (made?.state === 'ready' && !made.base);
}

export function wayOf(row: Recording): Way {
  if (choicesOf(row).length) return 'film';
  if (row.state === 'running') return '';
  if (liveUrl(row)) return 'live';
  if (becomes(row)) return 'soon';
  return filesOf(row).length ? 'saved' : '';
}

/** It has a file of a kind that parts are cut out of. */
export function canCut({ url, editions }: Recording): boolean {
  return !!url && (!editions?.length || editions.some((one) => one.url && FORMS.includes(one.edition)));
}
