// What can be played of a recording: its editions, and what was made of it.

import type { Edition, Made, Recording, WishName } from '../protocol';

export interface Choice {
  edition: Edition;
  url: string;
  /** The address of where its pieces lie; empty: it has none. */
  table: string;
  /** Not the file as it was recorded. */
  made: boolean;
  bytes: number;
}

export interface Captions {
  /** A language tag. */
  language: string;
  url: string;
}

/** What it looks like is there before the rest. */
const EARLY = /^(poster\.jpg|sprite.*)$/;

/** The address of a file that was made; empty: it was not. */
export function madeUrl(made: Made | undefined, name: string): string {
  if (!made || (made.state !== 'ready' && !EARLY.test(name))) return '';
  if (!made.base || !made.files?.some((file) => file.name === name)) return '';
  return `${made.base}${name}?${made.query ?? ''}`;
}

/** Bytes of it; 0: it is not known. */
export function madeBytes(made: Made | undefined, name: string): number {
  return made?.files?.find((file) => file.name === name)?.bytes ?? 0;
}

/** What every browser plays as it was recorded, and what most do. */
const PLAIN: Edition[] = ['full', 'light', 'sound', 'webm'];

/** Made beside the editions, when it is not one of them. */
const BESIDE: [Edition, string][] = [
  ['slides', 'slides.mp4'],
  ['sound', 'sound.m4a'],
];

/**
 * One of each kind, the better file of two. Files are made of the edition that comes first, which the files of single senders
 * are not: its picture is theirs.
 * `raw`: only what was recorded.
 */
export function choicesOf(row: Recording, raw = false): Choice[] {
  const editions = (row.editions ?? []).flatMap(({ edition, url, bytes }) => (url && edition !== 'tracks' ? [{ edition, url, bytes }] : []));
  if (!row.editions?.length && row.url) editions.push({ edition: 'full', url: row.url, bytes: row.bytes });
  const made = raw ? undefined : row.made;
  const choice = (edition: Edition, name: string): Choice[] => {
    const url = madeUrl(made, name);
    return url ? [{ edition, url, table: madeUrl(made, name.replace(/\.\w+$/, '.index')), made: true, bytes: madeBytes(made, name) }] : [];
  };
  const choices = editions.flatMap(({ edition, url, bytes }, i) => {
    const better = edition === 'sound' ? choice(edition, 'sound.m4a') : i === 0 ? choice(edition, 'video.mp4') : [];
    if (better.length || !PLAIN.includes(edition)) return better;
    return [{ edition, url, table: '', made: false, bytes }];
  });
  const others = BESIDE.flatMap(([edition, name]) => (choices.some((one) => one.edition === edition) ? [] : choice(edition, name)));
  const first = editions.length ? [] : choice('full', 'video.mp4'); // of what may not be fetched as it was recorded
  return [...first, ...choices, ...others];
}

/** For who saves data: the first of these that there is. */
export function thriftyOf(wish: WishName): Edition[] {
  if (wish === 'sound') return ['sound', 'light'];
  return wish === 'slides' ? ['slides', 'light', 'sound'] : ['light', 'slides', 'sound'];
}

/** Files like captions-ru.vtt */
export function captionsOf(made: Made | undefined): Captions[] {
  return (made?.files ?? []).flatMap(({ name }) => {
    const language = /^captions-([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\.vtt$/.exec(name)?.[1];
    const url = language ? madeUrl(made, name) : '';
    return language && url ? [{ language, url }] : [];
  });
}

/** By its name in the language of the page. */
export function languageName(tag: string, shown: string): string {
  try {
    return new Intl.DisplayNames([shown], { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
