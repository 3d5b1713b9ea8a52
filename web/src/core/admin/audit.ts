// The record of administrative acts: asked for in pages, and as a table.

import { csv } from './csv';
import type { Act } from './types';

export interface ActFilter {
  code: string;
  who: string;
  /** The begin of a command's name. */
  command: string;
}

export interface ActPage {
  acts: Act[];
  more: boolean;
}

export type AskActs = (d: { before?: string; limit: number; code?: string; who?: string }) => Promise<ActPage>;

const PAGE = 100; // as many as the server tells at once
const PAGES_AT_ONCE = 10; // of one search: what is filtered here may be rare

export function matches(act: Act, command: string): boolean {
  return act.command.startsWith(command.trim().toLowerCase());
}

/** At least `want` acts before `before` that match, unless there are no more, or they are very rare; `last` is where to go on. */
export async function findActs(ask: AskActs, filter: ActFilter, want: number, before = ''): Promise<ActPage & { last: string }> {
  const { code, who, command } = filter;
  const acts: Act[] = [];
  let last = before;
  let more = true;
  for (let page = 0; more && page < PAGES_AT_ONCE && acts.length < want; page++) {
    const limit = command ? PAGE : Math.min(PAGE, want - acts.length);
    const got = await ask({ limit, ...(last && { before: last }), ...(code && { code }), ...(who.trim() && { who: who.trim() }) });
    acts.push(...got.acts.filter((act) => matches(act, command)));
    more = got.more && got.acts.length > 0;
    last = got.acts.at(-1)?.id ?? last;
  }
  return { acts, more, last };
}

/** "member m9, ban" */
export function fieldWords(fields: Record<string, unknown> | null | undefined): string {
  return Object.entries(fields ?? {})
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}

const COLUMNS = ['id', 'time', 'name', 'role', 'actor', 'seat', 'network', 'door', 'code', 'command', 'fields', 'result'];

export function actsCsv(acts: Act[]): string {
  const rows = acts.map((act) => [
    ...[act.id, new Date(act.at_ms).toISOString(), act.name, act.role, act.actor, act.seat, act.network, act.door],
    ...[act.code, act.command, fieldWords(act.fields), act.result],
  ]);
  return csv([COLUMNS, ...rows]);
}
