// The rows of recordings, with links that are good again.

import type { Recording } from '../protocol';

/** Those that are known, as they are now. */
export function refreshed(rows: Recording[], page: Recording[]): Recording[] {
  const now = new Map(page.map((row) => [row.id, row]));
  return rows.map((row) => now.get(row.id) ?? row);
}

/** Asks for this one row; where it stands in the list does not matter. */
export async function askAgain(ask: (t: string, d: object) => Promise<Record<string, unknown>>, row: Recording): Promise<Recording[]> {
  const reply = await ask('recording.list', { before: row.started_ms + 1, limit: 5, ...(row.deleted_ms && { trash: true }) });
  return (reply.recordings as Recording[] | undefined) ?? [];
}
