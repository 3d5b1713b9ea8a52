import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enlarge, larger } from '../src/core/enlarge';

const SMALL = { width: 640, height: 360 };

test('only what is more than it has and was not asked for before', () => {
  assert.deepEqual(larger(720, SMALL, 0), { width: 1280, height: 720 });
  assert.deepEqual(larger(540, SMALL, 0), { width: 960, height: 540 });
  assert.equal(larger(360, SMALL, 0), null);
  assert.equal(larger(180, SMALL, 0), null);
  assert.equal(larger(720, SMALL, 720), null);
  assert.deepEqual(larger(720, SMALL, 540), { width: 1280, height: 720 });
});

test('nothing is asked of an upright or unknown picture', () => {
  assert.equal(larger(720, { width: 360, height: 640 }, 0), null);
  assert.equal(larger(720, {}, 0), null);
});

/** A camera that can `most` lines; `refuses` as one that is in use by another program does. */
function camera(most: number, refuses = false) {
  const asks: MediaTrackConstraints[] = [];
  let height = 360;
  const track = {
    readyState: 'live',
    getSettings: () => ({ width: (height * 16) / 9, height }),
    getConstraints: () => ({ frameRate: { ideal: 15, max: 30 } }),
    applyConstraints: (wish: MediaTrackConstraints) => {
      asks.push(wish);
      if (refuses) return Promise.reject(new Error('OverconstrainedError'));
      height = Math.min(most, (wish.height as ConstrainULongRange).ideal!);
      return Promise.resolve();
    },
  };
  return { track: track as unknown as MediaStreamTrack, asks };
}

test('a camera that can, is enlarged once', async () => {
  const { track, asks } = camera(720);
  assert.equal(await enlarge(track, 720), true);
  assert.equal(await enlarge(track, 720), false);
  assert.deepEqual(asks, [{ width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 15, max: 30 } }]);
  assert.equal(track.getSettings().height, 720);
});

test('one that cannot, and one that refuses, go on as they were', async () => {
  for (const { track, asks } of [camera(360), camera(720, true)]) {
    assert.equal(await enlarge(track, 720), false);
    assert.equal(await enlarge(track, 540), false);
    assert.equal(asks.length, 1);
    assert.equal(track.getSettings().height, 360);
  }
});

test('one that has ended is left alone', async () => {
  const { track, asks } = camera(720);
  (track as { readyState: string }).readyState = 'ended';
  assert.equal(await enlarge(track, 720), false);
  assert.equal(asks.length, 0);
});
