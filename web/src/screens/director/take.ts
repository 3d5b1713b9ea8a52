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
    notify(why instanceof Refusal && why.code in NOTES ? NOTES[why.code]! : 'error.unknown');
  }
}

const NOTES: Record<string, string> = {
  no_change: 'note.no_change',
  unknown_cue: 'note.no_cue',
  layout_failed: 'note.layout_failed',
  unknown_layout: 'error.unknown_layout',
  too_fast: 'error.too_fast',
};

export const take = (name: string) => ask('layout.set', { name });
export const step = (type: 'layout.undo' | 'layout.redo') => ask(type, {});
export const go = (id: number) => (id ? ask('cue.go', { id }) : ask('cue.next', {}));
