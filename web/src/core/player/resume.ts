// How far recordings were watched: remembered on the device, of the last ones only.

import { recall, remember } from '../store';

export type Kept = [id: string, s: number][];

const KEY = 'player.at';
const MOST = 50;
const EDGE_S = 5; // as good as not begun, or seen to its end

/** What the device remembers, whatever was written there. */
export function readKept(text: string): Kept {
  try {
    const rows: unknown = JSON.parse(text || '[]');
    if (!Array.isArray(rows)) return [];
    return rows.filter((row): row is [string, number] => Array.isArray(row) && typeof row[0] === 'string' && row[1] > 0 && Number.isFinite(row[1])).slice(0, MOST);
  } catch {
    return [];
  }
}

/** The newest first. 0: it is forgotten. */
export function putKept(rows: Kept, id: string, s: number): Kept {
  const others = rows.filter((row) => row[0] !== id);
  return s > 0 ? [[id, s] as [string, number], ...others].slice(0, MOST) : others;
}

/** 0: from its start. */
export function keptAt(id: string): number {
  return readKept(recall(KEY)).find((row) => row[0] === id)?.[1] ?? 0;
}

/** `wholeS`: 0 when it is not known. */
export function keepAt(id: string, s: number, wholeS: number): void {
  const within = s >= EDGE_S && !(wholeS > 0 && s > wholeS - EDGE_S);
  const rows = readKept(recall(KEY));
  if (!within && !rows.some((row) => row[0] === id)) return;
  remember(KEY, JSON.stringify(putKept(rows, id, within ? Math.round(s * 10) / 10 : 0)));
}
