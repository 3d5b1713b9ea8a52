// The console's lists, pages, pictures and figures, without a page.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actsCsv, fieldWords, findActs, type ActPage } from '../src/core/admin/audit';
import { csv } from '../src/core/admin/csv';
import { capsOf, withOwn, type Word } from '../src/core/admin/grants';
import { Pace } from '../src/core/admin/pace';
import { gather, isWeak, membersOf, worstFirst } from '../src/core/admin/people';
import { builtIn, boxesOf, partsOf, picks } from '../src/core/admin/picks';
import { parsePlace, pathOf as addressOf, TABS } from '../src/core/admin/place';
import { Posters } from '../src/core/admin/posters';
import { choose, found, steady, withListed } from '../src/core/admin/rooms';
import { lineOf, pathOf, roundUp, sumOf } from '../src/core/admin/series';
import { changedOnly, settingFound } from '../src/core/admin/settings';
import type { Act, HealthRows, MemberRow, RoomNow, RoomShow, Setting } from '../src/core/admin/types';

const room = (id: string, more: Partial<RoomNow> = {}) => ({ id, code: `CODE${id}`, title: id, members: 0, weak: 0, waiting: 0, cpu_percent: 0, ...more }) as RoomNow;
const ids = (rows: { id: string }[]) => rows.map((one) => one.id).join(' ');
const member = (id: string, more: Partial<MemberRow> = {}) => ({ id, name: id, level: 'main', why: 'best', loss: 0, rtt_ms: 40, ...more }) as MemberRow;

test('each place has an address, and each address a place', () => {
  for (const tab of TABS) assert.deepEqual(parsePlace(addressOf({ tab, code: '' })), { tab, code: '' });
  assert.deepEqual(parsePlace('/admin/rooms/k7m-4qxw'), { tab: 'rooms', code: 'K7M4QXW' });
  assert.equal(addressOf({ tab: 'rooms', code: 'K7M4QXW' }), '/admin/rooms/K7M4QXW');
  assert.deepEqual(parsePlace('/admin/nonsense'), { tab: 'rooms', code: '' });
  assert.deepEqual(parsePlace('/admin/people/K7M4QXW'), { tab: 'people', code: '' });
  assert.deepEqual(parsePlace('/admin/rooms/%E0%A4'), { tab: 'rooms', code: '' });
});

test('classes are found by title and by code, filtered and sorted', () => {
  const rooms = [room('a', { members: 2, title: 'Beta' }), room('b', { members: 9, weak: 1, title: 'alpha', recording: true }), room('c', { weak: 3, cpu_percent: 40 })];
  assert.ok(found({ title: 'Physics', code: 'K7M4QXW' }, 'k7m-4'));
  assert.ok(found({ title: 'Химия', code: 'K7M4QXW' }, ' хим '));
  assert.ok(!found({ title: 'Physics', code: 'K7M4QXW' }, 'chem'));
  assert.equal(ids(choose(rooms, '', 'all', 'server')), 'a b c');
  assert.equal(ids(choose(rooms, '', 'all', 'members')), 'b a c');
  assert.equal(ids(choose(rooms, '', 'all', 'weak')), 'c b a');
  assert.equal(ids(choose(rooms, '', 'all', 'cpu')), 'c a b');
  assert.equal(ids(choose(rooms, '', 'all', 'title')), 'b a c');
  assert.equal(ids(choose(rooms, '', 'people', 'server')), 'a b');
  assert.equal(ids(choose(rooms, '', 'recording', 'server')), 'b');
  assert.equal(ids(rooms), 'a b c'); // untouched
});

test('what is worked with keeps its place', () => {
  const rows = [room('c'), room('x'), room('a'), room('b')];
  assert.equal(ids(steady(['a', 'b', 'c', 'gone'], rows)), 'a b c x');
  assert.equal(ids(steady([], rows)), 'c x a b');
});

test('classes that are listed only stand behind the others, once', () => {
  const row = (id: string) => ({ id, code: id, title: id, members: 1, recording: true, lecturer_url: '', student_url: '' });
  const all = withListed([room('a', { members: 5 })], [row('a'), row('b')]);
  assert.equal(ids(all), 'a b');
  assert.equal(all[0]!.members, 5);
  assert.deepEqual([all[1]!.recording, all[1]!.weak], [true, 0]);
});

test('weak is whose link carries less than it should, the worst first', () => {
  assert.ok(!isWeak(member('a')));
  assert.ok(!isWeak(member('a', { why: 'link', level: 'main' })));
  assert.ok(!isWeak(member('a', { why: 'member', level: 'sound' })));
  assert.ok(isWeak(member('a', { why: 'link', level: 'mid' })));
  assert.ok(isWeak(member('a', { loss: 5 })));
  assert.ok(isWeak(member('a', { rtt_ms: 900 })));
  const rows = [member('lossy', { loss: 9 }), member('still', { level: 'still', why: 'link' }), member('lost', { why: 'lost' }), member('slow', { rtt_ms: 900 })];
  assert.equal(ids([...rows].sort(worstFirst)), 'lost still lossy slow');
});

test('members come page by page, and never in circles', async () => {
  const page = (members: string[], next: number) => ({ members: members.map((id) => member(id)), next }) as unknown as RoomShow;
  const pages: Record<number, RoomShow> = { 0: page(['a', 'b'], 2), 2: page(['c'], 4), 4: page(['d'], 4) };
  const asked: number[] = [];
  const ask = async (_: string, from: number) => {
    asked.push(from);
    return pages[from]!;
  };
  assert.equal(ids((await membersOf(ask, 'X', 100)).members), 'a b c d');
  assert.deepEqual(asked, [0, 2, 4]);
  const some = await membersOf(ask, 'X', 3);
  assert.deepEqual([ids(some.members), some.next], ['a b c', 4]);
});

test('a class that ends meanwhile is left out', async () => {
  const ask = async (code: string) => {
    if (code === 'CODEb') throw new Error('no_room');
    return { members: [member(`of ${code}`)], next: 0 } as unknown as RoomShow;
  };
  let refused = 0;
  const people = await gather(ask, [room('a'), room('b'), room('c')], 10, () => refused++);
  assert.deepEqual(people.map((one) => `${one.id} ${one.title}`), ['of CODEa a', 'of CODEc c']);
  assert.equal(refused, 1);
  assert.equal((await gather(ask, [room('a'), room('c')], 1, () => undefined)).length, 1);
});

const act = (id: number, command: string) => ({ id: String(id), at_ms: 0, name: 'Dr. Rao', role: 'lecturer', room: 'r1', command, fields: { member: 'm9' }, result: 'ok', actor: 'm1', seat: '', network: '203.0.113.0/24', door: 'ws', code: 'K7M4QXW' }) as Act;

test('acts are asked for until enough of them match', async () => {
  const all = Array.from({ length: 350 }, (_, i) => act(350 - i, i % 100 === 99 ? 'layout.set' : 'room.set'));
  const asked: unknown[] = [];
  const ask = async (d: { before?: string; limit: number }): Promise<ActPage> => {
    asked.push(d);
    const from = d.before ? all.findIndex((one) => one.id === d.before) + 1 : 0;
    const acts = all.slice(from, from + d.limit);
    return { acts, more: from + d.limit < all.length };
  };
  const rare = await findActs(ask, { code: '', who: '', command: 'layout' }, 2);
  assert.deepEqual([rare.acts.length, rare.more, rare.last], [2, true, '151']);
  assert.deepEqual(asked, [{ limit: 100 }, { limit: 100, before: '251' }]);
  const rest = await findActs(ask, { code: '', who: '', command: 'layout' }, 5, rare.last);
  assert.deepEqual([rest.acts.length, rest.more], [1, false]);
  asked.length = 0;
  await findActs(ask, { code: 'K7M4QXW', who: ' Rao ', command: '' }, 50);
  assert.deepEqual(asked, [{ limit: 50, code: 'K7M4QXW', who: 'Rao' }]);
});

test('a table for spreadsheets, in which nothing is a formula', () => {
  assert.equal(csv([['a', 1], ['say "hi", then', 'two\nlines']]), 'a,1\r\n"say ""hi"", then","two\nlines"\r\n');
  assert.equal(csv([['=1+1', '-2', '@x', -2]]), "'=1+1,'-2,'@x,-2\r\n");
  const [head, row] = actsCsv([act(7, 'member.remove')]).split('\r\n');
  assert.equal(head!.split(',').length, row!.split(',').length);
  assert.ok(row!.startsWith('7,1970-01-01T00:00:00.000Z,Dr. Rao,lecturer,'));
  assert.equal(fieldWords({ member: 'm9', ban: true }), 'member: m9, ban: true');
  assert.equal(fieldWords(null), '');
});

test('lines of figures, with gaps where nothing is known', () => {
  const health: HealthRows = { now_ms: 0, names: ['members', 'loss_percent'], seconds: [[1, -1], [3, 0.5], [2, -1]], minutes: [] };
  assert.deepEqual(lineOf(health, 'members', health.seconds), [1, 3, 2]);
  assert.deepEqual(lineOf(health, 'loss_percent', health.seconds), [null, 0.5, null]);
  assert.deepEqual(lineOf(health, 'later', health.seconds), [null, null, null]);
  assert.deepEqual(sumOf([1, 3, null, 2]), { now: 2, least: 1, most: 3, mean: 2 });
  assert.equal(sumOf([null]), null);
  assert.equal(pathOf([0, 2, 1], 2, 3), 'M0.0 160.0L300.0 0.0L600.0 80.0');
  assert.equal(pathOf([2, null, 2], 2, 3), 'M0.0 0.0h.1M600.0 0.0h.1');
  assert.equal(pathOf([1], 2, 3), 'M600.0 80.0h.1'); // the newest stands at the end
});

test('a scale ends at a number that can be read', () => {
  assert.deepEqual([0, 0.3, 1, 3, 12, 100, 101, 912000].map(roundUp), [1, 0.5, 1, 5, 20, 100, 200, 1000000]);
});

test('settings are found by key and by value, but not by what is secret', () => {
  const setting = (more: Partial<Setting>) => ({ key: 'log_level', value: 'info', usual: 'info', from: 'default', secret: false, live: true, unit: '', ...more }) as Setting;
  assert.ok(settingFound(setting({}), 'LOG'));
  assert.ok(settingFound(setting({}), 'info'));
  assert.ok(!settingFound(setting({ secret: true, value: 'hush' }), 'hush'));
  assert.ok(!changedOnly(setting({})));
  assert.ok(!changedOnly(setting({ from: 'file' })));
  assert.ok(changedOnly(setting({ from: 'file', value: 'debug' })));
  assert.ok(changedOnly(setting({ from: 'file', secret: true })));
});

test('layouts are offered with the values of their choices', () => {
  const layouts = [
    { name: 'grid', own: false },
    { name: 'strip', own: false, params: { side: ['bottom', 'top'], strip: { min: 1, max: 5, usual: 3 } } },
  ];
  assert.deepEqual(picks(layouts), ['grid', 'strip', 'strip side=top']);
  assert.deepEqual(partsOf('strip side=top'), { name: 'strip', params: 'side=top' });
  assert.deepEqual(partsOf('grid'), { name: 'grid', params: '' });
  assert.equal(builtIn('grid')!.length, 9);
  assert.equal(builtIn('strip'), null);
  assert.deepEqual(boxesOf([{ x: 0, y: 5040, w: 10080, h: 5040 }]), [{ x: 0.5, y: 45.5, w: 159, h: 44, kind: 'camera' }]);
});

test('requests of the console keep below what the server takes', async () => {
  let now = 0;
  const waits: number[] = [];
  const pace = new Pace(() => now, async (ms) => void waits.push(ms));
  for (let i = 0; i < 12; i++) await pace.turn();
  assert.deepEqual(waits, []);
  await pace.turn();
  await pace.turn();
  assert.deepEqual(waits, [210, 420]);
  now = 60000;
  await pace.turn();
  assert.equal(waits.length, 2);
  pace.slow();
  await pace.turn();
  assert.equal(waits.at(-1), 1210);
});

test('pictures: only of what is in sight, a few at once, and each again after a while', async () => {
  let now = 0;
  let wanted = true;
  const asked: string[] = [];
  const shown: string[] = [];
  let answers: ((jpeg: string) => void)[] = [];
  (globalThis as { window?: unknown }).window ??= globalThis;
  const posters = new Posters(
    {
      ask: (code) => {
        asked.push(code);
        return new Promise((ok) => answers.push(ok));
      },
      show: (code, jpeg) => shown.push(`${code} ${jpeg}`),
      wanted: () => wanted,
    },
    () => now,
  );
  const answer = async () => {
    const all = answers;
    answers = [];
    for (const one of all) one('jpeg');
    await Promise.resolve();
    await Promise.resolve();
  };
  for (const code of ['a', 'b', 'c']) posters.watch(code);
  assert.deepEqual(asked, ['a', 'b']);
  posters.unwatch('b');
  await answer();
  assert.deepEqual(shown, ['a jpeg']); // b went out of sight
  assert.deepEqual(asked, ['a', 'b', 'c']);
  await answer();
  posters.turn();
  assert.equal(asked.length, 3); // not yet again
  now = 3001;
  wanted = false;
  posters.turn();
  assert.equal(asked.length, 3);
  wanted = true;
  posters.turn();
  assert.deepEqual(asked.slice(3), ['a', 'c']);
  posters.unwatch('a');
  posters.unwatch('c');
  await answer();
  now = 9000;
  posters.turn();
  assert.equal(asked.length, 5);
});

test('rights: only what is changed is asked for, each word by itself', () => {
  const now = (cap: string): Word => (cap === 'chat' ? 'deny' : cap === 'share' ? 'grant' : 'usual');
  assert.equal(capsOf({}, now), null);
  assert.equal(capsOf({ chat: 'deny', share: 'grant', speak: 'usual' }, now), null);
  assert.deepEqual(capsOf({ chat: 'usual', share: 'deny', record: 'grant', layout: 'grant' }, now), { usual: ['chat'], deny: ['share'], grant: ['record', 'layout'] });
  const members = [member('a'), member('b', { grants: ['speak'] }), member('c', { grants: [], denies: ['chat'] }), member('d', { grants: [], denies: [] })];
  assert.equal(ids(withOwn(members)), 'b c');
});
