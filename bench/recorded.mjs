// A whole recorded class: senders who flash and beep, layouts that change, people who come and go, a shared screen,
// marks. When it ends: how soon is it ready, is it as long as the class was, are sound and picture still together at the
// end, are the marks where they were set, does all of it decode, does it play and seek in Chromium? A real server, real
// members. Prints "name value" lines for report.mjs; the exit code is 1 if something is not as it should be.
//
//   AULA_BIN=build/aulad AULA_PLUGINS=build/plugins/.libs node bench/recorded.mjs
//
// RECORD_S: seconds (1800). RECORD_KEEP=FOLDER keeps the recording.

import { spawn } from 'node:child_process';
import { copyFileSync, createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { openBrowser } from '../tests/e2e/lib/browser.mjs';
import { pictureTimes, probe, samples } from '../tests/e2e/lib/media.mjs';
import { openPage, press } from '../tests/e2e/lib/pupil.mjs';
import { openTarget } from '../tests/e2e/lib/target.mjs';
import { openMember } from '../tests/e2e/lib/ws.mjs';
import { median } from './slope.mjs';

const LOADGEN = join(dirname(process.env.AULA_BIN ?? 'build/aulad'), 'bench', 'loadgen');
const SECONDS = Number(process.env.RECORD_S ?? 1800);
const LAYOUTS = ['grid', 'speaker-strip', 'one-plus-five', 'grid', 'side-by-side', 'panel'];
const LAYOUT_S = Math.max(10, Math.min(60, SECONDS / 8));
const COME_S = 15;
const MARK_S = Math.max(15, Math.min(200, SECONDS / 6));
const SHARE = [0.4, 0.5]; // of the time
const SETTLE_S = 20; // before it is recorded, and of the file what is not judged
const READY_S = 600;

const EVERY_S = 5.04; // between two flashes, see loadgen_beacon.h
const TONE_S = 0.1;
const TONES = [3700, 4900, 6100];
const LOOKS = [(_u, v) => v >= 180, (u) => u >= 180, (u, v) => u < 90 && v < 90];
const SEEN = 0.01; // of the picture
const FEW = 0.5; // of all flashes that must be found: not everybody is in each layout
const [W, H] = [160, 90];
const HZ = 48000;

const SKEW_MS = 40;
const LONG_S = 0.5;
const CHAPTER_S = 1.5;

const failures = [];
const judge = (good, what) => good || failures.push(what);
const print = (name, value, digits = 0) => console.log(`${name} ${value.toFixed(digits)}`);
const sleep = (ms) => new Promise((go) => setTimeout(go, Math.max(0, ms)));

// ---- the class ----------------------------------------------------------------------------------------------------------

function crowd(server, code) {
  const args = ['--url', `wss://127.0.0.1:${server.port}`, '--code', code, '--senders', 7, '--viewers', 6, '--joins', 5];
  args.push('--seconds', SECONDS + SETTLE_S + 30, '--sync', '--quiet');
  const child = spawn(LOADGEN, args.map(String), { stdio: ['ignore', 'ignore', 'inherit'] });
  process.once('SIGINT', () => child.kill()).once('SIGTERM', () => child.kill());
  return child;
}

/** Does `what` each so many seconds until the time is over; what goes wrong in it is told at the end. */
async function each(seconds, until, what) {
  for (let n = 0, next = performance.now() + seconds * 1000; next < until; n++, next += seconds * 1000) {
    await sleep(next - performance.now());
    await what(n).catch((why) => judge(false, `${what.name}: ${why.message}`));
  }
}

async function share(server, room, from) {
  const browser = await openBrowser();
  try {
    const page = await openPage(browser, { url: room.student_url, name: 'Sharer', colour: 'blue', toneHz: 500 });
    await sleep(from + SHARE[0] * SECONDS * 1000 - performance.now());
    await press(page, 'share');
    await sleep(from + SHARE[1] * SECONDS * 1000 - performance.now());
    await press(page, 'share');
  } finally {
    await browser.close();
  }
}

/** Runs it; when each mark was set, in s of the wall clock. */
async function hold(server, room, lecturer) {
  const from = performance.now();
  const until = from + SECONDS * 1000;
  const marks = [];
  const layouts = async (n) => lecturer.request('layout.set', { name: LAYOUTS[n % LAYOUTS.length] });
  const comes = async (n) => {
    const one = await openMember({ link: room.student_url, name: `Late ${n}` });
    await sleep(COME_S * 600);
    one.close();
  };
  const mark = async (n) => {
    marks.push({ text: `Theorem ${n + 1}`, at: Date.now() / 1000 });
    await lecturer.request('record.mark', { text: `Theorem ${n + 1}` });
  };
  await Promise.all([
    each(LAYOUT_S, until, layouts),
    each(COME_S, until - 1000 * COME_S, comes),
    each(MARK_S, until - 5000, mark),
    share(server, room, from).catch((why) => judge(false, `the shared screen: ${why.message}`)),
    sleep(SECONDS * 1000),
  ]);
  return marks;
}

// ---- the file -----------------------------------------------------------------------------------------------------------

async function save(server, url, file) {
  await new Promise((ok, fail) => {
    get(new URL(url, server.origin), { rejectUnauthorized: false, agent: false }, (reply) => {
      if (reply.statusCode !== 200) return fail(new Error(`${url}: ${reply.statusCode}`));
      return pipeline(reply, createWriteStream(file)).then(ok, fail);
    }).once('error', fail);
  });
}

/** For each beacon when its colour came into the picture, s. */
function flashes(file, times) {
  const child = spawn('ffmpeg', ['-v', 'error', '-i', file, '-map', '0:v:0', '-fps_mode', 'passthrough', '-vf', `scale=${W}:${H}:flags=area`, '-pix_fmt', 'yuv420p', '-f', 'rawvideo', '-']);
  const size = (W * H * 3) / 2;
  const found = LOOKS.map(() => []);
  const shown = LOOKS.map(() => false);
  let rest = Buffer.alloc(0);
  let n = 0;
  const look = (frame) => {
    const u = frame.subarray(W * H, (W * H * 5) / 4);
    const v = frame.subarray((W * H * 5) / 4);
    LOOKS.forEach((has, which) => {
      let seen = 0;
      for (let i = 0; i < u.length; i++) seen += has(u[i], v[i]) ? 1 : 0;
      const now = seen / u.length >= SEEN;
      if (now && !shown[which]) found[which].push(times[n]);
      shown[which] = now;
    });
    n++;
  };
  return new Promise((ok, fail) => {
    child.stdout.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      let at = 0;
      for (; at + size <= rest.length; at += size) look(rest.subarray(at, at + size));
      rest = rest.subarray(at);
    });
    child.once('error', fail);
    child.once('close', () => ok(found));
  });
}

/** When a tone of this frequency begins, s: its strength over 5 ms, which rises to half of what it will be. */
function beeps(pcm, hz) {
  const span = HZ / 200;
  const turn = (2 * Math.PI * hz) / HZ;
  const list = [];
  let deaf = 0;
  for (let i = 0; i + span <= pcm.length; i += span / 5) {
    if (i < deaf) continue;
    let re = 0;
    let im = 0;
    for (let k = 0; k < span; k++) {
      re += pcm[i + k] * Math.cos(turn * k);
      im += pcm[i + k] * Math.sin(turn * k);
    }
    if ((2 * Math.hypot(re, im)) / span < 0.04) continue;
    list.push((i + span / 2) / HZ);
    deaf = i + HZ * TONE_S * 3;
  }
  return list;
}

/** The tone behind each flash, ms. */
function skews(seen, heard) {
  const list = [];
  for (const at of seen) {
    const near = heard.reduce((best, t) => (Math.abs(t - at) < Math.abs(best - at) ? t : best), Infinity);
    if (Math.abs(near - at) < EVERY_S / 4) list.push([at, (near - at) * 1000]);
  }
  return list;
}

async function judgeSkew(file, times, index) {
  const seen = await flashes(file, times);
  const pcm = await samples(file, index);
  const all = TONES.map((hz, which) => skews(seen[which], beeps(pcm, hz)));
  const end = times.at(-1);
  const span = Math.min(120, end / 4);
  const of = (list) => (list.length < 4 ? NaN : median(list.map(([, ms]) => ms))); // a layout may show one anew in its flash
  const first = all.map((list) => of(list.filter(([at]) => at < span)));
  const last = all.map((list) => of(list.filter(([at]) => at > end - span)));
  const worst = (list) => list.filter(Number.isFinite).reduce((most, ms) => (Math.abs(ms) > Math.abs(most) ? ms : most), 0);
  console.error(`# sound behind picture in the file, ms, by beacon: first ${first.map((ms) => ms.toFixed(0))}, last ${last.map((ms) => ms.toFixed(0))}; ${all.map((list) => list.length)} flashes with a tone`);
  // the clock of the second one's sound and picture is fast, that of the third one's sound alone: all of that is taken out live
  print('recorded_skew_end_ms', worst(last), 1);
  print('recorded_skew_change_ms', worst(last.map((ms, i) => ms - first[i])), 1);
  judge(all.some((list) => list.length >= (SECONDS / EVERY_S) * FEW), 'hardly any flash has a tone');
  judge(Math.abs(worst(last)) <= SKEW_MS, `sound is ${worst(last).toFixed(0)} ms behind the picture at the end`);
}

/** {title: seconds} of a WebVTT file. */
function chaptersOf(text) {
  const list = {};
  for (const [, h, m, s, title] of text.matchAll(/^(?:(\d+):)?(\d\d):(\d\d\.\d+) --> .*\n(.+)$/gm)) list[title.trim()] = Number(h ?? 0) * 3600 + Number(m) * 60 + Number(s);
  return list;
}

function judgeMarks(text, marks, zero) {
  const chapters = chaptersOf(text);
  const off = marks.map(({ text: title, at }) => Math.abs((chapters[title] ?? Infinity) - (at - zero)));
  console.error(`# marks are off by ${off.map((s) => s.toFixed(2)).join(', ')} s; ${Object.keys(chapters).length} chapters`);
  judge(
    off.every((s) => s <= CHAPTER_S),
    'a mark is not where it was set',
  );
  print('recorded_marks_off_s', Math.max(...off), 2);
}

async function judgeBrowser(server, url) {
  const browser = await openBrowser();
  try {
    const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
    await page.goto(`${server.origin}/version`);
    const seeks = await page.evaluate(async (src) => {
      const video = document.createElement('video');
      video.muted = true;
      video.src = src;
      const event = (name) => new Promise((ok, fail) => {
        video.addEventListener(name, ok, { once: true });
        video.addEventListener('error', () => fail(new Error(video.error?.message)), { once: true });
        setTimeout(() => fail(new Error(`no ${name}`)), 20000);
      });
      document.body.append(video);
      await video.play();
      const times = [];
      for (const part of [0.5, 0.1, 0.95, 0.33]) {
        const from = performance.now();
        const sought = event('seeked');
        video.currentTime = video.duration * part;
        await sought;
        times.push(performance.now() - from);
      }
      return times;
    }, new URL(url, server.origin).href);
    console.error(`# seeks in Chromium: ${seeks.map((ms) => ms.toFixed(0)).join(', ')} ms`);
  } catch (why) {
    judge(false, `Chromium: ${why.message}`);
  } finally {
    await browser.close();
  }
}

// ---- all of it -----------------------------------------------------------------------------------------------------------

const server = await openTarget({ conf: { derive: 'true', log_level: '"error"', max_joins: 1000, max_joins_per_address: 1000, max_strangers_per_address: 200 } });
const dir = mkdtempSync(join(tmpdir(), 'aula-recorded-'));
let child;
const told = new Map();
const waits = new Map();
const tell = (name, d) => {
  told.set(name, d);
  waits.get(name)?.(d);
};
const wait = (name, seconds) =>
  new Promise((ok, fail) => {
    if (told.has(name)) return ok(told.get(name));
    waits.set(name, ok);
    setTimeout(() => fail(new Error(`no ${name} in ${seconds} s`)), seconds * 1000).unref();
  });
const onEvent = (t, d) => {
  if (t === 'record.state' && d.on && d.since_ms && !d.paused) tell('began', d);
  if (t === 'recording.ready') tell('ready', d);
  if (t === 'recording.made' && (d.state === 'ready' || d.state === 'failed')) tell('made', d);
};
try {
  const admin = await openMember({ link: server.adminUrl, name: 'Admin' });
  const room = await admin.request('room.create', { title: 'Recorded' });
  child = crowd(server, room.code);
  const lecturer = await openMember({ link: room.lecturer_url, name: 'Lecturer', onEvent });
  await sleep(SETTLE_S * 1000);
  const { id } = await lecturer.request('record.start', { title: 'Half an hour' });
  await wait('began', 30);
  const began = told.get('began').since_ms / 1000;
  const marks = await hold(server, room, lecturer);
  await lecturer.request('record.stop');
  const stopped = Date.now() / 1000;
  await wait('ready', READY_S);
  print('recorded_seconds', SECONDS);
  print('recorded_ready_s', Date.now() / 1000 - stopped, 2);
  const made = await wait('made', READY_S);
  print('recorded_made_s', Date.now() / 1000 - stopped, 1);
  judge(made.state === 'ready', `nothing was made of it: ${made.code}`);
  const { recordings } = await lecturer.request('recording.list');
  const row = recordings.find((one) => one.id === id);
  const file = join(dir, 'full.mp4');
  await save(server, row.url, file);
  const { durationS, streams } = await probe(file);
  const times = await pictureTimes(file); // decodes all of it
  console.error(`# ${durationS.toFixed(2)} s in the file, ${(stopped - began).toFixed(2)} s by the clock; ${streams.map(({ codec }) => codec).join(', ')}; ${times.length} pictures`);
  print('recorded_length_off_s', durationS - (stopped - began), 2);
  judge(Math.abs(durationS - (stopped - began)) <= LONG_S, 'it is not as long as the class');
  await judgeSkew(file, times, 0);
  const vtt = join(dir, 'chapters.vtt');
  await save(server, `${row.made.base}chapters.vtt?${row.made.query}`, vtt);
  judgeMarks(readFileSync(vtt, 'utf8'), marks, began);
  await judgeBrowser(server, row.url);
  if (process.env.RECORD_KEEP) {
    mkdirSync(process.env.RECORD_KEEP, { recursive: true });
    for (const one of ['full.mp4', 'chapters.vtt']) copyFileSync(join(dir, one), join(process.env.RECORD_KEEP, one));
  }
  lecturer.close();
  admin.close();
} catch (why) {
  judge(false, why.stack);
} finally {
  child?.kill();
  rmSync(dir, { recursive: true, force: true });
  await server.stop();
}
for (const what of failures) console.error(`# not as it should be: ${what}`);
process.exit(failures.length ? 1 : 0);
