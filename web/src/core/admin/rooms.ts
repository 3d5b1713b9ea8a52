// The list of classes: which are shown, and in which order.

import type { RoomRow } from '../protocol';
import type { RoomNow } from './types';

export const SORTS = ['members', 'weak', 'cpu', 'title', 'server'] as const;
export type Sort = (typeof SORTS)[number];
export const FILTERS = ['all', 'people', 'waiting', 'weak', 'recording', 'locked'] as const;
export type Filter = (typeof FILTERS)[number];

const KEEPS: Record<Filter, (room: RoomNow) => boolean> = {
  all: () => true,
  people: (room) => room.members > 0,
  waiting: (room) => room.waiting > 0,
  weak: (room) => room.weak > 0,
  recording: (room) => room.recording,
  locked: (room) => room.locked,
};

const ORDERS: Record<Sort, (a: RoomNow, b: RoomNow) => number> = {
  members: (a, b) => b.members - a.members,
  weak: (a, b) => b.weak - a.weak || b.members - a.members,
  cpu: (a, b) => b.cpu_percent - a.cpu_percent,
  title: (a, b) => a.title.localeCompare(b.title),
  server: () => 0, // as it was told: those with most members first, then the newest
};

function plain(text: string): string {
  return text.toLowerCase().replace(/[\s-]/g, '');
}

/** By title, or by the code however it is typed. */
export function found(room: { title: string; code: string }, words: string): boolean {
  const wanted = words.trim().toLowerCase();
  return !wanted || room.title.toLowerCase().includes(wanted) || plain(room.code).includes(plain(wanted));
}

export function choose(rooms: RoomNow[], words: string, filter: Filter, sort: Sort): RoomNow[] {
  return rooms.filter((room) => found(room, words) && KEEPS[filter](room)).sort(ORDERS[sort]);
}

/** As they stood before, so that nothing moves under the hand of who works in the list; new ones come last. */
export function steady<T extends { id: string }>(before: string[], now: T[]): T[] {
  const at = new Map(before.map((id, i) => [id, i]));
  const place = (one: T) => at.get(one.id) ?? before.length;
  return [...now].sort((a, b) => place(a) - place(b));
}

/** A class that is only listed: without what is known of those that are told of. */
export function listedOnly(row: RoomRow): RoomNow {
  return {
    ...{ id: row.id, code: row.code, title: row.title, members: row.members, recording: row.recording },
    ...{ kind: '', listed: 0, waiting: 0, weak: 0, layout: '', locked: false, lobby: false },
    ...{ cpu_percent: 0, kbps_in: 0, kbps_out: 0, top: 'high' as const },
  };
}

/** Those that are told of, and behind them those of the list that are not. */
export function withListed(rooms: RoomNow[], list: RoomRow[]): RoomNow[] {
  const told = new Set(rooms.map((one) => one.id));
  return [...rooms, ...list.filter((one) => !told.has(one.id)).map(listedOnly)];
}
