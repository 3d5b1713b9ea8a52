import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contain } from '../src/core/fit';
import type { Layout } from '../src/core/protocol';
import { rtpDelta, TileClock } from '../src/core/tilemap';

(globalThis as { window?: unknown }).window = globalThis;

function map(generation: number, rtp_ts: number): Layout {
  return { generation, name: 'grid', w: 640, h: 360, rtp_ts, pts_ms: 0, tiles: [] };
}

function watch(): { shown: number[]; clock: TileClock } {
  const shown: number[] = [];
  return { shown, clock: new TileClock((layout) => shown.push(layout?.generation ?? 0)) };
}

test('timestamps wrap', () => {
  assert.equal(rtpDelta(5, 2), 3);
  assert.equal(rtpDelta(2, 0xfffffffe), 4);
  assert.equal(rtpDelta(0xfffffffe, 2), -4);
});

test('a map waits for its frame', () => {
  const { shown, clock } = watch();
  clock.frame(1000);
  clock.push(map(1, 7000));
  clock.frame(6999);
  assert.deepEqual(shown, []);
  clock.frame(7000);
  assert.deepEqual(shown, [1]);
  clock.clear();
});

test('also over the wrap', () => {
  const { shown, clock } = watch();
  clock.frame(0xfffff000);
  clock.push(map(1, 100));
  clock.frame(0xffffff00);
  assert.deepEqual(shown, []);
  clock.frame(101);
  assert.deepEqual(shown, [1]);
  clock.clear();
});

test('of two that are due the newer one is shown', () => {
  const { shown, clock } = watch();
  clock.frame(0);
  clock.push(map(1, 10));
  clock.push(map(2, 20));
  clock.frame(30);
  assert.deepEqual(shown, [2]);
});

test('at once: the frame was shown before, no frame was seen, another clock, a snapshot', () => {
  const { shown, clock } = watch();
  clock.push(map(1, 4000));
  clock.frame(9000);
  clock.push(map(2, 8000));
  clock.push(map(3, 9000 + 90000 * 60));
  clock.set(map(4, 0));
  assert.deepEqual(shown, [1, 2, 3, 4]);
});

test('a frame that never comes is not waited for', async () => {
  const { shown, clock } = watch();
  clock.frame(0);
  clock.push(map(1, 90000));
  clock.frame(undefined);
  await new Promise((go) => setTimeout(go, 1600));
  assert.deepEqual(shown, [1]);
});

test('the picture in its holder', () => {
  assert.deepEqual(contain(640, 360, 16, 9), { x: 0, y: 0, w: 640, h: 360 });
  assert.deepEqual(contain(360, 740, 640, 360), { x: 0, y: 268.75, w: 360, h: 202.5 });
  assert.deepEqual(contain(1000, 360, 640, 360), { x: 180, y: 0, w: 640, h: 360 });
  assert.deepEqual(contain(0, 360, 640, 360), { x: 0, y: 0, w: 0, h: 0 });
});

test('a map of another picture waits until that is shown', () => {
  const { shown, clock } = watch();
  clock.frame(1000);
  clock.push(map(1, 500));
  clock.hold();
  clock.push(map(2, 600));
  clock.push(map(3, 700));
  assert.deepEqual(shown, [1, 0]);
  clock.frame(8000);
  clock.release();
  assert.deepEqual(shown, [1, 0, 3]);
  clock.push(map(4, 7000));
  assert.deepEqual(shown, [1, 0, 3, 4]);
  clock.hold();
  clock.release(); // the map comes later
  clock.push(map(5, 7500));
  assert.deepEqual(shown, [1, 0, 3, 4, 0, 5]);
});

test('a class without a map: that of the class before is taken away', () => {
  const { shown, clock } = watch();
  clock.set(map(1, 0));
  clock.set(null);
  assert.deepEqual(shown, [1, 0]);
});
