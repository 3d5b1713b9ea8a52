// What is said over the picture about the picture: nothing while all is well.

import type { IceState } from './rtc';
import type { Level, Quality, Why } from './protocol';
import type { Link } from './socket';

export interface Badge {
  kind: 'gone' | Level;
  why: Why | '';
}

/** Of these a small picture is worth a word; the others are as they should be, or as they were chosen. */
const TROUBLE: readonly Why[] = ['link', 'loss', 'lost', 'budget', 'server'];

export function badgeOf(link: Link, ice: IceState, quality: Quality | null): Badge | null {
  if (link === 'lost' || link === 'offline' || ice === 'lost') return { kind: 'gone', why: '' };
  if (!quality || ice !== 'connected' || quality.why === 'hidden' || quality.why === 'start') return null;
  const { level, why } = quality;
  if (level === 'sound' || level === 'still') return { kind: level, why };
  if (why === 'lost') return { kind: level, why };
  return level === 'low' && TROUBLE.includes(why) ? { kind: level, why } : null;
}
