// What the director knows: the cue list, what became of the last request, and how layouts would look.

import { signal } from '@preact/signals-core';

export interface CuePerson {
  member: string; // empty: nobody, or not here now
  name: string;
}

export interface Cue {
  id: number;
  name: string;
  layout: string; // empty: as it is
  pin?: CuePerson;
  at_ms?: number;
  after_s?: number;
  due_ms?: number;
  missed: boolean;
}

export interface Cues {
  cues: Cue[];
  current: number;
  next: number;
}

export interface AirNews {
  generation: number;
  state: 'live' | 'overtaken' | 'unseen';
  ms: number;
}

export const NO_CUES: Cues = { cues: [], current: 0, next: 0 };

export const director = {
  open: signal(false),
  cues: signal<Cues>(NO_CUES),
  news: signal<AirNews | null>(null), // of the last request that was answered
  asked: signal(0), // its generation; 0: none is on its way
  previews: signal<ReadonlyMap<string, string>>(new Map()), // base64 of a JPEG, by layout
};

export function applyCues(d: Cues): void {
  director.cues.value = d;
}

export function applyNews(d: AirNews): void {
  director.news.value = d;
  if (d.generation >= director.asked.value) director.asked.value = 0;
}

/** Another class: nothing of the one before is true in it. */
export function forgetDirector(): void {
  director.cues.value = NO_CUES;
  director.news.value = null;
  director.asked.value = 0;
  director.previews.value = new Map();
}

export function keepPreview(name: string, jpeg: string): void {
  director.previews.value = new Map(director.previews.value).set(name, jpeg);
}

/** Which of `n` in a row of `across` an arrow key leads to. */
export function arrow(key: string, at: number, n: number, across: number): number {
  const step: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -across, ArrowDown: across };
  if (key === 'Home') return 0;
  if (key === 'End') return n - 1;
  const by = step[key];
  if (by === undefined) return -1;
  return Math.min(n - 1, Math.max(0, at + by));
}

/** The next moment at which a clock shows this ("HH:MM" or "HH:MM:SS"), in ms; NaN when it is no time. */
export function nextTime(text: string, nowMs: number): number {
  const found = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (!found) return NaN;
  const date = new Date(nowMs);
  date.setHours(Number(found[1]), Number(found[2]), Number(found[3] ?? 0), 0);
  if (date.getTime() <= nowMs) date.setDate(date.getDate() + 1);
  return date.getTime();
}
