// The tools of a class: hands, polls, the timer, reactions. What is told of them, and what can be said of it.

import type { Breakout, Hand, Hands, Parts, Poll, Snapshot, Timer } from './protocol';
import { t } from './i18n';
import { CHAT_ROWS, may, NO_HANDS, NO_PARTS, NO_TIMER, notify, state } from './state';
import { recallTab, rememberTab } from './store';

export const SIGNS = ['👍', '👏', '❤️', '😂', '😮', '🤔', '✅', '❌'];
export const REACTION_MS = 4000;
const REACTIONS_SHOWN = 16;

let reactionKey = 0;

export function applyTools(snap: Snapshot): void {
  state.hands.value = snap.hands ?? NO_HANDS;
  state.hand.value = snap.hand ?? { at: 0, floor: false };
  state.poll.value = snap.poll ?? null;
  state.choices.value = ownChoices(snap.poll ?? null);
  state.timer.value = snap.timer ?? NO_TIMER;
  state.breakout.value = snap.breakout ?? null;
  state.parts.value = snap.parts ?? NO_PARTS;
}

/** As the server knows them; a page that comes back as a new member has its ballot still. */
function ownChoices(poll: Poll | null): number[] {
  if (!poll) return [];
  return poll.mine?.length ? poll.mine : recallBallot(poll.id).choices;
}

export interface Ballot {
  poll: string;
  ballot: string;
  choices: number[];
}

export function recallBallot(poll: string): Ballot {
  const none = { poll, ballot: '', choices: [] };
  try {
    const kept = JSON.parse(recallTab('ballot') || 'null') as Ballot | null;
    return kept?.poll === poll && typeof kept.ballot === 'string' && Array.isArray(kept.choices) ? kept : none;
  } catch {
    return none;
  }
}

export function rememberBallot(kept: Ballot): void {
  rememberTab('ballot', JSON.stringify(kept));
}

/** What is chosen after one more tap: with several answers each tap turns one of them. */
export function chosen(poll: Poll, before: number[], tap: number): number[] {
  if (poll.kind !== 'several') return [tap];
  return before.includes(tap) ? before.filter((one) => one !== tap) : [...before, tap].sort((a, b) => a - b);
}

/** The counts as parts of all who voted, in percent. */
export function shares(poll: Poll): number[] {
  const voters = poll.voters ?? 0;
  return (poll.counts ?? []).map((n) => (voters ? Math.round((100 * n) / voters) : 0));
}

/** What is left of the time, by the server's clock. */
export function leftMs(timer: Timer, serverNowMs: number): number {
  if (!timer.on) return 0;
  if (timer.paused) return timer.left_ms;
  return Math.max(0, timer.now_ms + timer.left_ms - serverNowMs);
}

function setHands(d: Hands): void {
  const before = new Set(state.hands.value.list.map((one) => one.member));
  const fresh = d.list.find((one) => !before.has(one.member));
  if (fresh && d.n > state.hands.value.n && may('moderate')) notify('note.hand', { name: fresh.name });
  state.hands.value = d;
}

function setHand(d: Hand): void {
  const was = state.hand.value;
  state.hand.value = d;
  if (d.floor && !was.floor) notify('hand.called');
  else if (was.at && !d.at && !d.floor) notify('note.hand_lowered');
}

function setPoll(d: Poll | null): void {
  const before = state.poll.value;
  state.poll.value = d;
  if (d?.id === before?.id) return;
  state.choices.value = ownChoices(d);
  if (d?.on && !may('poll')) notify('note.poll');
}

function setCounts(d: { id: string; counts: number[]; voters: number }): void {
  const poll = state.poll.value;
  if (poll?.id === d.id) state.poll.value = { ...poll, counts: d.counts, voters: d.voters };
}

function setTimer(d: Timer): void {
  if (d.on && !state.timer.value.on) notify('note.timer');
  state.timer.value = d;
}

/** A group without a name of its own has a number. */
export function groupTitle(title: string): string {
  return /^\d+$/.test(title) ? t('groups.number', { n: title }) : title;
}

/** What is left of the time in groups; null: there is no end. */
export function groupLeftMs(b: Breakout, serverNowMs: number): number | null {
  return b.left_ms === null ? null : Math.max(0, b.now_ms + b.left_ms - serverNowMs);
}

function setBreakout(told: Breakout | { over: true }): void {
  const before = state.breakout.value;
  const d = 'over' in told ? null : told;
  state.breakout.value = d;
  if (d?.closing && before && !before.closing) notify('note.groups_closing');
  else if (!before && d?.how === 'self') notify('note.groups_choose');
}

function groupSaid(d: { name: string; text: string; sent_ms: number }): void {
  notify('note.group_said', { name: d.name, text: d.text });
  const line = { id: `said-${d.sent_ms}`, member: '', name: d.name, text: d.text, sent_ms: d.sent_ms };
  if (state.chat.value.some((one) => one.id === line.id)) return;
  state.chat.value = [...state.chat.value, line].slice(-CHAT_ROWS); // it can be read again
  if (!state.chatOpen.value) state.unread.value++;
}

function groupCalls(d: { title: string; name: string; on: boolean }): void {
  if (d.on) notify('note.group_calls', { title: groupTitle(d.title), name: d.name });
}

function addReactions(d: { n?: Record<string, number> }): void {
  const atMs = Date.now();
  const fresh = SIGNS.filter((sign) => (d.n?.[sign] ?? 0) > 0).map((sign) => ({ key: ++reactionKey, sign, n: d.n![sign]!, atMs }));
  state.reactions.value = [...state.reactions.value, ...fresh].slice(-REACTIONS_SHOWN);
}

/** Those of a while ago go. */
export function dropReactions(nowMs: number): void {
  const left = state.reactions.value.filter((one) => nowMs - one.atMs < REACTION_MS);
  if (left.length < state.reactions.value.length) state.reactions.value = left;
}

export const TOOL_EVENTS = {
  hands: setHands,
  hand: setHand,
  poll: setPoll,
  'poll.counts': setCounts,
  timer: setTimer,
  reactions: addReactions,
  breakout: setBreakout,
  parts: (d: Parts) => {
    state.parts.value = d;
  },
  'breakout.said': groupSaid,
  'breakout.call': groupCalls,
};
