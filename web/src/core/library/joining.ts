// Which recordings become one: chosen in any order, joined in the order of their times.

import type { Recording } from '../protocol';
import { canCut } from './ways';

export const LEAST = 2;
export const MOST = 8;

/** It is finished, and there is something of it to join. */
export function canJoin(row: Recording): boolean {
  return canCut(row) && row.state !== 'running' && !row.deleted_ms;
}

/** Those of the ids that are still there, the oldest first. */
export function inOrder(ids: readonly string[], rows: readonly Recording[]): Recording[] {
  return rows.filter((row) => ids.includes(row.id) && canJoin(row)).sort((a, b) => a.started_ms - b.started_ms);
}

/** With it, or without when it was there; no more than may be. */
export function toggled(ids: readonly string[], id: string): string[] {
  if (ids.includes(id)) return ids.filter((one) => one !== id);
  return ids.length < MOST ? [...ids, id] : [...ids];
}

/** What it is called unless somebody says otherwise. */
export function titleOf(rows: readonly Recording[]): string {
  return rows.find((row) => row.title)?.title ?? '';
}

export function lengthOf(rows: readonly Recording[]): number {
  return rows.reduce((sum, row) => sum + row.duration_ms, 0);
}
