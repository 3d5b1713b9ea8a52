// Everything the screens show. Written by the classroom, read by the screens; signals tell them what changed.

import { signal } from '@preact/signals-core';
import type {
  Breakout,
  ByeWhy,
  Cap,
  ChatLine,
  Costs,
  Hand,
  Hands,
  Hearing,
  Layout,
  Links,
  Lobby,
  Member,
  Parts,
  Policy,
  Poll,
  Quality,
  RecordState,
  Role,
  Room,
  Roster,
  Timer,
} from './protocol';
import { back } from './back';
import { forgetDecks } from './decks';
import { director, forgetDirector } from './director';
import type { Wish } from './prefer';
import { USUAL_COSTS } from './levels';
import type { Fault } from './media';
import type { IceState } from './rtc';
import type { Link } from './socket';
import { NO_STATS, type Stats } from './stats';

export type Screen = 'join' | 'check' | 'entering' | 'waiting' | 'class' | 'bye' | 'admin' | 'recordings' | 'shared' | 'watch';

export interface DeviceState {
  on: boolean;
  busy: boolean;
  fault: Fault | '';
}

/** Bytes on the wire in this class, and how fast they grow. */
export interface Used {
  in: number;
  out: number;
  kbps: number;
  untilMs: number; // the end that a budget must reach
}

export interface Still {
  bytes: Uint8Array<ArrayBuffer>;
  atMs: number;
}

export const NOTHING_USED: Used = { in: 0, out: 0, kbps: 0, untilMs: 0 };

/** Signs that came together. */
export interface Reaction {
  key: number;
  sign: string;
  n: number;
  atMs: number;
}

/** So many lines of the chat are kept. */
export const CHAT_ROWS = 200;

export const NO_PARTS: Parts = { interpreter: '', guest: '' };
export const NO_HANDS: Hands = { n: 0, list: [], floor: '', floor_name: '' };
export const NO_TIMER: Timer = { on: false, paused: false, left_ms: 0, total_ms: 0, now_ms: 0, label: '' };

export const ALL_HEAR: Hearing = { rule: 'all', languages: [] };

export const FREE: Policy = { kind: '', locked: false, lobby: false, watch: true, unmute: true, camera: true, share: true, chat: true };
export const NOBODY: Lobby = { n: 0, waiting: [] };

const OFF: DeviceState = { on: false, busy: false, fault: '' };

export const state = {
  screen: signal<Screen>('join'),
  bye: signal<ByeWhy>('left'),
  joinError: signal<{ code: string; field: string }>({ code: '', field: '' }),

  link: signal<Link>('idle'),
  tries: signal(0),
  restarting: signal(false),
  ice: signal<IceState>('new'),
  stats: signal<Stats>(NO_STATS),
  weak: signal(false),

  self: signal(''),
  role: signal<Role>('student'),
  caps: signal<ReadonlySet<Cap>>(new Set()),
  policy: signal<Policy>(FREE),
  lobby: signal<Lobby>(NOBODY), // of who may admit
  room: signal<Room>({ id: '', code: '', title: '' }),
  members: signal<ReadonlyMap<string, Member>>(new Map()),
  roster: signal<Roster>({ n: 0, listed: 0 }),
  layouts: signal<string[]>([]),
  layout: signal<Layout | null>(null),
  pinned: signal(''),
  speakers: signal<string[]>([]),
  recording: signal<RecordState>({ on: false, since_ms: 0 }),
  hearing: signal<Hearing>(ALL_HEAR),
  channel: signal(''), // the language that is listened to
  hands: signal<Hands>(NO_HANDS),
  hand: signal<Hand>({ at: 0, floor: false }),
  handOpensMic: signal(false), // when called
  poll: signal<Poll | null>(null),
  choices: signal<number[]>([]), // the own ones, from 1
  pollHidden: signal(''), // one that was put away
  timer: signal<Timer>(NO_TIMER),
  breakout: signal<Breakout | null>(null),
  parts: signal<Parts>(NO_PARTS),
  reactions: signal<Reaction[]>([]),
  chat: signal<ChatLine[]>([]),
  unread: signal(0),
  chatOpen: signal(false),
  clockSkewMs: signal(0), // the server's clock less ours

  quality: signal<Quality | null>(null), // what is received now
  costs: signal<Costs>(USUAL_COSTS),
  wish: signal<Wish>({ wish: 'auto', cap: 'high', budget: { mb: 0, min: 60 } }),
  used: signal<Used>(NOTHING_USED),
  still: signal<Still | null>(null),
  links: signal<Links | null>(null), // a lecturer's

  poster: signal(''), // base64 of a JPEG
  firstFrame: signal(false),
  soundBlocked: signal(false),
  aside: signal(false), // something else is watched meanwhile: of the class only the least is wanted, and no sound
  selfView: signal(true),
  awake: signal(true),

  mic: signal<DeviceState>(OFF),
  cam: signal<DeviceState>(OFF),
  share: signal<DeviceState>(OFF),
  camTrack: signal<MediaStreamTrack | null>(null),
  micTrack: signal<MediaStreamTrack | null>(null),

  /** One short sentence for the eye and for the screen reader: a key of the dictionary and its values. */
  notice: signal<{ key: string; vars?: Record<string, string> }>({ key: '' }),
};

/** May we, by what the server said last? It asks again itself. */
export function may(cap: Cap): boolean {
  return state.caps.value.has(cap);
}

/** Of the staff. */
export function isLecturer(): boolean {
  return ['moderator', 'lecturer', 'admin'].includes(state.role.value);
}

/** Members that are told of by their number only. */
export function audience(): number {
  const { n, listed } = state.roster.value;
  return Math.max(0, n - listed);
}

export function notify(key: string, vars?: Record<string, string>): void {
  state.notice.value = { key, vars };
}

/** What belongs to one class is forgotten. */
export function forgetClass(): void {
  forgetDecks();
  forgetDirector();
  back.forget();
  director.open.value = false;
  state.members.value = new Map();
  state.roster.value = { n: 0, listed: 0 };
  state.caps.value = new Set();
  state.policy.value = FREE;
  state.lobby.value = NOBODY;
  state.layout.value = null;
  state.speakers.value = [];
  state.pinned.value = '';
  state.recording.value = { on: false, since_ms: 0 };
  state.hearing.value = ALL_HEAR;
  state.channel.value = '';
  state.hands.value = NO_HANDS;
  state.hand.value = { at: 0, floor: false };
  state.poll.value = null;
  state.choices.value = [];
  state.pollHidden.value = '';
  state.parts.value = NO_PARTS;
  state.timer.value = NO_TIMER;
  state.breakout.value = null;
  state.reactions.value = [];
  state.chat.value = [];
  state.unread.value = 0;
  state.quality.value = null;
  state.still.value = null;
  state.links.value = null;
  state.poster.value = '';
  state.firstFrame.value = false;
  state.restarting.value = false;
  state.stats.value = NO_STATS;
}
