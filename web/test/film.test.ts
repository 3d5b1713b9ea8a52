// A long recording that is played by its pieces: what its table says, which parts of it are asked for, and what is done when that
// cannot be.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Buffer, Source } from '../src/core/hls/feed';
import { wholeOf } from '../src/core/hls/list';
import { readTable } from '../src/core/hls/table';
import { beginAt, Film, type FilmUser } from '../src/core/player/film';

function number(n: number): number[] {
  return n >= 0x80 ? [(n % 0x80) | 0x80, ...number(Math.floor(n / 0x80))] : [n];
}

function box(kind: string, body: number[]): number[] {
  const size = body.length + 8;
  return [size >> 24, size >> 16, size >> 8, size, ...[...kind].map((c) => c.charCodeAt(0)), ...body];
}

const zeros = (n: number) => new Array<number>(n).fill(0);
const AVC = box('avc1', [...zeros(78), ...box('avcC', [1, 0x42, 0xc0, 0x1f, 0xff])]);
const MAP = box('moov', box('trak', box('mdia', box('minf', box('stbl', box('stsd', [...zeros(8), ...AVC]))))));

function tableOf(pieces: [ms: number, bytes: number][], { first = 1000, map = MAP, n = pieces.length, more = [] as number[] } = {}): ArrayBuffer {
  const list = pieces.flatMap(([ms, bytes]) => [...number(ms), ...number(bytes)]);
  return Uint8Array.from([...'AIX1'].map((c) => c.charCodeAt(0)).concat(number(map.length), number(first), number(n), map, list, more)).buffer;
}

const HOUR = Array.from({ length: 720 }, (): [number, number] => [5000, 250_000]);

test('a table', () => {
  const table = readTable(tableOf([[5000, 250_000], [4000, 127], [3, 2 ** 31]], { first: 5_000_000_000 }))!;
  assert.deepEqual(new Uint8Array(table.map), Uint8Array.from(MAP));
  assert.deepEqual(table.list.pieces, [
    { name: '0', map: '', startS: 0, lenS: 5, from: 5_000_000_000, bytes: 250_000 },
    { name: '1', map: '', startS: 5, lenS: 4, from: 5_000_250_000, bytes: 127 },
    { name: '2', map: '', startS: 9, lenS: 0.003, from: 5_000_250_127, bytes: 2 ** 31 },
  ]);
  assert.ok(table.list.ended && wholeOf(table.list) === 9.003);
  assert.ok(tableOf(HOUR).byteLength < 5000, 'an hour of it takes 50 ms at 100 kB/s');
});

test('what is no table is refused whole', () => {
  const good = new Uint8Array(tableOf([[5000, 250_000], [4000, 127]]));
  for (let n = 0; n < good.length; n++) assert.equal(readTable(good.slice(0, n).buffer), null, `cut off after ${n}`);
  const bad: ArrayBuffer[] = [
    tableOf([]),
    tableOf([[5000, 9]], { more: [0] }),
    tableOf([[5000, 9]], { n: 2 }),
    tableOf([[5000, 0]]),
    tableOf([[5000, 2 ** 31 + 1]]),
    tableOf([[3_600_001, 9]]),
    tableOf([[5000, 9]], { map: [] }),
    tableOf([[5000, 9]], { first: 0 }),
    tableOf([[5000, 9]], { n: 1 << 17 }),
    Uint8Array.from([...good.slice(0, 4), ...new Array<number>(20).fill(0xff)]).buffer,
    Uint8Array.from([0x41, 0x49, 0x58, 0x32, ...good.slice(4)]).buffer,
  ];
  for (const one of bad) assert.equal(readTable(one), null, JSON.stringify([...new Uint8Array(one)].slice(-12)));
  for (let i = 0; i < good.length; i++) {
    const other = good.slice();
    other[i]! ^= 0xff;
    readTable(other.buffer); // whatever comes of it: it ends
  }
});

test('on a thin link a jump begins a little before, on a wide one exactly there', () => {
  const { pieces } = readTable(tableOf(HOUR))!.list;
  assert.equal(beginAt(pieces, 3, 2524, 0), 2524, 'nothing is known of the link');
  assert.equal(beginAt(pieces, 3, 2524, 10_000), 2524);
  assert.equal(beginAt(pieces, 3, 2524, 100), 2520.02);
  assert.equal(beginAt(pieces, 3, 2521, 100), 2521, 'half a second is worth it');
  assert.equal(beginAt(pieces, 3600, 2524, 100), 2520.02);
  assert.equal(beginAt(pieces, 2521, 2524.5, 100), 2524.5, 'who goes on does not come back');
  assert.equal(beginAt(pieces, 3, 3600, 100), 3600);
  const slides = readTable(tableOf([[60_000, 600_000]]))!.list.pieces;
  assert.equal(beginAt(slides, 0, 50, 100), 50, 'a minute before is another place');
});

// --- a film ---

class FakeBuffer extends EventTarget implements Buffer {
  updating = false;
  parts: [number, number][] = [];
  get buffered() {
    return { length: this.parts.length, start: (i: number) => this.parts[i]![0], end: (i: number) => this.parts[i]![1] };
  }
  abort(): void {}
  appendBuffer(data: ArrayBuffer | Uint8Array<ArrayBuffer>): void {
    const [, piece] = /^piece (\d+)/.exec(new TextDecoder().decode(data)) ?? [];
    if (piece) this.parts = [[Math.min(Number(piece) * 5, this.parts[0]?.[0] ?? Infinity), Number(piece) * 5 + 5]];
    this.later();
  }
  remove(): void {
    this.later();
  }
  changeType(): void {}
  private later(): void {
    queueMicrotask(() => this.dispatchEvent(new Event('updateend')));
  }
}

function world(reply: (range: string, name: string) => Response | Promise<Response>) {
  const buffer = new FakeBuffer();
  const w = { at: 0, begun: true, stale: 0, failed: [] as string[], asked: [] as string[], forgotten: 0, buffer };
  const source: Source & { forget(): void } = {
    open: () => Promise.resolve(),
    buffer: () => buffer,
    whole: () => undefined,
    end: () => undefined,
    playable: () => true,
    forget: () => void w.forgotten++,
  };
  const user: FilmUser = { at: () => w.at, speed: () => 1, begun: () => w.begun, stale: () => void w.stale++, failed: (why) => void w.failed.push(why) };
  globalThis.fetch = (async (url: string, init: { signal: AbortSignal; headers?: { Range: string } }) => {
    await new Promise((go) => setTimeout(go, 1));
    init.signal.throwIfAborted();
    const name = url.slice(url.lastIndexOf('/') + 1);
    w.asked.push(`${name} ${init.headers?.Range ?? ''}`.trim());
    return reply(init.headers?.Range ?? '', name);
  }) as typeof fetch;
  let now = 0;
  const clock = {
    now: () => (now += 1),
    after: (ms: number) => ((now += ms), new Promise<void>((go) => setTimeout(go, 2))),
  };
  const film = new Film({ url: '/made/video.mp4?m=1', table: '/made/video.index?m=1' }, source, user, clock);
  return { w, film };
}

/** Until nothing is asked for any more. */
async function settle(w: { asked: string[] }): Promise<void> {
  for (let [n, still] = [-1, 0]; still < 30; still = w.asked.length === n ? still + 1 : 0) {
    n = w.asked.length;
    await new Promise((go) => setTimeout(go, 5));
  }
}

/** Until that is so; the test runner ends what never is. */
async function until(so: () => boolean): Promise<void> {
  while (!so()) await new Promise((go) => setTimeout(go, 5));
}

Object.assign(globalThis, { location: { href: 'https://a/rec/X' } });

function hourly(range: string, name: string): Response {
  if (name.startsWith('video.index')) return new Response(tableOf(HOUR));
  const from = Number(/^bytes=(\d+)-/.exec(range)![1]);
  return new Response(`piece ${(from - 1000) / 250_000}`, { status: 206 });
}

test('two questions, then it plays; after a jump only what is needed there', async () => {
  const { w, film } = world(hourly);
  await settle(w);
  assert.deepEqual(w.asked.slice(0, 2), ['video.index?m=1', 'video.mp4?m=1 bytes=1000-250999']);
  assert.equal(w.asked.length, 8, 'and so far ahead as is wanted');
  w.asked.length = 0;
  w.buffer.parts = [];
  w.at = 1802;
  film.jumped();
  await settle(w);
  assert.equal(w.asked[0], `video.mp4?m=1 bytes=${1000 + 360 * 250_000}-${1000 + 361 * 250_000 - 1}`);
  film.stop();
  assert.equal(w.forgotten, 1);
});

test('before anybody has begun little is fetched', async () => {
  const { w, film } = world(hourly);
  w.begun = false;
  await settle(w);
  assert.equal(w.asked.length, 2);
  w.begun = true;
  await settle(w);
  assert.equal(w.asked.length, 8);
  film.stop();
});

test('a link that is over is renewed, and it goes on', async () => {
  const { w, film } = world((range, name) => (name.endsWith('m=1') ? new Response('', { status: 403 }) : hourly(range, name)));
  await until(() => w.stale > 2);
  assert.equal(w.failed.length, 0);
  film.renew({ url: '/made/video.mp4?m=2', table: '/made/video.index?m=2' });
  await until(() => w.asked.includes('video.mp4?m=2 bytes=1000-250999'));
  film.stop();
});

test('what cannot be had in parts, and what is no table, is given up', async () => {
  const whole = world((_range, name) => (name.startsWith('video.index') ? new Response(tableOf(HOUR)) : new Response('all', { status: 200 })));
  await until(() => whole.w.failed.length > 0);
  assert.equal(whole.w.failed[0], 'kind');
  whole.film.stop();
  const none = world(() => new Response('<html>'));
  await until(() => none.w.failed.length > 0);
  assert.equal(none.w.failed[0], 'kind');
  none.film.stop();
});

test('a server that is away for a moment is asked again: what played by parts can be played by parts', async () => {
  let away = false;
  const { w, film } = world((range, name) => (away ? new Response('', { status: 502 }) : hourly(range, name)));
  await settle(w);
  away = true;
  w.asked.length = 0;
  w.buffer.parts = [];
  w.at = 1802;
  film.jumped();
  await until(() => w.failed.length > 0);
  assert.equal(w.failed[0], 'away');
  assert.ok(w.asked.length >= 6, `${w.asked.length} questions`); // it goes on asking until it is stopped
  film.stop();
});
