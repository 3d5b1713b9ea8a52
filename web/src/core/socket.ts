// One WebSocket that comes back by itself. It knows requests, replies, events and the numbers of events;
// what a message means is known by the one who uses it.

import { Refusal } from './protocol';

export type Link = 'idle' | 'connecting' | 'open' | 'lost' | 'offline';

export interface SocketUser {
  /** The first request of a new connection. */
  hello(): { t: 'join' | 'resume'; d: object };
  /** Its reply. Events come only after it. */
  welcome(t: 'join' | 'resume', d: Record<string, unknown>): void;
  /** The hello was refused: true to try again with a new hello. */
  refused(t: 'join' | 'resume', why: Refusal): boolean;
  event(t: string, d: Record<string, unknown>): void;
  /** wait_ms: until the next try, when lost. */
  link(link: Link, tries: number): void;
  /** The server closed for good (left, too fast, elsewhere). */
  closed(code: number): void;
  /** What goes over the wire: a connection, a text in, a text out. */
  traffic?(kind: 'open' | 'in' | 'out', text: string): void;
}

interface Waiting {
  ok(d: Record<string, unknown>): void;
  fail(why: Refusal): void;
  timer: number;
}

interface Reply {
  t: string;
  id: number;
  d?: Record<string, unknown>;
  code?: string;
  field?: string;
  after_ms?: number;
  why?: string;
}

const BACKOFF_MS = 500;
const BACKOFF_CAP_MS = 15000;
const CONNECT_MS = 8000;
const REQUEST_MS = 10000;
const PATIENCE_MS = 4000; // the server bears a connection without a session a little longer
const SILENCE_MS = 5000; // ask for a sign of life after this long without a message
const DEAD_MS = 3000; // and give up after this long without one
const FINAL_CLOSES = [1000, 1008, 4409];

/** Milliseconds before try number `tries` (from 0), with a fifth of jitter so that a class does not come back at once. */
export function backoff(tries: number, random: () => number = Math.random): number {
  const plain = Math.min(BACKOFF_CAP_MS, BACKOFF_MS * 2 ** Math.min(tries, 10));
  return Math.round(plain * (0.8 + 0.4 * random()));
}

export class Socket {
  seq = 0;
  private ws: WebSocket | null = null;
  private open = false;
  private wanted = false;
  private tries = 0;
  private nextId = 1;
  private heard = 0; // messages
  private heardMs = 0;
  private retryTimer = 0;
  private connectTimer = 0;
  private deadTimer = 0;
  private pulse = 0;
  private waiting = new Map<number, Waiting>();

  constructor(
    private readonly url: string,
    private readonly user: SocketUser,
  ) {}

  start(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.tries = 0;
    addEventListener('online', this.onOnline);
    addEventListener('offline', this.onOffline);
    addEventListener('visibilitychange', this.onLook);
    this.pulse = window.setInterval(() => this.checkPulse(), 1000);
    this.connect();
  }

  /** Closes for good; no callback follows. */
  stop(): void {
    this.wanted = false;
    removeEventListener('online', this.onOnline);
    removeEventListener('offline', this.onOffline);
    removeEventListener('visibilitychange', this.onLook);
    clearInterval(this.pulse);
    clearTimeout(this.retryTimer);
    this.drop();
  }

  /** Tries again now instead of at the end of the pause. */
  retryNow(): void {
    if (!this.wanted || this.open) return;
    this.tries = 0;
    this.drop();
    this.connect();
  }

  /** Starts over with a new hello after a pause, as after a restart of the server. */
  comeBack(afterMs: number): void {
    this.drop();
    this.user.link('lost', 0);
    this.retryTimer = window.setTimeout(() => this.connect(), afterMs);
  }

  request(t: string, d: object = {}, limitMs = REQUEST_MS): Promise<Record<string, unknown>> {
    if (!this.open) return Promise.reject(new Refusal('offline'));
    return this.send(t, d, limitMs);
  }

  /** Without waiting for the answer: for the last words of a closing page. */
  tell(t: string, d: object = {}): void {
    if (this.open) this.write(JSON.stringify({ t, id: this.nextId++, d }));
  }

  /** Something looks dead: demands a sign of life within `limitMs`. */
  probe(limitMs = DEAD_MS): void {
    if (!this.open || this.deadTimer) return;
    const before = this.heard;
    this.deadTimer = window.setTimeout(() => {
      this.deadTimer = 0;
      if (this.open && this.heard === before) this.lose();
    }, limitMs);
    this.send('ping', {}, limitMs).catch(() => undefined); // any answer is one, a refusal too
  }

  private send(t: string, d: object, limitMs: number): Promise<Record<string, unknown>> {
    const id = this.nextId++;
    return new Promise((ok, fail) => {
      const timer = window.setTimeout(() => {
        this.waiting.delete(id);
        fail(new Refusal('timeout'));
      }, limitMs);
      this.waiting.set(id, { ok, fail, timer });
      this.write(JSON.stringify({ t, id, d }));
    });
  }

  private write(text: string): void {
    this.ws?.send(text);
    this.user.traffic?.('out', text);
  }

  private connect(): void {
    clearTimeout(this.retryTimer);
    if (!this.wanted) return;
    if (navigator.onLine === false) {
      this.user.link('offline', this.tries);
      return; // the event 'online' goes on from here
    }
    this.user.link(this.tries ? 'lost' : 'connecting', this.tries);
    const ws = new WebSocket(this.url, 'aula.v1');
    this.ws = ws;
    this.connectTimer = window.setTimeout(() => this.ws === ws && this.lose(), CONNECT_MS);
    ws.onopen = () => {
      if (this.ws !== ws) return;
      this.user.traffic?.('open', '');
      this.greet();
    };
    ws.onmessage = (event) => this.ws === ws && this.receive(String(event.data));
    ws.onclose = (event) => {
      if (this.ws !== ws) return;
      if (this.open && FINAL_CLOSES.includes(event.code)) {
        this.stop();
        this.user.closed(event.code);
      } else {
        this.lose();
      }
    };
  }

  private greet(): void {
    const hello = this.user.hello();
    this.heardMs = Date.now();
    this.send(hello.t, hello.d, CONNECT_MS).then(
      (d) => {
        clearTimeout(this.connectTimer);
        this.open = true;
        this.tries = 0;
        this.user.welcome(hello.t, d);
        if (this.open) this.user.link('open', 0);
      },
      (why: Refusal) => {
        if (why.code === 'offline' || why.code === 'timeout') return; // the connection is already lost
        clearTimeout(this.connectTimer);
        if (why.code === 'too_fast' && why.afterMs > 0) this.queue(why.afterMs);
        else if (this.user.refused(hello.t, why)) this.greet();
        else this.stop();
      },
    );
  }

  /** Many come at once, and the server gave us a place in the line: on this connection while it lasts. */
  private queue(ms: number): void {
    const ws = this.ws;
    if (ms > PATIENCE_MS) {
      this.drop();
      this.retryTimer = window.setTimeout(() => this.connect(), ms);
      return;
    }
    this.connectTimer = window.setTimeout(() => this.ws === ws && this.lose(), ms + CONNECT_MS);
    this.retryTimer = window.setTimeout(() => this.ws === ws && this.greet(), ms);
  }

  private receive(text: string): void {
    this.heard++;
    this.heardMs = Date.now();
    this.user.traffic?.('in', text);
    let msg: Partial<Reply> & { seq?: number };
    try {
      msg = JSON.parse(text);
    } catch {
      return;
    }
    if (msg.t === 'ok' || msg.t === 'err') this.settle(msg as Reply);
    else if (typeof msg.t === 'string') this.hear(msg.t, msg.seq, msg.d ?? {});
  }

  private settle(msg: Reply): void {
    const one = this.waiting.get(msg.id);
    if (!one) return;
    this.waiting.delete(msg.id);
    clearTimeout(one.timer);
    if (msg.t === 'ok') one.ok(msg.d ?? {});
    else one.fail(new Refusal(msg.code ?? 'unknown', msg.field, msg.after_ms, msg.why));
  }

  private hear(t: string, seq: number | undefined, d: Record<string, unknown>): void {
    if (seq !== undefined) {
      if (seq <= this.seq) return; // replayed, but it had arrived
      this.seq = seq;
    }
    this.user.event(t, d);
  }

  private lose(): void {
    this.drop();
    if (!this.wanted) return;
    if (navigator.onLine === false) {
      this.user.link('offline', this.tries);
      return;
    }
    const pause = backoff(this.tries++);
    this.user.link('lost', this.tries);
    this.retryTimer = window.setTimeout(() => this.connect(), pause);
  }

  private drop(): void {
    clearTimeout(this.connectTimer);
    clearTimeout(this.retryTimer);
    clearTimeout(this.deadTimer);
    this.deadTimer = 0;
    const ws = this.ws;
    this.ws = null;
    this.open = false;
    ws?.close();
    for (const one of this.waiting.values()) {
      clearTimeout(one.timer);
      one.fail(new Refusal('offline'));
    }
    this.waiting.clear();
  }

  private checkPulse(): void {
    if (this.open && Date.now() - this.heardMs > SILENCE_MS) this.probe();
  }

  private onOnline = (): void => {
    if (this.open) this.probe(1000);
    else this.retryNow();
  };

  /** A phone lets a page in the background sleep, with all of its timers: nobody who looks again waits for them. */
  private onLook = (): void => {
    if (document.visibilityState !== 'visible') return;
    if (this.open) this.checkPulse();
    else if (!this.ws && this.tries > 0) this.retryNow(); // not before the time that the server named
  };

  private onOffline = (): void => {
    this.drop();
    this.user.link('offline', 0);
  };
}
