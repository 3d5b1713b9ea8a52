// Rights of single people, as they are asked for.

import type { Cap } from '../protocol';
import type { MemberRow } from './types';

export const WORDS = ['usual', 'grant', 'deny'] as const;
export type Word = (typeof WORDS)[number];

/** What can be given to one member, or taken from it. */
export const PERSONAL: Cap[] = [
  ...(['speak', 'camera', 'share', 'chat', 'hand', 'react', 'vote', 'poll'] as const),
  ...(['timer', 'interpret', 'record', 'recordings', 'layout', 'admit', 'links'] as const),
];

/** Those who have a right of their own, or lack one. */
export function withOwn(members: MemberRow[]): MemberRow[] {
  return members.filter(({ grants, denies }) => !!grants?.length || !!denies?.length);
}

/** The fields of member.allow that make of what is what is wished; null: nothing is to be changed. */
export function capsOf(wish: Partial<Record<Cap, Word>>, now: (cap: Cap) => Word): Partial<Record<Word, Cap[]>> | null {
  const change: Partial<Record<Word, Cap[]>> = {};
  for (const cap of PERSONAL) {
    const word = wish[cap];
    if (word && word !== now(cap)) (change[word] ??= []).push(cap);
  }
  return Object.keys(change).length ? change : null;
}
