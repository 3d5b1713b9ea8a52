// Times and sizes for people.

import { language } from './i18n';

/** 65000 -> "1:05", 3600000 -> "1:00:00" */
export function clock(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  const h = Math.floor(s / 3600);
  const m = Math.floor(s / 60) % 60;
  return h ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

export function timeOfDay(ms: number): string {
  return new Intl.DateTimeFormat(language.value, { hour: '2-digit', minute: '2-digit' }).format(ms);
}

export function day(ms: number): string {
  return new Intl.DateTimeFormat(language.value, { dateStyle: 'medium', timeStyle: 'short' }).format(ms);
}

export function megabytes(bytes: number): string {
  return inMegabytes(bytes, { maximumFractionDigits: 1 });
}

/** With two digits that count, for what is only known about. */
export function roughly(mb: number): string {
  return inMegabytes(mb * 1e6, { maximumSignificantDigits: 2 });
}

/** As short as it can be, for the bar on top. */
export function shortly(bytes: number): string {
  return inMegabytes(bytes, { maximumFractionDigits: bytes < 9.95e6 ? 1 : 0 });
}

function inMegabytes(bytes: number, digits: Intl.NumberFormatOptions): string {
  return new Intl.NumberFormat(language.value, { style: 'unit', unit: 'megabyte', ...digits }).format(bytes / 1e6);
}
