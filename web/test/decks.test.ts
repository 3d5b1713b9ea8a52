// Which page a step leads to, and what the snapshot and the events say of decks.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clipAt, applyDecks, DECK_EVENTS, decks, stepTo } from '../src/core/decks';
import type { Snapshot } from '../src/core/protocol';

const deck = { id: 'd', title: 'Optics', page: 1, pages: 3, by: '' };

test('a step stays within the pages', () => {
  assert.equal(stepTo(null, 1), null);
  assert.equal(stepTo(deck, -1), null);
  assert.equal(stepTo(deck, 1), 2);
  assert.equal(stepTo({ ...deck, page: 3 }, 1), null);
  assert.equal(stepTo({ ...deck, page: 3 }, -1), 2);
});

test('who comes back knows what is shown; what ends takes the closer look with it', () => {
  applyDecks({ deck } as unknown as Snapshot);
  assert.equal(decks.shown.value?.page, 1);
  decks.zoom.value = true;
  DECK_EVENTS.deck({ ...deck, page: 2 });
  assert.equal(decks.shown.value?.page, 2);
  assert.ok(decks.zoom.value);
  DECK_EVENTS.deck(null);
  assert.equal(decks.shown.value, null);
  assert.ok(!decks.zoom.value);
  decks.zoom.value = true;
  const changes = decks.changes.value;
  applyDecks({} as Snapshot); // of a server without slides
  assert.ok(!decks.zoom.value && decks.changes.value > changes);
});

const clip = { id: 'c', title: 'Pendulum', by: '', playing: true, at_ms: 5000, length_ms: 8000, now_ms: 100000 };

test('a clip goes on by the clock of the server while it plays, up to its end', () => {
  assert.equal(clipAt(clip, 101000), 6000);
  assert.equal(clipAt(clip, 99000), 5000); // a clock that is behind
  assert.equal(clipAt(clip, 200000), 8000);
  assert.equal(clipAt({ ...clip, playing: false }, 101000), 5000);
});

test('what is told without anything in it has ended', () => {
  applyDecks({ deck, clip } as unknown as Snapshot);
  assert.equal(decks.clip.value?.title, 'Pendulum');
  DECK_EVENTS.clip({}); // as the socket gives null
  DECK_EVENTS.deck({});
  assert.equal(decks.clip.value, null);
  assert.equal(decks.shown.value, null);
});
