// Figures of the server in words.

import { language, t } from '../../core/i18n';
import { groupTitle } from '../../core/tools';

export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(language.value, { maximumFractionDigits: digits }).format(value);
}

/** 910 kbit/s, 12.4 Mbit/s */
export function rate(kbps: number): string {
  return kbps < 10000 ? t('con.kbps', { v: number(kbps) }) : t('con.mbps', { v: number(kbps / 1000, kbps < 100000 ? 1 : 0) });
}

export function percent(value: number): string {
  return new Intl.NumberFormat(language.value, { style: 'percent', maximumFractionDigits: value < 10 ? 1 : 0 }).format(value / 100);
}

/** "3 d 4 h", "2 h 5 min", "12 min" */
export function span(seconds: number): string {
  const min = Math.floor(seconds / 60);
  if (min >= 1440) return t('con.days', { d: Math.floor(min / 1440), h: Math.floor((min % 1440) / 60) });
  if (min >= 60) return t('con.hours', { h: Math.floor(min / 60), m: min % 60 });
  return t('con.minutes', { m: min });
}

export function when(ms: number): string {
  return new Intl.DateTimeFormat(language.value, { dateStyle: 'short', timeStyle: 'medium' }).format(ms);
}

/** "Group 2" of a group that has only its number. */
export function roomTitle({ title, parent }: { title: string; parent?: string }): string {
  return parent ? groupTitle(title) : title;
}
