import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Refusal } from '../src/core/protocol';
import { backoff, Socket, type Link, type SocketUser } from '../src/core/socket';

class FakeWs {
  static all: FakeWs[] = [];
  sent: { t: string; id: number; d: Record<string, unknown> }[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    FakeWs.all.push(this);
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
}

const listeners = new Map<string, () => void>();
Object.assign(globalThis, {
  window: globalThis,
  WebSocket: FakeWs,
  addEventListener: (type: string, act: () => void) => listeners.set(type, act),
  removeEventListener: (type: string) => listeners.delete(type),
});
Object.defineProperty(globalThis, 'navigator', { value: { onLine: true }, configurable: true });

interface Heard {
  links: Link[];
  events: [string, unknown][];
  welcomes: string[];
  closes: number[];
  refusals: string[];
}

function user(heard: Heard, hello: () => 'join' | 'resume', again = false): SocketUser {
  return {
    hello: () => ({ t: hello(), d: {} }),
    welcome: (t) => void heard.welcomes.push(t),
    refused: (_t, why: Refusal) => {
      heard.refusals.push(why.code);
      return again;
    },
    event: (t, d) => void heard.events.push([t, d]),
    link: (link) => void heard.links.push(link),
    closed: (code) => void heard.closes.push(code),
  };
}

const all: Socket[] = [];
after(() => all.forEach((socket) => socket.stop())); // timers of a failed test would keep node alive

const turn = () => new Promise((go) => setTimeout(go, 0));

async function opened(hello: () => 'join' | 'resume' = () => 'join') {
  const heard: Heard = { links: [], events: [], welcomes: [], closes: [], refusals: [] };
  const socket = new Socket('wss://x/ws', user(heard, hello));
  all.push(socket);
  socket.start();
  const ws = FakeWs.all.at(-1)!;
  ws.onopen?.();
  ws.say({ t: 'ok', id: ws.sent[0]!.id, d: {} });
  await turn();
  return { heard, socket, ws };
}

test('the pause doubles, with jitter, up to 15 s', () => {
  assert.equal(backoff(0, () => 0.5), 500);
  assert.equal(backoff(3, () => 0.5), 4000);
  assert.equal(backoff(0, () => 0), 400);
  assert.equal(backoff(0, () => 1), 600);
  assert.equal(backoff(50, () => 0.5), 15000);
});

test('a request gets its own reply', async () => {
  const { socket, ws, heard } = await opened();
  assert.equal(ws.protocol, 'aula.v1');
  assert.deepEqual(heard.links, ['connecting', 'open']);
  const one = socket.request('chat.send', { text: 'a' });
  const two = socket.request('layout.set', { name: 'b' });
  const [, first, second] = ws.sent;
  ws.say({ t: 'err', id: second!.id, code: 'forbidden' });
  ws.say({ t: 'ok', id: first!.id, d: { id: 5 } });
  assert.deepEqual(await one, { id: 5 });
  await assert.rejects(two, (why) => (why as Refusal).code === 'forbidden');
  socket.stop();
});

test('an event is taken once', async () => {
  const { socket, ws, heard } = await opened();
  ws.say({ t: 'chat.msg', seq: 1, d: { id: 1 } });
  ws.say({ t: 'chat.msg', seq: 1, d: { id: 1 } });
  ws.say({ t: 'speakers', d: {} });
  ws.say({ t: 'chat.msg', seq: 2, d: { id: 2 } });
  ws.onmessage?.({ data: 'not json' });
  assert.deepEqual(heard.events.map(([t]) => t), ['chat.msg', 'speakers', 'chat.msg']);
  assert.equal(socket.seq, 2);
  socket.stop();
});

test('a lost connection is told at once and comes back with a new hello', async () => {
  let hello: 'join' | 'resume' = 'join';
  const { socket, ws, heard } = await opened(() => hello);
  hello = 'resume';
  const pending = socket.request('chat.send', {});
  ws.onclose?.({ code: 1006 });
  await assert.rejects(pending, (why) => (why as Refusal).code === 'offline');
  assert.equal(heard.links.at(-1), 'lost');
  socket.retryNow();
  const next = FakeWs.all.at(-1)!;
  assert.ok(next !== ws);
  next.onopen?.();
  assert.equal(next.sent[0]?.t, 'resume');
  next.say({ t: 'ok', id: next.sent[0]!.id, d: { replayed: true } });
  await turn();
  assert.deepEqual(heard.welcomes, ['join', 'resume']);
  assert.equal(heard.links.at(-1), 'open');
  socket.stop();
});

test('offline is told at once, online tries at once', async () => {
  const { socket, ws, heard } = await opened();
  listeners.get('offline')?.();
  assert.equal(heard.links.at(-1), 'offline');
  assert.ok(ws.closed);
  const before = FakeWs.all.length;
  listeners.get('online')?.();
  assert.equal(FakeWs.all.length, before + 1);
  socket.stop();
});

test('a page that is looked at again does not wait for the end of a long pause', async () => {
  Object.assign(globalThis, { document: { visibilityState: 'visible' } });
  const { socket, ws } = await opened();
  ws.onclose?.({ code: 1006 });
  const before = FakeWs.all.length;
  listeners.get('visibilitychange')?.();
  assert.equal(FakeWs.all.length, before + 1);
  listeners.get('visibilitychange')?.();
  assert.equal(FakeWs.all.length, before + 1, 'a try that is on its way goes on');
  socket.comeBack(60000);
  listeners.get('visibilitychange')?.();
  assert.equal(FakeWs.all.length, before + 1, 'the server named the time');
  socket.stop();
});

test('a server that does not answer is given up', async () => {
  const { socket, heard, ws } = await opened();
  socket.probe(30);
  assert.equal(ws.sent.at(-1)?.t, 'ping');
  await new Promise((go) => setTimeout(go, 60));
  assert.equal(heard.links.at(-1), 'lost');
  socket.stop();
});

test('any answer is a sign of life', async () => {
  const { socket, heard, ws } = await opened();
  await new Promise((go) => setTimeout(go, 5));
  socket.probe(30);
  await new Promise((go) => setTimeout(go, 5));
  ws.say({ t: 'err', id: ws.sent.at(-1)!.id, code: 'unknown_type' });
  await new Promise((go) => setTimeout(go, 60));
  assert.equal(heard.links.at(-1), 'open');
  socket.stop();
});

test('a final close is final', async () => {
  const { ws, heard } = await opened();
  const before = FakeWs.all.length;
  ws.onclose?.({ code: 4409 });
  assert.deepEqual(heard.closes, [4409]);
  assert.equal(FakeWs.all.length, before);
});

test('a refused hello is told', async () => {
  const heard: Heard = { links: [], events: [], welcomes: [], closes: [], refusals: [] };
  const socket = new Socket('wss://x/ws', user(heard, () => 'join'));
  all.push(socket);
  socket.start();
  const ws = FakeWs.all.at(-1)!;
  ws.onopen?.();
  ws.say({ t: 'err', id: ws.sent[0]!.id, code: 'no_room' });
  await turn();
  assert.deepEqual(heard.refusals, ['no_room']);
  assert.ok(ws.closed);
});

test('a place in the line is waited for on the same connection', async () => {
  const heard: Heard = { links: [], events: [], welcomes: [], closes: [], refusals: [] };
  const socket = new Socket('wss://x/ws', user(heard, () => 'join'));
  all.push(socket);
  socket.start();
  const ws = FakeWs.all.at(-1)!;
  ws.onopen?.();
  ws.say({ t: 'err', id: ws.sent[0]!.id, code: 'too_fast', after_ms: 30 });
  await turn();
  assert.equal(ws.sent.length, 1);
  await new Promise((go) => setTimeout(go, 60));
  assert.equal(ws.sent[1]?.t, 'join');
  ws.say({ t: 'ok', id: ws.sent[1]!.id, d: {} });
  await turn();
  assert.deepEqual(heard.refusals, []);
  assert.equal(heard.links.at(-1), 'open');
  assert.equal(FakeWs.all.at(-1), ws);
  socket.stop();
});

test('too many wrong codes are a refusal', async () => {
  const heard: Heard = { links: [], events: [], welcomes: [], closes: [], refusals: [] };
  const socket = new Socket('wss://x/ws', user(heard, () => 'join'));
  all.push(socket);
  socket.start();
  const ws = FakeWs.all.at(-1)!;
  ws.onopen?.();
  ws.say({ t: 'err', id: ws.sent[0]!.id, code: 'too_fast' });
  await turn();
  assert.deepEqual(heard.refusals, ['too_fast']);
});
