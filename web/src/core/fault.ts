// Why a recording, or one edition of it, is not as it should be: the server's codes in words.

import { t } from './i18n';
import type { Edition, Recording, RecordState } from './protocol';

export interface Fault {
  edition: Edition;
  code: string;
  /** There is something of it, up to there. */
  early: boolean;
}

/** The first of these texts that there is; the last one is always. */
function known(...keys: string[]): string {
  return t(keys.find((key) => t(key) !== key) ?? keys.at(-1)!);
}

/** An edition, for who asked for it. */
export function partName(edition: string): string {
  return known(`part.${edition}`, `edition.${edition}`, 'part.other');
}

/** Codes of later versions have a general text. */
export function faultText(code: string, edition = ''): string {
  return known(`fault.${edition}.${code}`, `fault.${code}`, 'fault.other');
}

/** Of a recording that runs: what is over already. */
export function faultsNow({ errors = {} }: RecordState): Fault[] {
  return Object.entries(errors).map(([edition, code]) => ({ edition: edition as Edition, code, early: true }));
}

/** The one that was told of just now. */
export function newFault(was: RecordState, now: RecordState): Fault | undefined {
  const before = was.id === now.id ? (was.errors ?? {}) : {};
  return faultsNow(now).find(({ edition, code }) => code === now.error && !before[edition]);
}

/** Of one in the list. */
export function faultsOf({ editions = [] }: Recording): Fault[] {
  return editions.flatMap(({ edition, error, bytes }) => (error ? [{ edition, code: error, early: bytes > 0 }] : []));
}

const STATES = ['running', 'ready', 'interrupted', 'failed'];

/** It has ended, and is not finished: the server tries again by itself. */
export function isLeft({ state }: Recording): boolean {
  return !STATES.includes(state);
}
