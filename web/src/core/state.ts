// Everything the screens show. Written by the classroom, read by the screens; signals tell them what changed.

import { signal } from '@preact/signals-core';
import type {
  ByeWhy,
  ChatLine,
  Costs,
  Layout,
  Links,
  Member,
  Quality,
  Recording,
  RecordState,
  Role,
  Room,
  Roster,
} from './protocol';
import type { Wish } from './prefer';
import { USUAL_COSTS } from './levels';
import type { Fault } from './media';
import type { IceState } from './rtc';
import type { Link } from './socket';
import { NO_STATS, type Stats } from './stats';

export type Screen = 'join' | 'check' | 'class' | 'bye' | 'admin' | 'recordings';

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
  room: signal<Room>({ id: '', code: '', title: '' }),
  members: signal<ReadonlyMap<string, Member>>(new Map()),
  roster: signal<Roster>({ n: 0, listed: 0 }),
  layouts: signal<string[]>([]),
  layout: signal<Layout | null>(null),
  pinned: signal(''),
  speakers: signal<string[]>([]),
  recording: signal<RecordState>({ on: false, since_ms: 0 }),
  recordings: signal<Recording[]>([]),
  moreRecordings: signal(false), // older ones can be asked for
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

export function isLecturer(): boolean {
  return state.role.value !== 'student';
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
  state.members.value = new Map();
  state.roster.value = { n: 0, listed: 0 };
  state.layout.value = null;
  state.speakers.value = [];
  state.pinned.value = '';
  state.recording.value = { on: false, since_ms: 0 };
  state.recordings.value = [];
  state.moreRecordings.value = false;
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
