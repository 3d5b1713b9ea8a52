// Everything the screens show. Written by the classroom, read by the screens; signals tell them what changed.

import { signal } from '@preact/signals-core';
import type { ChatLine, ByeWhy, Layout, Member, Recording, RecordState, Role, Room } from './protocol';
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

export function notify(key: string, vars?: Record<string, string>): void {
  state.notice.value = { key, vars };
}

/** What belongs to one class is forgotten. */
export function forgetClass(): void {
  state.members.value = new Map();
  state.layout.value = null;
  state.speakers.value = [];
  state.pinned.value = '';
  state.recording.value = { on: false, since_ms: 0 };
  state.recordings.value = [];
  state.moreRecordings.value = false;
  state.chat.value = [];
  state.unread.value = 0;
  state.poster.value = '';
  state.firstFrame.value = false;
  state.restarting.value = false;
  state.stats.value = NO_STATS;
}
