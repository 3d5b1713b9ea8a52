import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Poll, Timer } from '../src/core/protocol';
import { applyEvent } from '../src/core/reduce';
import { forgetClass, state } from '../src/core/state';
import { applyTools, chosen, dropReactions, leftMs, REACTION_MS, recallBallot, rememberBallot, shares } from '../src/core/tools';

const kept = new Map<string, string>();
Object.assign(globalThis, {
  sessionStorage: {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  },
});

const POLL: Poll = { id: 'p1', kind: 'one', question: '', n: 3, options: ['a', 'b', 'c'], named: false, show: false, on: true };
const TIMER: Timer = { on: true, paused: false, left_ms: 60000, total_ms: 60000, now_ms: 1e12, label: '' };
const event = (t: string, d: object) => assert.equal(applyEvent(t, d as Record<string, unknown>), true);
const snapshot = (part: object) => applyTools(part as Parameters<typeof applyTools>[0]);

test('a tap chooses, another tap takes back where several may be chosen', () => {
  assert.deepEqual(chosen(POLL, [1], 2), [2]);
  assert.deepEqual(chosen(POLL, [2], 2), [2]);
  const several: Poll = { ...POLL, kind: 'several' };
  assert.deepEqual(chosen(several, [], 3), [3]);
  assert.deepEqual(chosen(several, [3], 1), [1, 3]);
  assert.deepEqual(chosen(several, [1, 3], 1), [3]);
});

test('parts of all who answered', () => {
  assert.deepEqual(shares({ ...POLL, counts: [1, 2, 0], voters: 3 }), [33, 67, 0]);
  assert.deepEqual(shares({ ...POLL, counts: [0, 0, 0], voters: 0 }), [0, 0, 0]);
  assert.deepEqual(shares(POLL), []);
});

test('the timer goes by the clock of the server', () => {
  assert.equal(leftMs(TIMER, 1e12), 60000);
  assert.equal(leftMs(TIMER, 1e12 + 59000), 1000);
  assert.equal(leftMs(TIMER, 1e12 + 61000), 0);
  assert.equal(leftMs({ ...TIMER, paused: true }, 1e12 + 61000), 60000);
  assert.equal(leftMs({ ...TIMER, on: false }, 1e12), 0);
});

test('an answer outlives the visit, and is for its own poll only', () => {
  assert.deepEqual(recallBallot('p1'), { poll: 'p1', ballot: '', choices: [] });
  rememberBallot({ poll: 'p1', ballot: 'secret', choices: [2] });
  assert.equal(recallBallot('p1').ballot, 'secret');
  assert.equal(recallBallot('p2').ballot, '');
  snapshot({ poll: { ...POLL, mine: [] } }); // the server has a new member: the page still knows
  assert.deepEqual(state.choices.value, [2]);
  snapshot({ poll: { ...POLL, mine: [3] } });
  assert.deepEqual(state.choices.value, [3]);
  kept.set('aula.ballot', '{"poll":"p1"}');
  assert.deepEqual(recallBallot('p1').choices, []);
  kept.set('aula.ballot', '{');
  assert.deepEqual(recallBallot('p1').choices, []);
});

test('a poll keeps the own answer while it goes on, another one begins anew', () => {
  forgetClass();
  kept.clear();
  event('poll', POLL);
  assert.equal(state.notice.value.key, 'note.poll');
  state.choices.value = [2];
  event('poll', { ...POLL, show: true, counts: [0, 1, 0], voters: 1 });
  assert.deepEqual(state.choices.value, [2]);
  event('poll.counts', { id: 'p1', counts: [1, 1, 0], voters: 2 });
  assert.deepEqual(state.poll.value?.counts, [1, 1, 0]);
  event('poll.counts', { id: 'other', counts: [9, 9, 9], voters: 9 });
  assert.deepEqual(state.poll.value?.counts, [1, 1, 0]);
  event('poll', { ...POLL, id: 'p2' });
  assert.deepEqual(state.choices.value, []);
});

test('the own hand: its place, the floor, and lowered by the lecturer', () => {
  forgetClass();
  event('hand', { at: 2, floor: false });
  assert.equal(state.hand.value.at, 2);
  event('hand', { at: 0, floor: true });
  assert.equal(state.notice.value.key, 'hand.called');
  event('hand', { at: 0, floor: false });
  event('hand', { at: 1, floor: false });
  event('hand', { at: 0, floor: false });
  assert.equal(state.notice.value.key, 'note.hand_lowered');
});

test('a lecturer is told of a new hand, not of one that moves up', () => {
  forgetClass();
  state.caps.value = new Set(['moderate']);
  const rows = ['m1', 'm2'].map((member) => ({ member, name: member, since_ms: 0 }));
  const hands = (n: number, list: typeof rows) => event('hands', { n, list, floor: '', floor_name: '' });
  hands(1, rows.slice(0, 1));
  assert.deepEqual(state.notice.value, { key: 'note.hand', vars: { name: 'm1' } });
  hands(2, rows);
  assert.equal(state.notice.value.vars?.name, 'm2');
  state.notice.value = { key: '' };
  hands(1, rows.slice(1));
  assert.equal(state.notice.value.key, '');
  state.caps.value = new Set();
});

test('reactions are known ones, and go after a while', () => {
  forgetClass();
  event('reactions', { n: { '👍': 5, '❤️': 1, evil: 7 } });
  assert.deepEqual(
    state.reactions.value.map(({ sign, n }) => [sign, n]),
    [['👍', 5], ['❤️', 1]],
  );
  for (let i = 0; i < 50; i++) event('reactions', { n: { '👏': 1 } });
  assert.ok(state.reactions.value.length <= 16);
  dropReactions(Date.now());
  assert.ok(state.reactions.value.length > 0);
  dropReactions(Date.now() + REACTION_MS);
  assert.equal(state.reactions.value.length, 0);
  event('reactions', {});
  assert.equal(state.reactions.value.length, 0);
});

test('what is said to groups can be read again, once, and never grows without end', () => {
  forgetClass();
  for (let i = 0; i < 500; i++) event('breakout.said', { name: 'Dr. O', text: 'time', sent_ms: i });
  event('breakout.said', { name: 'Dr. O', text: 'time', sent_ms: 499 });
  assert.equal(state.chat.value.length, 200);
  assert.equal(state.chat.value.at(-1)!.sent_ms, 499);
  forgetClass();
});
