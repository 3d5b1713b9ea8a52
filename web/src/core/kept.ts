// What of a visit outlives a reload of the page: where it was, which devices were on, what it has cost.

import { LEVELS } from './levels';
import type { Costs } from './protocol';
import { state } from './state';
import { recall, recallTab, rememberTab } from './store';
import type { Bytes } from './wire';

export interface Spent {
  used: Bytes;
  untilMs: number; // the end that the budget must reach
}

export function keepVisit(code: string, name: string): void {
  rememberTab('in', JSON.stringify({ code, name }));
}

export function forgetVisit(): void {
  rememberTab('in', '');
}

/** One that is just being opened, after a reload, stays as it was. */
export function keepDevices(): void {
  for (const one of ['mic', 'cam'] as const) {
    const { on, busy } = state[one].value;
    if (!busy) rememberTab(one, on ? '1' : '');
  }
}

export function recallCosts(): void {
  try {
    const costs = JSON.parse(recall('costs') || 'null') as Costs | null;
    if (costs && LEVELS.every((level) => costs[level] > 0)) state.costs.value = costs;
  } catch {
    // the usual ones do
  }
}

/** Of this class; null: it is counted from nothing. */
export function recallSpent(code: string): Spent | null {
  try {
    const was = JSON.parse(recallTab('used') || 'null') as (Partial<Spent> & { code?: string }) | null;
    return was?.code === code && was.used ? { used: was.used, untilMs: was.untilMs ?? 0 } : null;
  } catch {
    return null;
  }
}

export function keepSpent(code: string, spent: Spent): void {
  rememberTab('used', JSON.stringify({ code, ...spent }));
}
