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
  layout?: Layout | null;
  pinned?: string;
  recording?: RecordState;
  chat?: ChatLine[];
  now_ms: number;
}

export type ByeWhy = 'left' | 'ended' | 'removed' | 'restart' | 'replaced' | 'too_fast';

/** A refusal by the server, or the page's own 'offline' and 'timeout'. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly field = '',
  ) {
    super(code);
  }
}
