import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Member } from '../src/core/protocol';
import { applyEvent, applySnapshot } from '../src/core/reduce';
import { forgetClass, may, state } from '../src/core/state';

const event = (t: string, d: object) => assert.equal(applyEvent(t, d as Record<string, unknown>), true);

const ROOM = { id: 'r1', code: 'K7M4QXW', title: 'Physics' };
const snapshot = (part: object) =>
  applySnapshot({ replayed: false, session: 's', seq: 1, self: 'm1', role: 'student', room: ROOM, now_ms: 0, ...part } as Parameters<
    typeof applySnapshot
  >[0]);

test('what one may comes with the snapshot, and changes', () => {
  forgetClass();
  assert.equal(may('speak'), false);
  snapshot({ caps: ['speak', 'chat'] });
  assert.ok(may('speak') && may('chat') && !may('share'));
  event('caps', { caps: ['share'] });
  assert.ok(!may('speak') && may('share'));
});

test('the switches of the class', () => {
  snapshot({ room: { ...ROOM, kind: 'lecture', locked: true, lobby: false, unmute: false, camera: true, share: true, chat: true } });
  assert.ok(state.policy.value.locked && !state.policy.value.unmute && state.policy.value.chat);
  event('room', { kind: 'exam', locked: false, lobby: true, unmute: false, camera: true, share: true, chat: false });
  assert.ok(!state.policy.value.locked && state.policy.value.lobby && !state.policy.value.chat);
  snapshot({}); // a server that says nothing of it
  assert.ok(state.policy.value.unmute && !state.policy.value.lobby);
});

test('who knocks is told once, and is forgotten by who may no longer admit', () => {
  const one = { id: 'm5', name: 'Vera', role: 'student', since_ms: 1 };
  const two = { id: 'm6', name: 'Ivan', role: 'guest', since_ms: 2 };
  snapshot({ caps: ['admit'], lobby: { n: 1, waiting: [one] } });
  state.notice.value = { key: '' };
  event('lobby', { n: 2, waiting: [one, two] });
  assert.deepEqual(state.notice.value, { key: 'note.knock', vars: { name: 'Ivan' } });
  state.notice.value = { key: '' };
  event('lobby', { n: 1, waiting: [two] });
  assert.equal(state.notice.value.key, '');
  assert.equal(state.lobby.value.n, 1);
  event('caps', { caps: [] });
  assert.equal(state.lobby.value.n, 0);
});

test('what was said of a member by name is shown', () => {
  const member: Member = { id: 'm7', name: 'A', role: 'student', mic: false, cam: false, screen: false, state: 'here' };
  snapshot({ members: [member] });
  event('member.changed', { ...member, denies: ['speak'] });
  assert.deepEqual(state.members.value.get('m7')?.denies, ['speak']);
  event('member.changed', member);
  assert.equal(state.members.value.get('m7')?.denies, undefined);
});
