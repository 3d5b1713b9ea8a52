import assert from 'node:assert/strict';
import { after, test } from 'node:test';

class FakeWs {
  static last: FakeWs;
  static n = 0;
  sent: { t: string; id: number; d: Record<string, unknown> }[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor() {
    FakeWs.last = this;
    FakeWs.n++;
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.closed = true;
  }

  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  /** Answers the last request of this name. */
  async reply(t: string, d: object | string): Promise<void> {
    const { id } = this.sent.filter((one) => one.t === t).at(-1)!;
    this.say(typeof d === 'string' ? { t: 'err', id, code: d } : { t: 'ok', id, d });
    await turn();
  }
}

const noop = () => undefined;
const target = { addEventListener: noop, removeEventListener: noop };
const kept = new Map<string, string>();
Object.assign(globalThis, {
  window: globalThis,
  WebSocket: FakeWs,
  MediaStream: class {
    getTracks = () => [];
  },
  location: { protocol: 'http:', host: 'x', search: '', pathname: '/' },
  history: { replaceState: noop },
  document: { ...target, visibilityState: 'visible' },
  matchMedia: () => ({ ...target, matches: false }),
  ...target,
  sessionStorage: {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  },
});
Object.defineProperty(globalThis, 'navigator', { value: { onLine: true }, configurable: true });

const { Classroom } = await import('../src/core/classroom');
const { state } = await import('../src/core/state');
const { director, keepPreview } = await import('../src/core/director');
const { decks } = await import('../src/core/decks');

const turn = (ms = 0) => new Promise((go) => setTimeout(go, ms));
const VISIT = { code: 'K7M4QXW', name: 'Asha', token: '', media: true };
const snap = (more: object = {}) => ({
  replayed: false,
  session: 's',
  seq: 1,
  self: 'm1',
  role: 'student',
  room: { id: 'r1', code: 'K7M4QXW', title: 'Physics' },
  now_ms: 0,
  caps: [],
  ...more,
});

const opened: InstanceType<typeof Classroom>[] = [];
after(() => opened.forEach((one) => one.leave()));

/** In the class, as the page enters it. */
async function inside() {
  const classroom = new Classroom();
  opened.push(classroom);
  state.screen.value = 'check';
  const entered = classroom.enter(VISIT).then(() => {
    state.screen.value = 'class';
  });
  FakeWs.last.onopen?.();
  await FakeWs.last.reply('join', snap());
  await entered;
  return classroom;
}

/** The server restarts, and the page comes back with a join. */
async function restarted(): Promise<void> {
  const before = FakeWs.n;
  FakeWs.last.say({ t: 'bye', d: { why: 'restart', after_ms: 1 } });
  while (FakeWs.n === before) await turn(20);
  FakeWs.last.onopen?.();
  await turn();
}

test('after a restart it waits in the lobby, and is in the class again when it is let in', async () => {
  await inside();
  await restarted();
  await FakeWs.last.reply('join', { lobby: true, warm: true, seq: 1 });
  assert.equal(state.screen.value, 'waiting');
  assert.equal(state.restarting.value, true);
  FakeWs.last.say({ t: 'admitted', d: {} });
  const said = FakeWs.last.sent.map((one) => one.t);
  assert.ok(said.indexOf('rtc.prefer') < said.indexOf('enter') && said.includes('rtc.prefer'), 'the picture is chosen by it');
  await FakeWs.last.reply('enter', snap());
  assert.equal(state.screen.value, 'class');
  assert.equal(state.restarting.value, false);
});

test('or does not wait, and is at the door', async () => {
  const classroom = await inside();
  await restarted();
  await FakeWs.last.reply('join', { lobby: true, warm: true, seq: 1 });
  classroom.giveUp();
  assert.equal(state.screen.value, 'join');
  assert.ok(FakeWs.last.closed);
});

test('let in while the connection breaks: it is asked for again with the next one', async () => {
  await inside();
  await restarted();
  await FakeWs.last.reply('join', { lobby: true, warm: true, seq: 1 });
  FakeWs.last.say({ t: 'admitted', d: {} });
  const before = FakeWs.n;
  FakeWs.last.onclose?.({ code: 1006 });
  while (FakeWs.n === before) await turn(20);
  FakeWs.last.onopen?.();
  await FakeWs.last.reply('join', { lobby: true, warm: true, seq: 1 });
  await FakeWs.last.reply('enter', snap());
  assert.equal(state.screen.value, 'class');
});

test('what keeps it out after a restart is said', async () => {
  await inside();
  await restarted();
  await FakeWs.last.reply('join', 'room_full');
  assert.equal(state.screen.value, 'join');
  assert.equal(state.joinError.value.code, 'room_full');
  await inside();
  await restarted();
  await FakeWs.last.reply('join', 'banned');
  assert.deepEqual([state.screen.value, state.bye.value], ['bye', 'removed']);
});

test('back while it is being entered: it is not entered behind the back', async () => {
  const classroom = new Classroom();
  opened.push(classroom);
  const entered = classroom.enter(VISIT);
  FakeWs.last.onopen?.();
  classroom.giveUp();
  await assert.rejects(entered, (why) => why.message === 'gave_up');
  assert.ok(FakeWs.last.closed);

  classroom.warmUp(VISIT);
  FakeWs.last.onopen?.();
  await FakeWs.last.reply('join', { warm: true, seq: 1 });
  const warm = classroom.enter(VISIT);
  await turn();
  const { n } = FakeWs;
  classroom.giveUp();
  await assert.rejects(warm, (why) => why.message === 'gave_up');
  await turn();
  assert.equal(FakeWs.n, n, 'no second way is tried');
});

test('moved to another class: a reload leads there, and nothing of the one before is left', async () => {
  const classroom = await inside();
  FakeWs.last.say({ t: 'layout', d: { generation: 1, name: 'grid', w: 640, h: 360, rtp_ts: 0, pts_ms: 0, tiles: [] } });
  keepPreview('grid', 'x');
  director.asked.value = 7;
  state.unread.value = 3;
  state.poster.value = 'x';
  FakeWs.last.say({ t: 'moved', seq: 2, d: { ...snap({ room: { id: 'r2', code: 'ABCDEFG', title: 'Art' } }), why: 'moved' } });
  assert.equal(classroom.code, 'ABCDEFG');
  assert.equal((JSON.parse(kept.get('aula.in')!) as { code: string }).code, 'ABCDEFG');
  assert.deepEqual([state.layout.value, director.previews.value.size, director.asked.value], [null, 0, 0]);
  assert.deepEqual([state.unread.value, state.poster.value], [0, '']);
});

test('another class begins without the panels of the one before', async () => {
  const classroom = await inside();
  decks.open.value = director.open.value = true;
  classroom.leave();
  await inside();
  assert.deepEqual([decks.open.value, director.open.value], [false, false]);
});
