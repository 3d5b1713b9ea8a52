// What the designer asks the server, and its refusals in words.

import { classroom } from '../../app';
import { asPlan, clean, type Plan } from '../../core/design/plan';
import { t } from '../../core/i18n';
import { Refusal, type RoomRow } from '../../core/protocol';

export interface LayoutRow {
  name: string;
  own: boolean;
  title?: string;
  group?: string;
}

const AGAIN_MS = 400; // five a second are taken
const MOST_TRIES = 20;

/** Waits for its turn where many follow each other. */
export async function ask(t: string, d: Record<string, unknown>): Promise<Record<string, unknown>> {
  for (let i = 0; ; i++) {
    try {
      return await classroom.request(t, d);
    } catch (why) {
      if (!(why instanceof Refusal) || why.code !== 'too_fast' || i === MOST_TRIES) throw why;
      await new Promise((go) => setTimeout(go, AGAIN_MS));
    }
  }
}

export async function listLayouts(): Promise<LayoutRow[]> {
  return ((await ask('layout.list', {})).layouts as LayoutRow[]) ?? [];
}

/** null: it is code, and cannot be drawn. */
export async function getLayout(name: string): Promise<Plan | null> {
  try {
    const plan = asPlan((await ask('layout.get', { name })).layout);
    return typeof plan === 'string' ? null : plan;
  } catch (why) {
    if (why instanceof Refusal && why.code === 'unknown_layout') return null;
    throw why;
  }
}

export async function putLayout(plan: Plan): Promise<void> {
  await ask('layout.put', { layout: clean(plan) });
}

export async function deleteLayout(name: string): Promise<void> {
  await ask('layout.delete', { name });
}

export async function listRooms(): Promise<RoomRow[]> {
  return ((await ask('room.list', {})).rooms as RoomRow[]) ?? [];
}

/** In words: those of the server where it has some. */
export function wordsOf(why: unknown): string {
  if (!(why instanceof Refusal)) return t('error.unknown');
  return why.why || t(`error.${why.code}`);
}

/** Gives a text to the user as a file. */
export function download(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}
