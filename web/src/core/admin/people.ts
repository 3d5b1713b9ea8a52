// People of all classes, and those with the worst links.

import { LEVELS } from '../levels';
import type { MemberRow, RoomNow, RoomShow } from './types';

/** A member, and the class that it is in. */
export interface Person extends MemberRow {
  code: string;
  title: string;
}

const LOSSY = 5; // percent
const SLOW_MS = 800;

/** Its link carries less than it should. */
export function isWeak(member: MemberRow): boolean {
  const { why, level, loss, rtt_ms } = member;
  if (why === 'lost' || why === 'loss' || loss >= LOSSY || rtt_ms >= SLOW_MS) return true;
  return why === 'link' && LEVELS.indexOf(level) < LEVELS.indexOf('main');
}

/** The worst first: who gets least, loses most, waits longest. */
export function worstFirst(a: MemberRow, b: MemberRow): number {
  const lost = Number(b.why === 'lost') - Number(a.why === 'lost');
  return lost || LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) || b.loss - a.loss || b.rtt_ms - a.rtt_ms;
}

export function byName(a: Person, b: Person): number {
  return a.name.localeCompare(b.name) || a.title.localeCompare(b.title);
}

export type AskRoom = (code: string, from: number) => Promise<RoomShow>;

/** All members of a class, page by page; at most `most`. */
export async function membersOf(ask: AskRoom, code: string, most: number): Promise<RoomShow> {
  const first = await ask(code, 0);
  const members = [...first.members];
  let next = first.next;
  while (next > 0 && members.length < most) {
    const page = await ask(code, next);
    members.push(...page.members);
    next = page.next > next ? page.next : 0; // people came and went meanwhile
  }
  return { ...first, members, next };
}

/** Everybody of these classes, one class after the other; one that ends meanwhile is left out. At most `most`. */
export async function gather(ask: AskRoom, rooms: RoomNow[], most: number, failed: (why: unknown) => void): Promise<Person[]> {
  const people: Person[] = [];
  for (const room of rooms) {
    if (people.length >= most) break;
    try {
      const { members } = await membersOf(ask, room.code, most - people.length);
      people.push(...members.map((one) => ({ ...one, code: room.code, title: room.title })));
    } catch (why) {
      failed(why);
    }
  }
  return people;
}
