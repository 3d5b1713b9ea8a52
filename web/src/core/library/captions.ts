// Captions that somebody brings: looked at before they are sent.

import { parseVtt } from '../player/vtt';

export const MOST_BYTES = 1 << 20;

/** What is wrong with it, as an error code; empty: nothing. */
export function captionsFault(text: string, bytes: number): string {
  if (!bytes) return 'captions_empty';
  if (bytes > MOST_BYTES) return 'captions_too_big';
  if (!/^\ufeff?WEBVTT(?=[ \t\r\n]|$)/.test(text)) return 'captions_not_vtt';
  return parseVtt(text).length ? '' : 'captions_empty';
}

/** "ru" of captions-ru.vtt, of lecture.ru.vtt, of lecture_pt-BR.vtt; empty: it does not tell. */
export function languageOf(fileName: string): string {
  return /[._-]([a-z]{2,3}(?:-[A-Z][A-Za-z]{1,3})?)\.vtt$/.exec(fileName)?.[1] ?? '';
}

/** As it may stand in an address. */
export function isLanguage(tag: string): boolean {
  return /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/.test(tag);
}
