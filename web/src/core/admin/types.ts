// "Administrators' commands" of docs/protocol.md as types.

import type { Cap, Hearing, Level, Policy, Role, Why } from '../protocol';

/** A class as the console is told of it each 2 s. */
export interface RoomNow {
  id: string;
  code: string;
  title: string;
  /** Of a group: the code of its class; else empty. */
  parent?: string;
  kind: string;
  members: number;
  listed: number;
  waiting: number;
  weak: number;
  recording: boolean;
  layout: string;
  locked: boolean;
  lobby: boolean;
  cpu_percent: number;
  kbps_in: number;
  kbps_out: number;
  top: Level;
}

export interface ServerNow {
  members: number;
  rooms: number;
  cpu_percent: number;
  kbps_in: number;
  kbps_out: number;
  late_p99_ms: number;
  overload: number;
  draining: boolean;
  uptime_s: number;
}

export interface RoomsHint {
  rooms: RoomNow[];
  n_rooms: number;
  server: ServerNow;
}

export interface MemberRow {
  id: string;
  name: string;
  role: Role;
  state: 'here' | 'away';
  mic: boolean;
  cam: boolean;
  screen: boolean;
  hand: boolean;
  level: Level;
  why: Why;
  loss: number;
  rtt_ms: number;
  kbps: number;
  view: number;
  shape: string;
  network: string;
  since_ms: number;
  /** Its own, in spite of what the class may. */
  grants?: Cap[];
  denies?: Cap[];
}

export interface WaitingRow {
  id: string;
  name: string;
  role: Role;
  since_ms: number;
  network: string;
}

export interface Rung {
  view: number;
  level: Level;
  shape: string;
  codec: string;
  w: number;
  h: number;
  fps: number;
  kbps: number;
  viewers: number;
  cpu_percent: number;
}

export interface RoomFacts extends Policy {
  id: string;
  code: string;
  title: string;
  /** Of a group: the code of its class; else empty. */
  parent?: string;
  created_ms: number;
  /** What a lecturer or an administrator set; empty: nothing. */
  most: Level | '';
  top: Level;
  media: boolean;
  n_members: number;
  listed: number;
  waiting: number;
  pinned: string;
  hearing: Hearing;
}

/** A page of room.show. */
export interface RoomShow {
  room: RoomFacts;
  layout: { name: string; generation: number } | null;
  recording: { on: boolean; since_ms: number; paused?: boolean; id?: string };
  rungs: Rung[];
  kbps_in: number;
  kbps_out: number;
  cpu_percent: number;
  members: MemberRow[];
  lobby: WaitingRow[];
  from: number;
  next: number;
}

export interface Ban {
  id: string;
  name: string;
  since_ms: number;
}

export interface RoleLink {
  role: Role;
  url: string;
}

export interface Plugin {
  name: string;
  kind: string;
  abi: number;
  path: string;
  state: 'loaded' | 'aside' | 'refused';
  why: string;
  calls: number;
  slow: number;
  failed: number;
  mean_us: number;
  max_us: number;
}

export interface Setting {
  key: string;
  value: string;
  usual: string;
  from: 'default' | 'file' | 'option' | 'stored';
  unit: string;
  live: boolean;
  secret: boolean;
}

/** An administrative act. */
export interface Act {
  id: string;
  at_ms: number;
  actor: string;
  seat: string;
  name: string;
  role: Role;
  network: string;
  door: string;
  room: string;
  code: string;
  command: string;
  fields: Record<string, unknown>;
  result: string;
}

export interface HealthRows {
  now_ms: number;
  names: string[];
  seconds: number[][];
  minutes: number[][];
}

export interface LayoutInfo {
  name: string;
  own: boolean;
  title?: string;
  group?: string;
  params?: Record<string, string[] | { min: number; max: number; usual: number }>;
}
