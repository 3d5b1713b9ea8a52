// What can be played of a recording: its editions, and what was made of it.

import type { Edition, Made, Recording } from '../protocol';

export interface Choice {
  edition: Edition;
  url: string;
  /** Not the file as it was recorded. */
  made: boolean;
}

export interface Captions {
  /** A language tag. */
  language: string;
  url: string;
}

/** The address of a file that was made; empty: it was not. */
export function madeUrl(made: Made | undefined, name: string): string {
  if (made?.state !== 'ready' || !made.base || !made.files?.some((file) => file.name === name)) return '';
  return `${made.base}${name}?${made.query ?? ''}`;
}

/** Bytes of it; 0: it is not known. */
export function madeBytes(made: Made | undefined, name: string): number {
  return made?.files?.find((file) => file.name === name)?.bytes ?? 0;
}

/**
 * One of each kind, the better file of two. Files are made of the edition that comes first: its picture is theirs.
 * `raw`: only what was recorded.
 */
export function choicesOf(row: Recording, raw = false): Choice[] {
  const editions = (row.editions ?? []).flatMap(({ edition, url }) => (url ? [{ edition, url }] : []));
  if (!editions.length && row.url) editions.push({ edition: 'full', url: row.url });
  const made = raw ? undefined : row.made;
  const better = (edition: Edition, first: boolean) => {
    if (edition === 'sound') return madeUrl(made, 'sound.m4a');
    return first ? madeUrl(made, 'video.mp4') : '';
  };
  const choices = editions.map(({ edition, url }, i) => {
    const over = better(edition, i === 0);
    return { edition, url: over || url, made: over !== '' };
  });
  const sound = madeUrl(made, 'sound.m4a');
  if (sound && !choices.some((one) => one.edition === 'sound')) choices.push({ edition: 'sound', url: sound, made: true });
  return choices;
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
