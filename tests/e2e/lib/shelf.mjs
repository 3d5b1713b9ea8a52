// A shelf of recordings behind the socket of a page, in all states that one can be in: what the page asks for of recordings is
// answered here, all else by the server. Its files are given, too.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const CHAPTERS = [
  ['slide', 0, 'Light and mirrors · 1'],
  ['mark', 8, 'Definition of focus'],
  ['speaker', 15, 'Иван Петров'],
  ['hand', 21, 'Asha'],
  ['slide', 30, 'Light and mirrors · 2'],
  ['layout', 42, ''],
  ['screen', 55, 'Maria'],
  ['mark', 70, '0:01:10'],
  ['slide', 80, 'Light and mirrors · 3'],
];

function chapters() {
  return JSON.stringify(CHAPTERS.map(([kind, s, title], i) => ({ ms: s * 1000, end_ms: (CHAPTERS[i + 1]?.[1] ?? 120) * 1000, title, kind })));
}

const LONG = 'the angle of incidence equals the angle of reflection, and that holds for each ray that falls onto the mirror, wherever it may come from';

export const CAPTIONS = `WEBVTT\n\n00:00.000 --> 00:20.000\n<v Maria>Welcome &amp; hello</v>\n\n00:20.000 --> 02:00.000\n${`${LONG}; `.repeat(4)}\n`;

function waveform() {
  const data = Array.from({ length: 1200 }, (_none, i) => (i % 2 ? 1 : -1) * Math.round(20 + 90 * Math.abs(Math.sin(i / 37))));
  return JSON.stringify({ version: 2, channels: 1, sample_rate: 8000, samples_per_pixel: 1600, bits: 8, length: 600, data });
}

function made(id, more = {}) {
  const files = [
    { name: 'video.mp4', bytes: 3_400_000 },
    { name: 'slides.mp4', bytes: 1_100_000 },
    { name: 'sound.m4a', bytes: 480_000 },
    { name: 'poster.jpg', bytes: 20_000 },
    { name: 'chapters.json', bytes: 600 },
    { name: 'chapters.vtt', bytes: 400 },
    { name: 'waveform.json', bytes: 5000 },
    { name: 'captions-en.vtt', bytes: 900 },
    { name: 'captions-ru.vtt', bytes: 900 },
  ];
  return { state: 'ready', base: `/api/v1/recordings/${id}/made/`, query: 'm=1&sig=x', files, ...more };
}

function editions(id) {
  const url = (edition) => `/api/v1/recordings/${id}/${edition}?sig=x`;
  return [
    { edition: 'full', bytes: 3_400_000, ms: 120_000, url: url('full') },
    { edition: 'light', bytes: 1_400_000, ms: 120_000, url: url('light') },
    { edition: 'mkv', bytes: 3_500_000, ms: 120_000, url: url('mkv') },
    { edition: 'live', bytes: 3_300_000, ms: 120_000, url: url('live') },
  ];
}

function shelfOf(nowMs) {
  const row = (id, title, ago, more) => ({ id, title, state: 'ready', started_ms: nowMs - ago, duration_ms: 120_000, bytes: 3_400_000, url: `/api/v1/recordings/${id}?sig=x`, ...more });
  return [
    row('r1', 'Physics 8B: light, mirrors and lenses', HOUR_MS, { editions: editions('r1'), made: made('r1'), shares: 2, gone_ms: nowMs + 30 * DAY_MS }),
    row('r2', 'Физика 8Б: свет, зеркала и линзы, повторение перед контрольной работой', 20 * HOUR_MS, { made: { state: 'working', done: 0.4 } }),
    row('r3', '', 2 * DAY_MS, { state: 'interrupted', made: { state: 'waiting' }, keep: true }),
    row('r4', 'Mirrors only', 3 * DAY_MS, { state: 'running', url: '', bytes: 0, duration_ms: 0, of: 'r1' }),
    row('r5', 'Chemistry, an old one', 40 * DAY_MS, { bytes: 2_345_000_000, duration_ms: 5_400_000 }),
    row('t1', 'A test of the sound', 5 * DAY_MS, { deleted_ms: nowMs - DAY_MS, gone_ms: nowMs + 6 * DAY_MS }),
  ];
}

/** What did not become what it should, each in its own way. */
export function troubled(nowMs) {
  const row = (id, title, more) => ({ id, title, state: 'ready', started_ms: nowMs, duration_ms: 120_000, bytes: 3_400_000, url: `/api/v1/recordings/${id}?sig=x`, ...more });
  const file = (id, edition, more) => ({ edition, bytes: 3_400_000, ms: 120_000, url: `/api/v1/recordings/${id}/${edition}?sig=x`, ...more });
  const none = (edition, error) => ({ edition, bytes: 0, ms: 0, error });
  return [
    row('full-disk', 'Optics on a full disk', { state: 'interrupted', editions: [file('full-disk', 'full', { error: 'disk_full' }), none('light', 'too_slow'), none('push', 'push_failed')] }),
    row('no-cut', 'A part of nothing', { state: 'failed', url: '', bytes: 0, duration_ms: 0, of: 'gone', editions: [none('full', 'no_file')] }),
    row('later', 'Left for later', { state: 'waiting', url: '', bytes: 0, duration_ms: 0, editions: [none('full', 'write_failed')] }),
    row('mkv-soon', 'For an editor, being prepared', { editions: [file('mkv-soon', 'mkv')], made: { state: 'waiting' } }),
    row('mkv', 'For an editor alone', { editions: [file('mkv', 'mkv')], made: { state: 'failed', code: 'not_supported' } }),
    row('live', 'Only to go back', { editions: [file('live', 'live', { url: '/api/v1/live/live/sig/index.m3u8' })], made: { state: 'failed', code: 'no_file' } }),
  ];
}

/** What the server would answer; `rows` change as they would there. */
function answers(shelf) {
  const of = (id) => shelf.rows.find((one) => one.id === id);
  const some = (row) => row ?? Promise.reject(new Error('unknown_recording'));
  return {
    'recording.list': ({ q = '', state, trash, before = Infinity, from_ms = 0, to_ms = Infinity }) => {
      const rows = shelf.rows.filter((one) => !!one.deleted_ms === !!trash && (!state || one.state === state));
      const found = rows.filter((one) => one.title.toLowerCase().includes(q.toLowerCase()));
      const within = found.filter((one) => one.started_ms < Math.min(before, to_ms) && one.started_ms >= from_ms);
      return { recordings: within, more: false, quota: { used_bytes: 9_300_000_000, limit_bytes: 10_000_000_000 } };
    },
    'record.options': () => ({
      editions: [{ edition: 'full', hour_mb: 204, usual: true }, { edition: 'light', hour_mb: 67, usual: false }, { edition: 'mkv', hour_mb: 175, usual: false }],
      layout: 'lecture-pip names=on',
      left_bytes: 136_000_000,
    }),
    'recording.marks': () => ({ marks: [] }),
    'recording.rename': async ({ id, title }) => void Object.assign(await some(of(id)), { title }),
    'recording.delete': async ({ id, now }) => {
      const row = await some(of(id));
      if (now || row.deleted_ms) shelf.rows = shelf.rows.filter((one) => one !== row);
      else Object.assign(row, { deleted_ms: Date.now(), gone_ms: Date.now() + 7 * DAY_MS });
    },
    'recording.empty_trash': () => {
      const kept = shelf.rows.filter((one) => !one.deleted_ms);
      const deleted = shelf.rows.length - kept.length;
      shelf.rows = kept;
      return { deleted };
    },
    'recording.restore': async ({ id }) => void Object.assign(await some(of(id)), { deleted_ms: 0, gone_ms: undefined }),
    'recording.keep': async ({ id, keep }) => void Object.assign(await some(of(id)), { keep, gone_ms: keep ? undefined : Date.now() + 9 * DAY_MS }),
    'recording.trim': async ({ id, title }) => {
      const row = await some(of(id));
      shelf.rows.unshift({ ...row, id: 'cut', title, of: id, state: 'running', started_ms: row.started_ms + 1, url: '', made: undefined, editions: [], shares: 0 });
      return { id: 'cut' };
    },
    'recording.join': ({ ids, title }) => {
      shelf.rows.unshift({ ...of(ids[0]), id: 'both', title, joined: ids, state: 'running', started_ms: of(ids[0]).started_ms + 1, url: '', made: undefined, editions: [], shares: 0 });
      return { id: 'both' };
    },
    'recording.shares': () => ({ shares: shelf.shares }),
    'recording.share': ({ days, password, download }) => {
      const share = { id: `s${shelf.shares.length + 1}`, url: '/s/abcDEF123', expires_ms: Date.now() + days * DAY_MS, password: !!password, download, made_ms: Date.now(), opened: 0 };
      shelf.shares.push(share);
      return share;
    },
    'recording.unshare': ({ id }) => void (shelf.shares = shelf.shares.filter((one) => one.id !== id)),
    'recording.captions': ({ id }) => ({ url: `/api/v1/recordings/${id}/captions/`, query: 'm=1&sig=x', languages: shelf.languages }),
  };
}

function part(reply, body, type) {
  const range = /^bytes=(\d+)-(\d*)$/.exec(reply.request().headers().range ?? '');
  if (!range) return reply.fulfill({ status: 200, body, headers: { 'content-type': type, 'accept-ranges': 'bytes' } });
  const from = Number(range[1]);
  const to = Math.min(body.length - 1, range[2] ? Number(range[2]) : body.length - 1);
  const headers = { 'content-type': type, 'accept-ranges': 'bytes', 'content-range': `bytes ${from}-${to}/${body.length}` };
  return reply.fulfill({ status: 206, body: body.subarray(from, to + 1), headers });
}

/** Before the page is opened. video, poster: files; pieces: the folder of a list of pieces. Returns what is on it, and what was asked for. */
export async function placeShelf(page, { video, poster, pieces }) {
  const shelf = { rows: shelfOf(Date.now()), shares: [], languages: ['en', 'ru'], asked: [], sent: [] };
  const answer = answers(shelf);
  await page.routeWebSocket(/\/ws\b/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((text) => {
      const { t, id, d = {} } = JSON.parse(text);
      if (!answer[t]) return server.send(text);
      shelf.asked.push({ t, d });
      const say = (reply) => socket.send(JSON.stringify(reply));
      return Promise.resolve()
        .then(() => answer[t](d))
        .then((reply) => say({ t: 'ok', id, d: reply ?? {} }), (why) => say({ t: 'err', id, code: why.message }));
    });
    shelf.tell = (t, d) => socket.send(JSON.stringify({ t, d }));
  });
  const [film, picture] = [readFileSync(video), readFileSync(poster)];
  await page.route('**/api/v1/recordings/**', (reply) => {
    const { pathname } = new URL(reply.request().url());
    if (pathname.includes('/captions/')) {
      shelf.sent.push({ method: reply.request().method(), pathname, body: reply.request().postData() });
      const tag = pathname.split('/').at(-1);
      shelf.languages = shelf.languages.filter((one) => one !== tag);
      if (reply.request().method() === 'PUT') shelf.languages.push(tag);
      return reply.fulfill({ status: 204 });
    }
    if (pathname.endsWith('poster.jpg')) return reply.fulfill({ body: picture, contentType: 'image/jpeg' });
    if (pathname.endsWith('chapters.json')) return reply.fulfill({ body: chapters(), contentType: 'application/json' });
    if (/captions-\w+\.vtt$/.test(pathname)) return reply.fulfill({ body: CAPTIONS, contentType: 'text/vtt' });
    if (pathname.endsWith('waveform.json')) return reply.fulfill({ body: waveform(), contentType: 'application/json' });
    return part(reply, film, 'video/mp4');
  });
  await page.route('**/api/v1/live/**', (reply) => reply.fulfill({ path: join(pieces, new URL(reply.request().url()).pathname.split('/').at(-1)) }));
  return shelf;
}
