// Applies the snapshot and the events about the class to the state. What concerns media is not here.

import type { Cap, ChatLine, Hearing, Links, Lobby, Member, Policy, Quality, Recording, RecordState, Roster, Snapshot } from './protocol';
import { back } from './back';
import { applyCues, applyNews, director } from './director';
import { faultText, isLeft, newFault, partName } from './fault';
import { LEVELS } from './levels';
import { ALL_HEAR, CHAT_ROWS, FREE, NOBODY, notify, state } from './state';
import { remember } from './store';
import { applyDecks, DECK_EVENTS } from './decks';
import { applyTools, TOOL_EVENTS } from './tools';

const FEW = 20; // in a larger class nobody is told of each one who comes and goes

export function applySnapshot(snap: Snapshot): void {
  state.self.value = snap.self;
  state.role.value = snap.role;
  state.caps.value = new Set(snap.caps ?? []);
  state.policy.value = { ...FREE, ...snap.room };
  state.lobby.value = snap.lobby ?? NOBODY;
  state.room.value = snap.room ?? { id: '', code: '', title: '' };
  state.layouts.value = snap.layouts ?? [];
  state.members.value = new Map((snap.members ?? []).map((one) => [one.id, one]));
  state.roster.value = snap.roster ?? { n: 0, listed: 0 };
  state.pinned.value = snap.pinned ?? '';
  state.recording.value = snap.recording ?? { on: false, since_ms: 0 };
  state.chat.value = snap.chat ?? [];
  state.hearing.value = snap.hearing ?? ALL_HEAR;
  state.channel.value = snap.channel ?? '';
  director.asked.value = 0; // what became of it was told to nobody
  applyTools(snap);
  applyDecks(snap);
  if (snap.quality) setQuality(snap.quality);
  state.clockSkewMs.value = snap.now_ms ? snap.now_ms - Date.now() : 0;
}

function setQuality(d: Quality): void {
  const turned = state.quality.value !== null && state.quality.value.shape !== d.shape;
  state.quality.value = d;
  if (turned) state.still.value = null; // names do not fit onto a picture of the other shape
  if (d.level !== 'still' && state.firstFrame.value) state.still.value = null; // it would be an old one the next time
  if (!LEVELS.every((level) => d.kbps?.[level] > 0)) return;
  if (LEVELS.some((level) => d.kbps[level] !== state.costs.value[level])) {
    state.costs.value = d.kbps;
    remember('costs', JSON.stringify(d.kbps)); // for the choice before the next class
  }
}

function putMember(member: Member): void {
  const before = state.members.value.get(member.id);
  const next = new Map(state.members.value);
  next.set(member.id, member);
  state.members.value = next;
  if (before && before.screen !== member.screen && member.id !== state.self.value) {
    notify(member.screen ? 'note.screen_on' : 'note.screen_off', { name: member.name });
  }
}

function dropMember(id: string): void {
  const gone = state.members.value.get(id);
  const next = new Map(state.members.value);
  next.delete(id);
  state.members.value = next;
  if (gone && next.size <= FEW) notify('note.left', { name: gone.name });
}

function addChat(line: ChatLine): void {
  if (state.chat.value.some((one) => one.id === line.id)) return;
  state.chat.value = [...state.chat.value, line].slice(-CHAT_ROWS);
  if (!state.chatOpen.value && line.member !== state.self.value) {
    state.unread.value++;
    if (line.name) notify('note.chat', { name: line.name });
  }
  if (!line.name) notify('note.notice', { text: line.text });
}

function tellFault(was: RecordState, now: RecordState): void {
  const fault = now.on ? newFault(was, now) : undefined;
  const why = faultText(now.error ?? '', fault?.edition);
  if (fault) notify('note.rec_part', { part: partName(fault.edition), why });
  else notify(now.on ? 'note.rec_some' : 'note.rec_error', { why });
}

function setRecording(d: RecordState): void {
  const was = state.recording.value;
  const same = d.on && was.id === d.id;
  state.recording.value = { ...d, quota_min: d.quota_min ?? (same ? was.quota_min : undefined) };
  back.changed(d);
  if (d.error) tellFault(was, d);
  else if (d.on !== was.on) notify(d.on ? 'note.rec_on' : 'note.rec_off');
  else if (d.on && !!d.paused !== !!was.paused) notify(d.paused ? 'note.rec_paused' : 'note.rec_on');
}

/** Who lists recordings hears here what becomes of them. */
export const recordingNews = new Set<(t: string, d: never) => void>();

/** To be heard by those alone. */
const toLists = (t: string) => (d: never) => recordingNews.forEach((tell) => tell(t, d));

/** What follows the rows that are known; one that became known meanwhile stays as it is. */
export function addPage(known: Recording[], page: Recording[]): Recording[] {
  const ids = new Set(known.map((one) => one.id));
  return [...known, ...page.filter((one) => !ids.has(one.id))];
}

function setLobby(d: Lobby): void {
  const before = new Set(state.lobby.value.waiting.map((one) => one.id));
  const fresh = d.waiting.find((one) => !before.has(one.id));
  state.lobby.value = d;
  if (fresh) notify('note.knock', { name: fresh.name });
}

type Apply = (d: never) => void;

const EVENTS: Record<string, Apply> = {
  'member.joined': (d: Member) => {
    putMember(d);
    if (d.id !== state.self.value && state.members.value.size <= FEW) notify('note.joined', { name: d.name });
  },
  'member.changed': putMember,
  'member.left': (d: { id: string }) => dropMember(d.id),
  speakers: (d: { members?: string[] }) => {
    state.speakers.value = d.members ?? [];
  },
  roster: (d: Roster) => {
    state.roster.value = d;
  },
  caps: (d: { caps: Cap[] }) => {
    state.caps.value = new Set(d.caps);
    if (!state.caps.value.has('admit')) state.lobby.value = NOBODY;
  },
  room: (d: Partial<Policy>) => {
    state.policy.value = { ...state.policy.value, ...d };
  },
  lobby: setLobby,
  quality: setQuality,
  links: (d: Links) => {
    state.links.value = d;
  },
  poster: (d: { jpeg?: string }) => {
    state.poster.value = d.jpeg ?? '';
  },
  'chat.msg': addChat,
  layouts: (d: { layouts?: string[] }) => {
    state.layouts.value = d.layouts ?? [];
  },
  pinned: (d: { member?: string }) => {
    state.pinned.value = d.member ?? '';
  },
  ...TOOL_EVENTS,
  ...DECK_EVENTS,
  hearing: (d: Hearing) => {
    state.hearing.value = d;
    if (!d.languages.some((one) => one.name === state.channel.value)) state.channel.value = '';
  },
  cues: applyCues,
  'layout.live': applyNews,
  'layout.aside': (d: { name: string }) => notify('note.layout_aside', { name: d.name }),
  'record.state': setRecording,
  'record.disk': (d: { low: boolean; minutes?: number; why?: string }) => {
    const quota = d.why === 'quota'; // of the class; else the disk, which is everybody's
    state.recording.value = { ...state.recording.value, [quota ? 'quota_min' : 'disk_min']: d.low ? d.minutes : undefined };
    if (d.low) notify(quota ? 'note.rec_quota' : 'note.rec_disk', { n: String(d.minutes ?? 0) });
  },
  'recording.ready': (d: Recording) => {
    toLists('recording.ready')(d as never);
    if (d.state !== 'failed' && !isLeft(d)) notify('note.rec_ready'); // it has ended in any case
  },
  'recording.made': toLists('recording.made'),
  'recording.changed': toLists('recording.changed'),
  'recording.gone': toLists('recording.gone'),
};

/** False when the event is not about the class. */
export function applyEvent(t: string, d: Record<string, unknown>): boolean {
  const apply = EVENTS[t];
  if (!apply) return false;
  apply(d as never);
  return true;
}
