// Requests that change what is on air.

import { classroom } from '../../app';
import { director } from '../../core/director';
import { Refusal } from '../../core/protocol';
import { notify } from '../../core/state';

async function ask(type: string, d: object): Promise<void> {
  try {
    const reply = await classroom.request(type, d);
    const generation = Number(reply.generation ?? 0);
    // it may have been told of already
    if ((director.news.value?.generation ?? 0) < generation) director.asked.value = generation;
  } catch (why) {
    const code = why instanceof Refusal ? why.code : 'unknown';
    notify(NOTES[code] ?? `error.${code}`);
  }
}

const NOTES: Record<string, string> = {
  no_change: 'note.no_change',
  unknown_cue: 'note.no_cue',
  layout_failed: 'note.layout_failed',
};

export const take = (name: string) => ask('layout.set', { name });
export const step = (type: 'layout.undo' | 'layout.redo') => ask(type, {});
export const go = (id: number) => (id ? ask('cue.go', { id }) : ask('cue.next', {}));
