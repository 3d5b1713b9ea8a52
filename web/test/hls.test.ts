// What plays while it is still recorded: lists, what a map says, which piece comes next, and who is offered to go back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Back, recordedMs } from '../src/core/back';
import { codecsOf } from '../src/core/hls/box';
import { type Buffer, Feed, type Source } from '../src/core/hls/feed';
import { joinLists, type List, pieceAt, readList, wholeOf } from '../src/core/hls/list';
import { Watch } from '../src/core/hls/watch';

const HEAD = '#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-MAP:URI="init0.mp4"\n';

function listOf(from: number, to: number, more = ''): string {
  let text = HEAD;
  for (let i = from; i < to; i++) text += `#EXTINF:4.000,\n${i}.m4s\n`;
  return text + more;
}

// --- lists ---

test('a list as the server writes it', () => {
  const list = readList('#EXTM3U\r\n#EXT-X-TARGETDURATION:4\r\n#EXT-X-MAP:URI="init0.mp4"\r\n#EXTINF:4.004,\r\n0.m4s\r\n#EXTINF:2,a title, too\r\n1.m4s\r\n#EXT-X-DISCONTINUITY\r\n#EXT-X-MAP:URI="init1.mp4"\r\n#EXTINF:3.5,\r\n2.m4s\r\n');
  assert.deepEqual(list, {
    targetS: 4,
    ended: false,
    pieces: [
      { name: '0.m4s', map: 'init0.mp4', startS: 0, lenS: 4.004 },
      { name: '1.m4s', map: 'init0.mp4', startS: 4.004, lenS: 2 },
      { name: '2.m4s', map: 'init1.mp4', startS: 6.004, lenS: 3.5 },
    ],
  });
  assert.equal(wholeOf(list!), 9.504);
  assert.equal(readList(listOf(0, 2, '#EXT-X-ENDLIST\n9.m4s'))!.ended, true);
  assert.deepEqual(readList('#EXTM3U'), { pieces: [], ended: false, targetS: 0 });
});

test('what is no such list is refused whole', () => {
  const bad = [
    '',
    'EXTM3U',
    '<html>',
    '#EXTM3U8\n',
    ' #EXTM3U\n',
    `${HEAD}0.m4s\n`, // without a length
    '#EXTM3U\n#EXTINF:4,\n0.m4s\n', // without a map
    `${HEAD}#EXTINF:x,\n0.m4s\n`,
    `${HEAD}#EXTINF:-4,\n0.m4s\n`,
    `${HEAD}#EXTINF:4e9,\n0.m4s\n`,
    `${HEAD}#EXTINF:61,\n0.m4s\n`,
    `${HEAD}#EXTINF:Infinity,\n0.m4s\n`,
    `${HEAD}#EXTINF:,\n0.m4s\n`,
    `${HEAD}#EXTINF:4,\nhttps://elsewhere/0.m4s\n`,
    `${HEAD}#EXTINF:4,\n//elsewhere/0.m4s\n`,
    `${HEAD}#EXTINF:4,\n../0.m4s\n`,
    `${HEAD}#EXTINF:4,\n/0.m4s\n`,
    `${HEAD}#EXTINF:4,\n0.ts\n`,
    `${HEAD}#EXTINF:4,\n0.m4s?x=1\n`,
    `${HEAD}#EXT-X-BYTERANGE:5@0\n#EXTINF:4,\n0.m4s\n`,
    `${HEAD}#EXT-X-KEY:METHOD=AES-128,URI="k"\n#EXTINF:4,\n0.m4s\n`,
    '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8\n',
    '#EXTM3U\n#EXT-X-MAP:URI="https://elsewhere/init.mp4"\n',
    '#EXTM3U\n#EXT-X-MAP:URI="init0.mp4",BYTERANGE="5@0"\n',
    '#EXTM3U\n#EXT-X-MAP:\n',
    '#EXTM3U\n#EXT-X-TARGETDURATION:x\n',
    `#EXTM3U\n${'#\n'.repeat(1 << 20)}`,
  ];
  for (const text of bad) assert.equal(readList(text), null, JSON.stringify(text.slice(-60)));
});

test('the newest pieces are added to what is known, if there is no hole', () => {
  const all = readList(listOf(0, 5))!;
  const more = joinLists(all, readList(listOf(2, 8))!)!;
  assert.deepEqual(more.pieces.map(({ name }) => name), ['0.m4s', '1.m4s', '2.m4s', '3.m4s', '4.m4s', '5.m4s', '6.m4s', '7.m4s']);
  assert.equal(more.pieces[7]!.startS, 28);
  assert.equal(joinLists(all, readList(listOf(5, 8))!), null);
  assert.equal(joinLists(readList(HEAD)!, readList(listOf(0, 2))!), null);
  assert.equal(joinLists(all, readList(listOf(0, 5, '#EXT-X-ENDLIST'))!)!.ended, true);
});

test('the piece at a time', () => {
  const list = readList(listOf(0, 5))!;
  assert.deepEqual([-1, 0, 3.99, 4, 19.9, 20, NaN].map((s) => pieceAt(list, s)), [-1, 0, 0, 1, 4, -1, -1]);
  assert.equal(pieceAt(readList(HEAD)!, 0), -1);
});

// --- maps ---

function box(kind: string, ...parts: (number[] | Uint8Array)[]): Uint8Array {
  const body = parts.flatMap((part) => [...part]);
  const size = body.length + 8;
  return Uint8Array.from([size >> 24, size >> 16, size >> 8, size, ...[...kind].map((c) => c.charCodeAt(0)), ...body]);
}

const zeros = (n: number) => new Array<number>(n).fill(0);

function mapOf(...entries: Uint8Array[]): ArrayBuffer {
  const traks = entries.map((entry) => box('trak', box('tkhd', zeros(20)), box('mdia', box('minf', box('stbl', box('stsd', zeros(8), entry))))));
  return Uint8Array.from([...box('ftyp', zeros(8)), ...box('moov', ...traks)]).buffer;
}

const AVC = box('avc1', zeros(78), box('avcC', [1, 0x42, 0xc0, 0x1f, 0xff]));

test('the codecs of a map', () => {
  assert.equal(codecsOf(mapOf(AVC, box('mp4a', zeros(28)))), 'avc1.42c01f,mp4a.40.2');
  assert.equal(codecsOf(mapOf(box('Opus', zeros(28)))), 'opus');
  const good = new Uint8Array(mapOf(AVC));
  for (let n = 0; n < good.length; n++) assert.equal(codecsOf(good.slice(0, n).buffer), '', `cut off after ${n}`);
  assert.equal(codecsOf(mapOf(box('hvc1', zeros(80)))), '');
  assert.equal(codecsOf(mapOf(box('avc1', zeros(20)))), '');
  assert.equal(codecsOf(Uint8Array.from([...box('moov', [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])]).buffer), '');
  let deep = box('stsd', zeros(8), AVC);
  for (let i = 0; i < 100; i++) deep = box('moov', deep);
  assert.equal(codecsOf(deep.slice().buffer), '');
});

// --- the feed ---

class FakeBuffer extends EventTarget implements Buffer {
  updating = false;
  parts: [number, number][] = [];
  readonly appended: string[] = [];
  full = 0; // so many appends are refused

  get buffered() {
    const { parts } = this;
    return { length: parts.length, start: (i: number) => parts[i]![0], end: (i: number) => parts[i]![1] };
  }

  abort(): void {
    this.appended.push('abort');
  }

  appendBuffer(data: ArrayBuffer | Uint8Array<ArrayBuffer>): void {
    if (this.full) {
      this.full--;
      throw new DOMException('full', 'QuotaExceededError');
    }
    const name = new TextDecoder().decode(data);
    this.appended.push(/^\d+\.m4s$/.test(name) ? name : 'map');
    const n = parseInt(name, 10);
    if (!Number.isNaN(n)) this.add(n * 4, n * 4 + 4);
    this.later();
  }

  remove(start: number, end: number): void {
    this.parts = this.parts.flatMap(([a, b]): [number, number][] => [[a, Math.min(b, start)], [Math.max(a, end), b]]).filter(([a, b]) => b > a);
    this.later();
  }

  changeType(): void {
    this.appended.push('type');
  }

  private add(a: number, b: number): void {
    const all: [number, number][] = [...this.parts, [a, b]];
    all.sort(([x], [y]) => x - y);
    this.parts = [];
    for (const [x, y] of all) {
      const last = this.parts.at(-1);
      if (last && x <= last[1]) last[1] = Math.max(last[1], y);
      else this.parts.push([x, y]);
    }
  }

  private later(): void {
    this.updating = true;
    queueMicrotask(() => {
      this.updating = false;
      this.dispatchEvent(new Event('updateend'));
    });
  }
}

interface World {
  feed: Feed;
  buffer: FakeBuffer;
  files: Map<string, string | ArrayBuffer>;
  asked: string[];
  at: number;
  speed: number;
  ends: number;
  whole: number;
  stale: number;
  failed: string[];
  run(steps?: number): Promise<void>;
}

Object.assign(globalThis, { location: { href: 'https://a/w/X' } });

function world(files: Record<string, string | ArrayBuffer>): World {
  const buffer = new FakeBuffer();
  let now = 0;
  let left = 0;
  const w = { buffer, files: new Map(Object.entries(files)), asked: [] as string[], at: 0, speed: 1, ends: 0, whole: 0, stale: 0, failed: [] as string[] } as World;
  const source: Source = {
    open: () => Promise.resolve(),
    buffer: () => buffer,
    whole: (s) => (w.whole = s),
    end: () => w.ends++,
    playable: (type) => type.includes('avc1'),
  };
  const user = { at: () => w.at, speed: () => w.speed, listed: (_list: List) => undefined, stale: () => w.stale++, failed: (why: string) => w.failed.push(why) };
  const clock = {
    now: () => now,
    after: async (ms: number) => {
      now += ms;
      if (--left <= 0) w.feed.stop();
      await Promise.resolve();
    },
  };
  globalThis.fetch = (async (url: string, init: { signal: AbortSignal }) => {
    const name = url.slice(url.lastIndexOf('/') + 1);
    w.asked.push(name);
    assert.ok(url.startsWith('https://a/api/v1/live/x/y/'));
    await Promise.resolve();
    init.signal.throwIfAborted();
    const file = w.files.get(name) ?? (/^\d+\.m4s$/.test(name) ? name : undefined);
    if (file === 'stale') return new Response('', { status: 403 });
    return file === undefined ? new Response('', { status: 404 }) : new Response(file);
  }) as typeof fetch;
  w.feed = new Feed('/api/v1/live/x/y/index.m3u8', source, user as never, clock);
  w.run = async (steps = 12) => {
    left = steps;
    (w.feed as unknown as { stopped: boolean }).stopped = false;
    await w.feed.run();
  };
  return w;
}

const MAP = mapOf(AVC);

test('what is needed next is fetched, and no more', async () => {
  const w = world({ 'index.m3u8': listOf(0, 100), 'init0.mp4': MAP });
  w.at = 42;
  await w.run();
  assert.equal(w.asked[0], 'index.m3u8');
  assert.deepEqual(w.buffer.appended.slice(0, 2), ['map', '10.m4s']);
  assert.equal(w.buffer.appended.at(-1), '18.m4s'); // more than 30 s ahead of 42
  assert.equal(w.whole, 400);
  assert.equal(new Set(w.asked.filter((name) => name !== 'live.m3u8' && name !== 'index.m3u8')).size, w.buffer.appended.length);
});

test('at double speed it looks twice as far ahead', async () => {
  const w = world({ 'index.m3u8': listOf(0, 100), 'init0.mp4': MAP });
  w.speed = 2;
  await w.run();
  assert.equal(w.buffer.appended.at(-1), '15.m4s');
});

test('after a jump the buffer begins there, and what is far behind goes', async () => {
  const w = world({ 'index.m3u8': listOf(0, 200, '#EXT-X-ENDLIST'), 'init0.mp4': MAP });
  await w.run();
  w.at = 600;
  w.feed.jumped();
  await w.run();
  assert.ok(w.buffer.appended.includes('150.m4s') && !w.buffer.appended.includes('60.m4s'));
  assert.ok(w.buffer.parts.every(([start]) => start >= 560), JSON.stringify(w.buffer.parts));
  w.at = 2;
  w.feed.jumped();
  await w.run();
  assert.deepEqual(w.buffer.parts[0]![0], 0); // and back again
});

test('a list that grows is followed by the short one; a hole by the long one', async () => {
  const w = world({ 'index.m3u8': listOf(0, 2), 'live.m3u8': listOf(0, 2), 'init0.mp4': MAP });
  await w.run(20);
  w.files.set('live.m3u8', listOf(0, 4));
  await w.run(20);
  assert.equal(w.asked.filter((name) => name === 'index.m3u8').length, 1);
  assert.equal(w.buffer.appended.at(-1), '3.m4s');
  w.files.set('live.m3u8', listOf(6, 8));
  w.files.set('index.m3u8', listOf(0, 8));
  await w.run(20);
  assert.equal(w.asked.filter((name) => name === 'index.m3u8').length, 2);
  assert.equal(w.buffer.appended.at(-1), '7.m4s');
  assert.equal(w.ends, 0);
});

test('the end is told once, when all of it is there', async () => {
  const w = world({ 'index.m3u8': listOf(0, 3, '#EXT-X-ENDLIST'), 'init0.mp4': MAP });
  await w.run(20);
  assert.equal(w.ends, 1);
  assert.deepEqual(w.buffer.parts, [[0, 12]]);
});

test('a browser that has no room gets it made', async () => {
  const w = world({ 'index.m3u8': listOf(0, 100), 'init0.mp4': MAP });
  await w.run();
  w.at = 40;
  w.buffer.full = 1;
  await w.run();
  assert.ok(w.buffer.parts[0]![0] >= 30);
  assert.ok(w.buffer.appended.includes('12.m4s'));
});

test('a link that is over, codecs that are not there, a list that is none', async () => {
  const stale = world({ 'index.m3u8': 'stale' });
  await stale.run(3);
  assert.ok(stale.stale > 0);
  const codec = world({ 'index.m3u8': listOf(0, 3), 'init0.mp4': mapOf(box('Opus', zeros(28))) });
  await codec.run(3);
  assert.deepEqual(codec.failed, ['codec']);
  const none = world({ 'index.m3u8': '<html>' });
  await none.run(3);
  assert.ok(none.failed.includes('list') && none.buffer.appended.length === 0);
});

// --- who is offered it ---

const tab = new Map<string, string>();
Object.assign(globalThis, { sessionStorage: { getItem: (key: string) => tab.get(key) ?? null, setItem: (key: string, value: string) => void tab.set(key, value), removeItem: (key: string) => void tab.delete(key) } });

test('how much was recorded', () => {
  assert.equal(recordedMs({ on: false, since_ms: 5 }, 100), 0);
  assert.equal(recordedMs({ on: true, since_ms: 5 }, 100), 95);
  assert.equal(recordedMs({ on: true, since_ms: 5, paused: true, at_ms: 40 }, 100), 40);
});

test('who comes late, and who was away, is offered to go back; once', () => {
  const recording = { on: true, live: true, id: 'r1', since_ms: 1000 };
  const back = new Back();
  back.came({ ...recording, live: undefined }, 400_000);
  assert.equal(back.offer.value, '');
  back.came(recording, 100_000);
  assert.equal(back.offer.value, ''); // nothing was missed yet
  tab.clear();
  back.came(recording, 400_000);
  assert.equal(back.offer.value, 'late');
  back.dismiss();
  back.came(recording, 500_000); // a reload
  assert.equal(back.offer.value, '');
  back.link(false, recording, 500_000);
  back.link(false, recording, 515_000);
  back.link(true, recording, 519_000);
  assert.equal(back.offer.value, '');
  back.link(false, recording, 600_000);
  back.link(true, recording, 621_000);
  assert.equal(back.offer.value, 'cut');
  back.changed({ on: false, since_ms: 0 });
  assert.equal(back.offer.value, '');
  back.changed({ ...recording, id: 'r2' }); // it was there when it began
  back.came({ ...recording, id: 'r2' }, 900_000);
  assert.equal(back.offer.value, '');
  back.forget();
});

// --- the door ---

const tick = () => new Promise((ok) => setTimeout(ok, 0));

test('at the door: in, not yet, and what stands in the way', async () => {
  let reply: () => Response = () => Response.json({ title: 'A', live: true, url: '/x' });
  globalThis.fetch = (async () => reply()) as typeof fetch;
  const watch = new Watch('K7M4QXW', '');
  const close = watch.open();
  await tick();
  assert.deepEqual([watch.title.value, watch.url.value, watch.said.value.code], ['A', '/x', '']);
  assert.equal(await watch.renew(), '/x');
  reply = () => Response.json({ title: 'A', live: false });
  await assert.rejects(watch.renew(), (why) => why.message === 'nothing runs');
  watch.ask();
  await tick();
  assert.deepEqual(watch.said.value, { code: 'not_yet', final: false });
  reply = () => Response.json({ code: 'lobby' }, { status: 403 });
  watch.ask();
  await tick();
  assert.deepEqual(watch.said.value, { code: 'lobby', final: true });
  reply = () => Response.json({ code: 'too_fast', after_ms: 5 }, { status: 429 });
  watch.ask();
  await tick();
  assert.deepEqual(watch.said.value, { code: 'too_fast', final: false });
  reply = () => {
    throw new Error('no network');
  };
  watch.ask();
  await tick();
  assert.deepEqual(watch.said.value, { code: 'offline', final: false });
  close();
});
