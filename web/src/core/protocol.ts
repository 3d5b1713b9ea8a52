// The messages of docs/protocol.md as types. What arrives is checked only as far as the page relies on it.

export type Role = 'student' | 'lecturer' | 'admin';

export interface Member {
  id: string;
  name: string;
  role: Role;
  mic: boolean;
  cam: boolean;
  screen: boolean;
  state: 'here' | 'away';
}

/** Members of the class, and how many of them are told of one by one. */
export interface Roster {
  n: number;
  listed: number;
}

export interface Tile {
  member: string;
  kind: 'camera' | 'screen';
  name: string;
  x: number;
  y: number;
  w: number;
  h: number;
  video: boolean;
}

export interface Layout {
  generation: number;
  /** The view that this member is shown; another one may come at any time. */
  view?: number;
  name: string;
  w: number;
  h: number;
  rtp_ts: number;
  pts_ms: number;
  tiles: Tile[];
}

export interface ChatLine {
  id: string | number;
  member: string;
  name: string;
  text: string;
  sent_ms: number;
}

export interface RecordState {
  on: boolean;
  since_ms: number;
  id?: string;
  error?: string;
}

export interface Recording {
  id: string;
  title: string;
  state: string;
  started_ms: number;
  duration_ms: number;
  bytes: number;
  url: string;
}

export interface Room {
  id: string;
  code: string;
  title: string;
}

export interface RoomRow extends Room {
  members: number;
  recording: boolean;
  lecturer_url: string;
  student_url: string;
}

/** How much of the class is received, rising. */
export type Level = 'sound' | 'still' | 'low' | 'mid' | 'main' | 'high';
export type WishName = 'auto' | 'save' | 'slides' | 'sound';
/** Why it is not more. */
export type Why = 'best' | 'start' | 'link' | 'loss' | 'lost' | 'member' | 'budget' | 'hidden' | 'room' | 'server';
/** Kilobits a second on the wire, by level. */
export type Costs = Record<Level, number>;

export interface Quality {
  level: Level;
  why: Why;
  most: Level;
  wish: WishName;
  cap: Level;
  shape: 'wide' | 'tall';
  content: 'people' | 'slides';
  codec: string;
  view: number;
  kbps: Costs;
}

/** A part of a still picture, in base64. */
export interface StillPart {
  n: number;
  i: number;
  of: number;
  b: string;
}

/** What the server wants to be sent of one picture. */
export interface Ask {
  on: boolean;
  h: number;
  fps: number;
  kbps: number;
}

export interface WeakLink {
  member: string;
  level: Level;
  why: Why;
  loss: number;
  rtt_ms: number;
  kbps: number;
}

export interface Links {
  weak: WeakLink[];
  n_weak: number;
  levels: Partial<Record<Level, number>>;
}

export interface LinkMinute {
  level: Level;
  why: Why;
  loss: number;
  changes: number;
}

export interface LinkHistory extends WeakLink {
  minutes: LinkMinute[];
}

export interface Snapshot {
  replayed: false;
  session: string;
  seq: number;
  self: string;
  role: Role;
  /** null for a console without a class, which has none of the fields that are optional here. */
  room: Room | null;
  layouts?: string[];
  members?: Member[];
  roster?: Roster;
  layout?: Layout | null;
  pinned?: string;
  recording?: RecordState;
  quality?: Quality;
  chat?: ChatLine[];
  now_ms: number;
}

export type ByeWhy = 'left' | 'ended' | 'removed' | 'restart' | 'replaced' | 'too_fast' | 'waited';

/** A refusal by the server, or the page's own 'offline' and 'timeout'. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly field = '',
    /** When the server says so: not before this many milliseconds. */
    readonly afterMs = 0,
  ) {
    super(code);
  }
}
