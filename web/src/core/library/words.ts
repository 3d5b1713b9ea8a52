// Sizes of recordings for people.

import { megabytes } from '../format';
import { language } from '../i18n';

function inUnit(n: number, unit: string): string {
  return new Intl.NumberFormat(language.value, { style: 'unit', unit, maximumSignificantDigits: 3 }).format(n);
}

/** "12 kB", "3.2 MB", "14 GB" */
export function size(bytes: number): string {
  if (bytes >= 1e9) return inUnit(bytes / 1e9, 'gigabyte');
  return bytes >= 1e5 ? megabytes(bytes) : inUnit(Math.ceil(bytes / 1e3), 'kilobyte');
}

export function justDay(ms: number): string {
  return new Intl.DateTimeFormat(language.value, { dateStyle: 'medium' }).format(ms);
}
