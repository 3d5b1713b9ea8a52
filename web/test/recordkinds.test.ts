// What comes with what a class is recorded as, and for how long there is room.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bringsFull, hoursLeft, type Kind } from '../src/core/recordkinds';

const kind = (edition: Kind['edition'], hour_mb: number): Kind => ({ edition, hour_mb, usual: false });
const KINDS = [kind('full', 200), kind('light', 70), kind('mkv', 175), kind('push', 190)];

test('the full picture comes with what nothing could be made of', () => {
  for (const one of ['mkv', 'webm', 'live', 'tracks'] as const) assert.ok(bringsFull([one]), one);
  assert.ok(bringsFull(['mkv', 'push']));
  for (const one of ['full', 'light', 'sound', 'push'] as const) assert.ok(!bringsFull([one]), one);
  assert.ok(!bringsFull([]) && !bringsFull(['live', 'sound']));
});

test('room is what is kept of all that is chosen', () => {
  assert.equal(hoursLeft(540e6, KINDS, ['full', 'light']), 2);
  assert.equal(hoursLeft(750e6, KINDS, ['mkv']), 2, 'with what comes with it');
  assert.equal(hoursLeft(400e6, KINDS, ['full', 'push']), 2, 'what is sent takes none');
  assert.equal(hoursLeft(0, KINDS, ['full']), 0);
  assert.equal(hoursLeft(undefined, KINDS, ['full']), undefined);
  assert.equal(hoursLeft(1, KINDS, ['push']), undefined);
  assert.equal(hoursLeft(1, [], ['full']), undefined);
});
