// The library of recordings: what is asked for, what is told of rows, what is read and written, without a page.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { captionsFault, isLanguage, languageOf, MOST_BYTES } from '../src/core/library/captions';
import { asFile, filesOf } from '../src/core/library/files';
import { EVERYTHING, type Filter, isNarrow, matches, queryOf, spanOf } from '../src/core/library/filter';
import { canJoin, inOrder, lengthOf, MOST, titleOf, toggled } from '../src/core/library/joining';
import { Library } from '../src/core/library/library';
import { answerOf } from '../src/core/library/shared';
import { canCut, liveUrl, wayOf } from '../src/core/library/ways';
import { size } from '../src/core/library/words';
import { readChapters } from '../src/core/player/chapters';
import { keyPlace, moved, precise, readTime } from '../src/core/player/cut';
import { choicesOf, thriftyOf } from '../src/core/player/sources';
import { type Edition, type Made, type Recording, Refusal } from '../src/core/protocol';

const NOW = Date.UTC(2026, 10, 22, 12);
const DAY = 86_400_000;

function row(id: string, more: Partial<Recording> = {}): Recording {
  return { id, title: id, state: 'ready', started_ms: 1000, duration_ms: 100_000, bytes: 9, url: `/${id}?1`, ...more };
}

const filter = (more: Partial<Filter>): Filter => ({ ...EVERYTHING, ...more });

const MADE: Made = {
  state: 'ready',
  base: '/made/',
  query: 'm=1',
  files: [{ name: 'video.mp4', bytes: 9 }, { name: 'slides.mp4', bytes: 4 }, { name: 'sound.m4a', bytes: 2 }, { name: 'captions-ru.vtt', bytes: 1 }],
};

// --- what is looked for ---

test('only what is set is asked for', () => {
  assert.deepEqual(queryOf(EVERYTHING, NOW), {});
  assert.deepEqual(queryOf(filter({ q: '  lens ', state: 'ready', trash: true }), NOW), { q: 'lens', state: 'ready', trash: true });
  assert.ok(!isNarrow(filter({ trash: true, q: '  ' })));
  assert.ok(isNarrow(filter({ period: 'week' })));
});

test('a period is of whole days', () => {
  const [from, to] = spanOf(filter({ period: 'week' }), NOW);
  assert.ok(NOW - from >= 7 * DAY && NOW - from < 8 * DAY && from % DAY === 0);
  assert.equal(to, 0);
  const own = spanOf(filter({ period: 'own', from: '2026-11-01', to: '2026-11-03' }), NOW);
  assert.deepEqual(own, [new Date(2026, 10, 1).getTime(), new Date(2026, 10, 4).getTime()], 'its last day is within');
  assert.deepEqual(spanOf(filter({ period: 'own', from: 'x', to: '' }), NOW), [0, 0]);
});

test('a row that is told of is one of them, or not', () => {
  assert.ok(matches(row('a'), EVERYTHING, NOW));
  assert.ok(!matches(row('a', { deleted_ms: 5 }), EVERYTHING, NOW));
  assert.ok(matches(row('a', { deleted_ms: 5 }), filter({ trash: true }), NOW));
  assert.ok(!matches(row('a'), filter({ state: 'failed' }), NOW));
  assert.ok(!matches(row('a'), filter({ period: 'week' }), NOW));
  assert.ok(matches(row('a', { started_ms: NOW - DAY }), filter({ period: 'week' }), NOW));
});

// --- several as one ---

test('what is joined is in the order of time, whatever was chosen first', () => {
  const rows = [row('c', { started_ms: 3, title: 'C' }), row('a', { started_ms: 1, title: '' }), row('b', { started_ms: 2, title: 'B' }), row('d', { url: '' })];
  assert.deepEqual(inOrder(['c', 'd', 'gone', 'a'], rows).map((one) => one.id), ['a', 'c'], 'and what is no more there is not joined');
  assert.equal(titleOf(inOrder(['a', 'c', 'b'], rows)), 'B', 'the first that has a name');
  assert.equal(titleOf([]), '');
  assert.equal(lengthOf(inOrder(['a', 'b'], rows)), 200_000);
  assert.deepEqual(rows.map((one) => one.id), ['c', 'a', 'b', 'd'], 'the list stays as it is');
});

test('what runs, was thrown away or has no file cannot be joined, nor more than that', () => {
  assert.ok(canJoin(row('a')) && canJoin(row('a', { state: 'interrupted' })));
  assert.ok(!canJoin(row('a', { state: 'running' })) && !canJoin(row('a', { deleted_ms: 1 })) && !canJoin(row('a', { url: '' })));
  let ids: string[] = [];
  for (let i = 0; i < MOST + 3; i++) ids = toggled(ids, `r${i}`);
  assert.equal(ids.length, MOST);
  assert.deepEqual(toggled(['a', 'b'], 'a'), ['b']);
});

// --- the list ---

type Asked = [t: string, d: Record<string, unknown>];

function shelf(reply: (t: string, d: Record<string, unknown>) => Record<string, unknown>) {
  const asked: Asked[] = [];
  const refused: string[] = [];
  const library = new Library({
    ask: async (t, d) => {
      asked.push([t, d as Record<string, unknown>]);
      return reply(t, d as Record<string, unknown>);
    },
    refused: (code) => void refused.push(code),
  });
  return { library, asked, refused, ids: () => library.rows.value.map((one) => one.id).join(' ') };
}

const wait = (ms: number) => new Promise((go) => setTimeout(go, ms));

test('it is listed in pages, with its quota', async () => {
  const { library, asked, ids } = shelf((_t, d) => ({
    recordings: d.before ? [row('a', { started_ms: 1 })] : [row('c', { started_ms: 3 }), row('b', { started_ms: 2 })],
    more: !d.before,
    quota: { used_bytes: 5, limit_bytes: 10 },
  }));
  await library.load();
  assert.equal(ids(), 'c b');
  assert.ok(library.more.value);
  assert.deepEqual(library.quota.value, { used_bytes: 5, limit_bytes: 10 });
  await library.next();
  assert.equal(ids(), 'c b a');
  assert.deepEqual(asked.map(([, d]) => d), [{ limit: 30 }, { before: 2, limit: 30 }]);
  assert.ok(!library.more.value && !library.busy.value);
  library.close();
});

test('letters that follow each other are one question, and a late answer is none', async () => {
  let slow: ((reply: Record<string, unknown>) => void) | undefined;
  const asked: unknown[] = [];
  const library = new Library({
    ask: (_t, d) => {
      asked.push((d as { q?: string }).q);
      if (asked.length > 1) return Promise.resolve({ recordings: [row('new')] });
      return new Promise((ok) => (slow = ok));
    },
    refused: () => undefined,
  });
  const first = library.load();
  for (const q of ['l', 'le', 'len']) library.narrow({ q });
  assert.deepEqual(asked, [undefined]);
  await wait(350);
  assert.deepEqual(asked, [undefined, 'len']);
  slow!({ recordings: [row('old')] });
  await first;
  assert.deepEqual(library.rows.value.map((one) => one.id), ['new']);
  library.close();
});

test('what cannot be listed is told, and is no empty list', async () => {
  const { library } = shelf(() => {
    throw new Refusal('no_resources');
  });
  await library.load();
  assert.equal(library.error.value, 'no_resources');
  assert.ok(!library.busy.value);
});

test('into the trash, and back', async () => {
  const rows = [row('b', { started_ms: 2 }), row('a', { started_ms: 1 })];
  const { library, asked, ids } = shelf((t) => (t === 'recording.list' ? { recordings: rows } : {}));
  await library.load();
  assert.ok(await library.remove(rows[0]!));
  assert.equal(ids(), 'a');
  assert.equal(library.undo.value?.id, 'b');
  assert.ok(await library.restore(library.undo.value!));
  assert.equal(library.undo.value, null);
  await wait(20);
  assert.equal(ids(), 'b a', 'it is listed again');
  assert.ok(await library.removeForGood(rows[1]!));
  assert.deepEqual(asked.filter(([t]) => t !== 'recording.list'), [
    ['recording.delete', { id: 'b' }],
    ['recording.restore', { id: 'b' }],
    ['recording.delete', { id: 'a', now: true }],
  ]);
  library.close();
});

test('the trash is emptied at once', async () => {
  const { library, asked, ids } = shelf((t) => (t === 'recording.list' ? { recordings: asked.some(([one]) => one === 'recording.empty_trash') ? [] : [row('a', { deleted_ms: 1 })] } : { deleted: 1 }));
  library.narrow({ trash: true });
  await wait(10);
  assert.equal(ids(), 'a');
  library.undo.value = row('a');
  assert.equal(await library.emptyTrash(), 1);
  assert.equal(ids(), '');
  assert.equal(library.undo.value, null, 'nothing comes back from there');
  await wait(10);
  assert.deepEqual(asked.map(([t]) => t), ['recording.list', 'recording.empty_trash', 'recording.list']);
  assert.deepEqual(asked[1]![1], {});
  library.close();
});

test('a trash that cannot be emptied stays as it is', async () => {
  const { library, refused, ids } = shelf((t) => {
    if (t !== 'recording.list') throw new Refusal('unknown_command');
    return { recordings: [row('a', { deleted_ms: 1 })] };
  });
  library.narrow({ trash: true });
  await wait(10);
  assert.equal(await library.emptyTrash(), -1);
  assert.equal(ids(), 'a');
  assert.deepEqual(refused, ['unknown_command']);
  library.close();
});

test('who may not see the trash is shown the list, without a word', async () => {
  const { library, refused, ids } = shelf((_t, d) => {
    if (d.trash) throw new Refusal('forbidden');
    return { recordings: [row('a')] };
  });
  library.narrow({ trash: true });
  await wait(20);
  assert.equal(ids(), 'a');
  assert.ok(!library.filter.value.trash && !library.busy.value);
  assert.deepEqual([library.error.value, refused], ['', []]);
  library.close();
});

test('what is refused changes nothing, and is told', async () => {
  const { library, refused, ids } = shelf((t) => {
    if (t !== 'recording.list') throw new Refusal('forbidden');
    return { recordings: [row('a')] };
  });
  await library.load();
  assert.ok(!(await library.rename(row('a'), 'new')));
  assert.ok(!(await library.remove(row('a'))));
  assert.ok(!(await library.trim(row('a'), 0, 1000, '')));
  assert.ok(!(await library.join(['a', 'b'], '')));
  assert.deepEqual(refused, ['forbidden', 'forbidden', 'forbidden', 'forbidden']);
  assert.equal(ids(), 'a');
  assert.equal(library.row('a')!.title, 'a');
  assert.equal(library.undo.value, null);
});

test('news of the server change the rows that are shown', async () => {
  let rows = [row('c', { started_ms: 3 }), row('a', { started_ms: 1 })];
  const { library, asked, ids } = shelf(() => ({ recordings: rows }));
  await library.load();
  library.tell('recording.ready', row('b', { started_ms: 2 }));
  assert.equal(ids(), 'c b a', 'in its place');
  library.tell('recording.changed', { id: 'b', title: 'renamed' });
  assert.equal(library.row('b')!.title, 'renamed');
  library.tell('recording.changed', { id: 'c', deleted_ms: 5 });
  assert.equal(ids(), 'b a');
  library.tell('recording.gone', { id: 'a' });
  assert.equal(ids(), 'b');
  library.tell('recording.made', { id: 'b', state: 'working', done: 0.4 });
  assert.deepEqual(library.row('b')!.made, { state: 'working', done: 0.4 });
  assert.equal(asked.length, 1);
  rows = [row('b', { made: MADE })];
  library.tell('recording.made', { id: 'b', state: 'ready' });
  await wait(600);
  assert.equal(asked.length, 2, 'its links are asked for');
  assert.deepEqual(library.row('b')!.made, MADE);
  library.close();
});

test('a row without a link, and one of which nobody knows, are listed anew', async () => {
  const { library, asked } = shelf(() => ({ recordings: [row('a')] }));
  await library.load();
  library.tell('recording.ready', row('b', { url: '' }));
  library.tell('recording.changed', { id: 'x', deleted_ms: 0 });
  assert.equal(asked.length, 1);
  await wait(600);
  assert.equal(asked.length, 2, 'once');
  library.close();
});

test('links that are old are made anew before a file is saved', async () => {
  const { library, asked } = shelf(() => ({ recordings: [row('a', { url: '/a?2' })] }));
  await library.load();
  await library.fresh(row('a'));
  assert.equal(asked.length, 1, 'they are young');
  await library.fresh(row('unknown'));
  assert.equal(asked.length, 2);
  assert.deepEqual(asked[1]![1], { before: 1001, limit: 5 });
  await library.renew(row('a', { deleted_ms: 1 })).catch(() => undefined);
  library.close();
});

// --- files ---

test('each file can be saved, as it was recorded and as it was made', () => {
  const editions = [
    { edition: 'full' as const, bytes: 9, ms: 1, url: '/f?1' },
    { edition: 'mkv' as const, bytes: 8, ms: 1, url: '/k' },
    { edition: 'live' as const, bytes: 7, ms: 1, url: '/l' },
    { edition: 'webm' as const, bytes: 6, ms: 1, error: 'disk_full' },
  ];
  const files = filesOf(row('a', { editions, made: MADE }));
  assert.deepEqual(files.map((one) => [one.key, one.bytes]), [['full', 9], ['mkv', 8], ['prepared', 9], ['slides', 4], ['even_sound', 2], ['captions', 1]]);
  assert.deepEqual(files.slice(0, 3).map((one) => one.url), ['/f?1&download=1', '/k?download=1', '/made/video.mp4?m=1&download=1']);
  assert.equal(files.at(-1)!.language, 'ru');
  assert.deepEqual(filesOf(row('a', { url: '' })), []);
  assert.deepEqual(filesOf(row('a')).map((one) => one.url), ['/a?1&download=1']);
  assert.deepEqual(filesOf(row('a', { editions: editions.slice(2, 3) })), [], 'pieces are no file');
  assert.equal(asFile('/x'), '/x?download=1');
});

test('what browsers do not play is not offered to be played', () => {
  const editions = (names: Recording['editions']) => choicesOf(row('a', { editions: names })).map((one) => one.edition);
  const file = (edition: 'full' | 'light' | 'mkv' | 'webm' | 'live') => ({ edition, bytes: 1, ms: 1, url: `/${edition}` });
  assert.deepEqual(editions([file('full'), file('light'), file('mkv'), file('webm'), file('live')]), ['full', 'light', 'webm']);
  const made = choicesOf(row('a', { editions: [file('mkv')], made: MADE }));
  assert.deepEqual(made.map((one) => [one.edition, one.url]), [['mkv', '/made/video.mp4?m=1'], ['slides', '/made/slides.mp4?m=1'], ['sound', '/made/sound.m4a?m=1']], 'what was made of it is');
});

test('a row plays, or says what is the matter', () => {
  const file = (edition: Edition) => ({ edition, bytes: 1, ms: 1, url: `/${edition}` });
  const way = (editions: Recording['editions'], more: Partial<Recording> = {}) => wayOf(row('a', { editions, ...more }));
  assert.equal(way([file('full'), file('mkv')]), 'film');
  assert.equal(way(undefined), 'film', 'of before there were editions');
  assert.equal(way([file('mkv')]), 'saved');
  assert.equal(way([file('mkv')], { made: { state: 'failed', code: 'not_supported' } }), 'saved');
  for (const state of ['waiting', 'working', 'ready'] as const) assert.equal(way([file('mkv')], { made: { state } }), 'soon', state);
  assert.equal(way([file('mkv')], { made: MADE }), 'film');
  assert.equal(way([file('live')]), 'live');
  assert.equal(way([file('mkv'), file('live')], { made: { state: 'working' } }), 'live');
  assert.equal(way([file('live')], { made: MADE }), 'film', 'what is made of it is better');
  assert.equal(way([file('live')], { state: 'running' }), '', 'it runs: there is another button for that');
  assert.equal(way([{ edition: 'live', bytes: 1, ms: 1 }], { url: '', made: MADE }), 'film', 'by a link that has nothing else');
  assert.equal(way([{ edition: 'live', bytes: 1, ms: 1 }], { url: '', made: { state: 'waiting' } }), 'soon');
  assert.equal(way([{ edition: 'full', bytes: 0, ms: 0, error: 'disk_full' }], { url: '', state: 'failed' }), '');
  assert.equal(liveUrl(row('a', { editions: [file('mkv'), file('live')] })), '/live');
});

test('parts are cut only out of what the server cuts', () => {
  const file = (edition: Edition) => ({ edition, bytes: 1, ms: 1, url: `/${edition}` });
  assert.ok(canCut(row('a')) && canCut(row('a', { editions: [file('sound'), file('mkv')] })));
  assert.ok(!canCut(row('a', { url: '' })) && !canCut(row('a', { editions: [file('mkv'), file('live'), file('webm')] })));
  assert.ok(!canJoin(row('a', { editions: [file('mkv')] })));
});

test('who saves data begins with little', () => {
  assert.equal(thriftyOf('save')[0], 'light');
  assert.equal(thriftyOf('slides')[0], 'slides');
  assert.equal(thriftyOf('sound')[0], 'sound');
});

test('sizes are told with the unit that fits', () => {
  assert.ok(/^1\skB$/.test(size(900)));
  assert.ok(/^3\.4\sMB$/.test(size(3_400_000)));
  assert.ok(/^2\.3[45]\sGB$/.test(size(2_345_000_000)));
});

// --- the cut ---

test('the ends of a part stay apart, and within the recording', () => {
  assert.deepEqual(moved({ from: 0, to: 100 }, 'from', 99.96, 100), { from: 99, to: 100 });
  assert.deepEqual(moved({ from: 10, to: 20 }, 'to', 5, 100), { from: 10, to: 11 });
  assert.deepEqual(moved({ from: 10, to: 20 }, 'to', 500, 100.25), { from: 10, to: 100.25 });
  assert.deepEqual(moved({ from: 10, to: 20 }, 'from', -3, 100), { from: 0, to: 20 });
  assert.deepEqual(moved({ from: 10, to: 20 }, 'from', 12.345, 100), { from: 12.3, to: 20 });
  assert.deepEqual(moved({ from: 10, to: 20 }, 'from', NaN, 100), { from: 10, to: 20 });
});

test('keys move an end as they move sliders', () => {
  assert.equal(keyPlace('ArrowRight', false, 10, 100), 11);
  assert.equal(keyPlace('ArrowLeft', true, 10, 100), 9.9);
  assert.equal(keyPlace('PageUp', false, 10, 100), 20);
  assert.equal(keyPlace('Home', false, 10, 100), 0);
  assert.equal(keyPlace('End', false, 10, 100), 100);
  for (const key of ['k', 'Tab', 'Enter', ' ']) assert.equal(keyPlace(key, false, 10, 100), null, key);
});

test('times are written as they are read', () => {
  for (const [s, text] of [[0, '0:00.0'], [62.5, '1:02.5'], [3661.04, '1:01:01.0'], [59.96, '1:00.0']] as const) assert.equal(precise(s), text);
  for (const [text, s] of [['62,5', 62.5], ['1:02.5', 62.5], [' 1:00:00 ', 3600], ['0', 0]] as const) assert.equal(readTime(text), s, text);
  for (const bad of ['', 'x', '1:', ':1', '-3', '1:2:3:4', '1e3', 'NaN']) assert.ok(Number.isNaN(readTime(bad)), bad);
});

// --- captions and chapters ---

test('a file that is no captions is not sent', () => {
  const good = 'WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n';
  assert.equal(captionsFault(good, good.length), '');
  assert.equal(captionsFault(`\ufeff${good}`, 50), '');
  assert.equal(captionsFault('', 0), 'captions_empty');
  assert.equal(captionsFault('1\n00:00:01,000 --> 00:00:02,000\nSubRip\n', 40), 'captions_not_vtt');
  assert.equal(captionsFault('WEBVTT\n', 7), 'captions_empty');
  assert.equal(captionsFault(good, MOST_BYTES + 1), 'captions_too_big');
});

test('the language that a file tells by its name', () => {
  for (const [name, tag] of [['captions-ru.vtt', 'ru'], ['lecture.en.vtt', 'en'], ['a_pt-BR.vtt', 'pt-BR'], ['lecture.vtt', ''], ['ru.srt', '']]) assert.equal(languageOf(name!), tag, name);
  for (const tag of ['en', 'pt-BR', 'zh-Hant-TW']) assert.ok(isLanguage(tag), tag);
  for (const bad of ['', 'e', '../x', 'en-', 'en_US', 'en?x', 'english!']) assert.ok(!isLanguage(bad), bad);
});

test('chapters tell what they begin with', () => {
  const file = [
    { ms: 9000, end_ms: 10000, title: 'Asha', kind: 'hand' },
    { ms: 0, end_ms: 9000, title: ' Algebra · 7 ', kind: 'slide', number: 7 },
    { ms: 10000, title: 'new kind', kind: 'dance' },
    { ms: 'x', title: 'no' },
    { ms: -1, title: 'no' },
    null,
  ];
  assert.deepEqual(readChapters(file), [
    { startS: 0, endS: 9, text: 'Algebra · 7', kind: 'slide' },
    { startS: 9, endS: 10, text: 'Asha', kind: 'hand' },
    { startS: 10, endS: 10, text: 'new kind' },
  ]);
  for (const bad of [null, {}, 'text', 5]) assert.deepEqual(readChapters(bad), []);
});

// --- a link for others ---

test('what a link answers', () => {
  const head = { title: 'T', started_ms: 1, duration_ms: 2 };
  assert.deepEqual(answerOf(200, { ...head, password: true }), { is: 'locked', head });
  assert.deepEqual(answerOf(200, { ...head, download: true, recording: row('a') }), { is: 'whole', whole: { ...head, download: true, recording: row('a') } });
  assert.deepEqual(answerOf(403, { code: 'bad_password' }), { is: 'refused', code: 'bad_password' });
  assert.deepEqual(answerOf(404, null), { is: 'refused', code: 'unknown_share' });
  assert.deepEqual(answerOf(410, 'text'), { is: 'refused', code: 'share_expired' });
  assert.deepEqual(answerOf(500, {}), { is: 'refused', code: 'unknown' });
  assert.deepEqual(answerOf(200, null), { is: 'refused', code: 'unknown' });
});
