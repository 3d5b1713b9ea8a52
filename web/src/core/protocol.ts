// The messages of docs/protocol.md as types. What arrives is checked only as far as the page relies on it.

export type Role = 'observer' | 'guest' | 'student' | 'interpreter' | 'moderator' | 'lecturer' | 'admin';

/** What somebody may do; others than these are the server's affair. */
export type Cap = 'speak' | 'camera' | 'share' | 'chat' | 'record' | 'layout' | 'admit' | 'moderate' | 'room' | (string & {});

/** Who knocked. */
export interface Waiting {
  id: string;
  name: string;
  role: Role;
  since_ms: number;
}

export interface Lobby {
  n: number;
  waiting: Waiting[];
}

/** What the class says of its members; each switch is what they may. */
export interface Policy {
  kind: string;
  locked: boolean;
  lobby: boolean;
  /** It may be watched without a seat. */
  watch: boolean;
  unmute: boolean;
  camera: boolean;
  share: boolean;
  chat: boolean;
}

export interface Member {
  id: string;
  name: string;
  role: Role;
  mic: boolean;
  cam: boolean;
  screen: boolean;
  state: 'here' | 'away';
  /** By name, beside what its role may. */
  grants?: Cap[];
  denies?: Cap[];
}

/** Members of the class, and how many of them are told of one by one. */
export interface Roster {
  n: number;
  listed: number;
}

export interface Tile {
  member: string;
  kind: 'camera' | 'screen' | 'deck' | 'clip';
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
  /** Which picture of the class that is; of a pin, whom it has in front. */
  picture?: PictureName;
  front?: string;
  name: string;
  w: number;
  h: number;
  rtp_ts: number;
  pts_ms: number;
  tiles: Tile[];
}

/** Of an administrator, to all: neither member nor name. */
export interface ChatLine {
  id: string | number;
  member: string;
  name: string;
  text: string;
  sent_ms: number;
}

export type Edition = 'full' | 'light' | 'sound' | 'mkv' | 'webm' | 'live' | 'push' | 'tracks' | 'slides';

export interface RecordState {
  on: boolean;
  /** So that what has passed since then is the time in the recording. */
  since_ms: number;
  paused?: boolean;
  /** The time in the recording when this was said; while it pauses it stays. */
  at_ms?: number;
  editions?: Edition[];
  id?: string;
  /** It has a picture of its own; absent: it is what the class sees. */
  view?: 'recording';
  /** It can be gone back in while it runs: `recording.live`. */
  live?: boolean;
  error?: string;
  /** Of editions that are over already, why. */
  errors?: Partial<Record<Edition, string>>;
  /** The disk lasts for so many minutes; only while that is little. */
  disk_min?: number;
  /** So long the place lasts that the class has for recordings; only while that is little. */
  quota_min?: number;
}

/** What is made of a recording once it has ended. */
export interface Made {
  state: 'waiting' | 'working' | 'ready' | 'failed';
  /** 0 to 1 */
  done?: number;
  code?: string;
  /** A file is at base + name + '?' + query; as good as other links. */
  base?: string;
  query?: string;
  files?: { name: string; bytes?: number }[];
  lufs?: number;
}

export interface Recording {
  id: string;
  title: string;
  state: string;
  started_ms: number;
  duration_ms: number;
  bytes: number;
  url: string;
  editions?: { edition: Edition; bytes: number; ms: number; url?: string; error?: string }[];
  /** Absent: this server makes nothing of them. */
  made?: Made;
  /** In the trash since then. */
  deleted_ms?: number;
  /** When it will be removed for good; absent: never. */
  gone_ms?: number;
  /** It stays, however old it grows. */
  keep?: boolean;
  /** What it was cut from. */
  of?: string;
  /** What it was joined of, the oldest first. */
  joined?: string[];
  /** How much of it is cut, 0 to 1, while it is. */
  done?: number;
  /** Links for others that are good. */
  shares?: number;
}

/** Bytes of the recordings, and how many there may be; absent: as many as there is room for. */
export interface Quota {
  used_bytes: number;
  limit_bytes?: number;
}

/** A link with which anybody may watch a recording. */
export interface Share {
  id: string;
  url: string;
  expires_ms: number;
  password: boolean;
  download: boolean;
  made_ms?: number;
  opened?: number;
}

export interface Room {
  id: string;
  code: string;
  title: string;
  /** Of a group: the code of its class. */
  parent?: string;
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
  picture?: PictureName;
  front?: string;
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

export interface HandRow {
  member: string;
  name: string;
  since_ms: number;
}

/** The first of those who want to speak, how many they are, and who has the floor. */
export interface Hands {
  n: number;
  list: HandRow[];
  floor: string;
  floor_name: string;
}

/** One's own place in the queue, from 1. */
export interface Hand {
  at: number;
  floor: boolean;
}

export type PollKind = 'one' | 'several' | 'yesno' | 'number';

export interface Poll {
  id: string;
  kind: PollKind;
  question: string;
  n: number;
  options: string[];
  named: boolean;
  show: boolean;
  on: boolean;
  /** Of those who may see them. */
  counts?: number[];
  voters?: number;
  /** Of the snapshot: what this member has answered, from 1. */
  mine?: number[];
}

/** The pages that are shown. */
export interface Deck {
  id: string;
  title: string;
  page: number;
  pages: number;
  by: string;
  /** The page cannot be drawn. */
  error?: string;
}

/** The clip that is played to the class. */
export interface Clip {
  id: string;
  title: string;
  by: string;
  playing: boolean;
  /** Where it was at `now_ms` of the server's clock. */
  at_ms: number;
  /** 0: not known yet. */
  length_ms: number;
  now_ms: number;
}

/** One of those that could be shown. */
export interface DeckRow {
  id: string;
  title: string;
  kind: 'pdf' | 'pictures' | 'clip';
  page: number;
  pages: number;
  bytes: number;
  made_ms: number;
  shown: boolean;
  /** The address of a small picture of each page, with {n} for its number. */
  thumbs: string;
}

export interface Timer {
  on: boolean;
  paused: boolean;
  left_ms: number;
  total_ms: number;
  /** The server's clock when that was left. */
  now_ms: number;
  label: string;
}

/** The pictures that a class may be seen as. */
export type PictureName = 'class' | 'staff' | 'stage' | 'wall' | 'slides' | 'interpreter' | 'pin';

export type HearingRule = 'all' | 'lecturers' | 'apart';

/** Who hears whom, and the languages that one may listen to instead of the floor. */
export interface Hearing {
  rule: HearingRule;
  /** Who sees whom, in the same words. */
  sees?: HearingRule;
  languages: { name: string; members: string[] }[];
}

/** Whom layouts keep places for; empty: nobody. */
export interface Parts {
  interpreter: string;
  guest: string;
}

export interface GroupMember {
  id: string;
  name: string;
}

/** A group of the class; its members are told to the staff. */
export interface Group {
  /** For staff: where an administrator finds it. */
  code?: string;
  group: number;
  title: string;
  n: number;
  calls: boolean;
  members?: GroupMember[];
}

/** The class works in groups. `own` and `at` are numbers from 1; 0: none, and the class. */
export interface Breakout {
  how: 'set' | 'random' | 'even' | 'self';
  n: number;
  own: number;
  at: number;
  groups: Group[];
  main?: { n: number; members: GroupMember[] };
  /** null: without an end. */
  left_ms: number | null;
  closing: boolean;
  now_ms: number;
}

export interface Snapshot {
  replayed: false;
  session: string;
  seq: number;
  self: string;
  role: Role;
  caps?: Cap[];
  /** Shown again by whoever comes back. */
  seat?: string;
  lobby?: Lobby;
  /** null for a console without a class, which has none of the fields that are optional here. */
  room: (Room & Partial<Policy>) | null;
  layouts?: string[];
  members?: Member[];
  roster?: Roster;
  layout?: Layout | null;
  pinned?: string;
  recording?: RecordState;
  hearing?: Hearing;
  /** The language that is listened to; empty: the floor. */
  channel?: string;
  hands?: Hands;
  hand?: Hand;
  poll?: Poll | null;
  timer?: Timer;
  deck?: Deck | null;
  clip?: Clip | null;
  breakout?: Breakout | null;
  parts?: Parts;
  quality?: Quality;
  chat?: ChatLine[];
  now_ms: number;
}

export type ByeWhy = 'left' | 'ended' | 'removed' | 'restart' | 'replaced' | 'too_fast' | 'waited' | 'denied';

/** A refusal by the server, or the page's own 'offline' and 'timeout'. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly field = '',
    /** When the server says so: not before this many milliseconds. */
    readonly afterMs = 0,
    /** What is wrong, in the server's words. */
    readonly why = '',
  ) {
    super(code);
  }
}
