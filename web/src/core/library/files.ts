// The files of a recording that can be saved.

import { captionsOf, madeBytes, madeUrl } from '../player/sources';
import type { Made, Recording } from '../protocol';

export interface Saved {
  /** Its name in the texts, and in tests. */
  key: string;
  bytes: number;
  url: string;
  /** Of captions. */
  language?: string;
}

const MADE: [key: string, file: string][] = [
  ['prepared', 'video.mp4'],
  ['slides', 'slides.mp4'],
  ['even_sound', 'sound.m4a'],
];

export function asFile(url: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}download=1`;
}

function madeOnes(made: Made | undefined): Saved[] {
  const files = MADE.map(([key, name]) => ({ key, bytes: madeBytes(made, name), url: madeUrl(made, name) }));
  const captions = captionsOf(made).map(({ language, url }) => ({ key: 'captions', bytes: madeBytes(made, `captions-${language}.vtt`), url, language }));
  return [...files.filter((one) => one.url), ...captions];
}

/** As it was recorded, then what was made of it. What is watched while it runs is a folder, and no file. */
export function filesOf(row: Recording): Saved[] {
  const editions = (row.editions ?? []).flatMap(({ edition, bytes, url }) => (url && edition !== 'live' ? [{ key: edition, bytes, url }] : []));
  const recorded: Saved[] = row.editions?.length || !row.url ? editions : [{ key: 'full', bytes: row.bytes, url: row.url }];
  return [...recorded, ...madeOnes(row.made)].map((one) => ({ ...one, url: asFile(one.url) }));
}
