// Which recordings are looked for: what the server is asked, and whether a row that it told of is one of them.

import type { Recording } from '../protocol';

export const STATES = ['ready', 'running', 'waiting', 'interrupted', 'failed'] as const;
export const PERIODS = ['week', 'month', 'year', 'own'] as const;

export interface Filter {
  /** Words of the title and of the marks. */
  q: string;
  state: '' | (typeof STATES)[number];
  period: '' | (typeof PERIODS)[number];
  /** Days like 2026-11-22, of the period `own`; empty: without an end. */
  from: string;
  to: string;
  trash: boolean;
}

export const EVERYTHING: Filter = { q: '', state: '', period: '', from: '', to: '', trash: false };

const DAY_MS = 86_400_000;
const DAYS = { week: 7, month: 31, year: 366 };

/** When a day begins here; NaN: it is none. */
function startOf(day: string): number {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  return parts ? new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3])).getTime() : NaN;
}

function nextOf(day: string): number {
  const start = startOf(day);
  if (Number.isNaN(start)) return NaN;
  const after = new Date(start);
  return after.setDate(after.getDate() + 1); // not every day has 24 hours
}

/** From the first to before the second; 0: without. */
export function spanOf({ period, from, to }: Filter, nowMs: number): [fromMs: number, toMs: number] {
  if (!period) return [0, 0];
  if (period === 'own') return [startOf(from) || 0, nextOf(to) || 0];
  return [Math.floor(nowMs / DAY_MS - DAYS[period]) * DAY_MS, 0];
}

/** For `recording.list`: only what is set. */
export function queryOf(filter: Filter, nowMs: number): Record<string, unknown> {
  const [fromMs, toMs] = spanOf(filter, nowMs);
  const q = filter.q.trim();
  return {
    ...(q && { q }),
    ...(filter.state && { state: filter.state }),
    ...(fromMs && { from_ms: fromMs }),
    ...(toMs && { to_ms: toMs }),
    ...(filter.trash && { trash: true }),
  };
}

export function isNarrow(filter: Filter): boolean {
  return filter.q.trim() !== '' || filter.state !== '' || filter.period !== '';
}

/** Marks are known to the server only: what it found by them stays until it is asked again. */
export function matches(row: Recording, filter: Filter, nowMs: number): boolean {
  const [fromMs, toMs] = spanOf(filter, nowMs);
  if (filter.trash !== !!row.deleted_ms) return false;
  if (filter.state && row.state !== filter.state) return false;
  return row.started_ms >= fromMs && (!toMs || row.started_ms < toMs);
}

export function named(row: Recording, filter: Filter): boolean {
  return row.title.toLocaleLowerCase().includes(filter.q.trim().toLocaleLowerCase());
}
