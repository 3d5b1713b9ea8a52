// What a console knows of the server, and what it asks for.

import { effect, signal } from '@preact/signals-core';
import type { Classroom } from '../classroom';
import { Refusal } from '../protocol';
import { state } from '../state';
import { Pace } from './pace';
import { Posters } from './posters';
import type { Plugin, RoomNow, RoomShow, RoomsHint, ServerNow } from './types';

/** What was done, or why not: a key of the dictionary, and the server's own words where it gave some. */
export interface Saying {
  key: string;
  bad: boolean;
  why: string;
  vars?: Record<string, string | number>;
  n: number;
}

const RETRIES = 3;
const SILENT: Saying = { key: '', bad: false, why: '', n: 0 };

export class Desk {
  readonly rooms = signal<RoomNow[]>([]);
  readonly nRooms = signal(0);
  readonly server = signal<ServerNow | null>(null);
  readonly pictures = signal<ReadonlyMap<string, string>>(new Map());
  readonly aside = signal<Pick<Plugin, 'name' | 'why'>[]>([]);
  readonly said = signal<Saying>(SILENT);
  readonly posters: Posters;
  private readonly pace = new Pace();

  constructor(private readonly classroom: Classroom) {
    this.posters = new Posters({
      ask: async (code) => String((await this.read('room.poster', { code })).jpeg ?? ''),
      show: (code, jpeg) => this.setPicture(code, jpeg),
      wanted: () => !document.hidden && state.link.value === 'open',
    });
  }

  /** As long as the console is open; returns what ends it. */
  start(): () => void {
    this.classroom.other = (t, d) => this.event(t, d);
    const stop = effect(() => {
      if (state.link.value === 'open') this.ask('admin.watch', { on: true }).catch((why) => this.say(why));
    });
    return () => {
      stop();
      this.classroom.other = () => undefined;
      this.ask('admin.watch', { on: false }).catch(() => undefined);
    };
  }

  ask(t: string, d: object = {}): Promise<Record<string, unknown>> {
    return this.classroom.request(t, d);
  }

  /** Asks for something that only tells, when the server bears it: many parts of the console do. */
  async read(t: string, d: object = {}): Promise<Record<string, unknown>> {
    for (let tries = 0; ; tries++) {
      await this.pace.turn();
      try {
        return await this.ask(t, d);
      } catch (why) {
        if (!(why instanceof Refusal) || why.code !== 'too_fast' || tries >= RETRIES) throw why;
        this.pace.slow();
      }
    }
  }

  /** Asks for something that changes the world, and says how it went. `done`: the key of what is said then. */
  async act(t: string, d: object, done = '', vars?: Saying['vars']): Promise<boolean> {
    try {
      await this.ask(t, d);
      if (done) this.tell(done, vars);
      return true;
    } catch (why) {
      this.say(why);
      return false;
    }
  }

  async show(code: string, from = 0): Promise<RoomShow> {
    return (await this.read('room.show', { code, from })) as unknown as RoomShow;
  }

  tell(key: string, vars?: Saying['vars']): void {
    this.said.value = { key, bad: false, why: '', vars, n: this.said.value.n + 1 };
  }

  say(why: unknown): void {
    const refusal = why instanceof Refusal ? why : new Refusal('unknown');
    this.said.value = { key: `error.${refusal.code}`, bad: true, why: refusal.why, n: this.said.value.n + 1 };
  }

  hush(): void {
    this.said.value = { ...SILENT, n: this.said.value.n };
  }

  private event(t: string, d: Record<string, unknown>): void {
    if (t === 'admin.rooms') this.hear(d as unknown as RoomsHint);
    else if (t === 'plugin.aside' || t === 'layout.aside') {
      const { name, why } = d as unknown as Plugin;
      this.aside.value = [...this.aside.value.filter((one) => one.name !== name), { name, why }];
    }
  }

  private hear(d: RoomsHint): void {
    this.rooms.value = d.rooms ?? [];
    this.nRooms.value = d.n_rooms ?? this.rooms.value.length;
    this.server.value = d.server ?? null;
  }

  private setPicture(code: string, jpeg: string): void {
    const next = new Map(this.pictures.value);
    if (jpeg) next.set(code, jpeg);
    else next.delete(code);
    this.pictures.value = next;
  }
}
