// What half an hour does to a server: one class, eight senders and thirty viewers on clean links. Does its memory grow,
// does sound drift away from the picture, does anything stand still, is all given back when all have left? A real
// server, real members (loadgen). The first three senders flash and beep at the same instants: one whose clocks are
// ours, one whose clocks run 100 ppm fast, and one of whom only the sound does. One viewer of each level decodes what
// it gets and measures, by the sender reports alone. Prints "name value" lines for report.mjs; the exit code is 1 if
// something is not as it should be.
//
//   AULA_BIN=build/aulad AULA_PLUGINS=build/plugins/.libs node bench/soak.mjs
//
// SOAK_S: seconds (1800). Below 1800 memory is judged by what it gained, not by its slope. SOAK_KEEP=FILE keeps all
// samples and what loadgen said.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { openTarget } from '../tests/e2e/lib/target.mjs';
import { median, slope } from './slope.mjs';

const LOADGEN = join(dirname(process.env.AULA_BIN ?? 'build/aulad'), 'bench', 'loadgen');
const SECONDS = Number(process.env.SOAK_S ?? 1800);
const FULL_S = 1800;
const SAMPLE_MS = Math.min(5000, SECONDS * 25); // 40 samples at least
const LEVELS = ['main', 'mid', 'low'];
const BEACONS = ['our clock', 'a clock 100 ppm fast', 'only the sound 100 ppm fast'];
const EVERY_S = 5.04; // between two flashes
const SETTLE_S = 15; // not judged
const LEAVE_S = 60; // until all is given back

const RSS_MB_PER_HOUR = 0.5;
const RSS_MB = 2; // that a shorter run may gain
const SEEN = 0.9; // of the flashes
const SKEW_MS = 40; // at the end, and its change since the beginning
const FREEZE_MS = 500; // what is shorter is none
const CPU_CHANGE = 0.25;

const failures = [];
const judge = (good, what) => good || failures.push(what);
const print = (name, value, digits = 0) => console.log(`${name} ${value.toFixed(digits)}`);
const sleep = (ms) => new Promise((go) => setTimeout(go, ms));

// ---- what the server has -----------------------------------------------------------------------------------------------

function metrics(server) {
  return new Promise((done, fail) => {
    const request = get(`${server.origin}/metrics`, { rejectUnauthorized: false, agent: false }, (reply) => {
      let text = '';
      reply.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      reply.on('end', () => done(text));
    });
    request.once('error', fail);
  });
}

/** What is there now: all gauges but those of load, descriptors, threads. */
async function inventory(server) {
  const text = await metrics(server);
  const gauges = [...text.matchAll(/^# TYPE (\w+) gauge$/gm)].map(([, name]) => name);
  const have = {};
  for (const [, name, labels, value] of text.matchAll(/^(\w+)(\{[^}]*\})? (-?\d+)/gm))
    if (gauges.includes(name) && !/^aula_(load_permille|shed_step)$/.test(name)) have[name + (labels ?? '')] = Number(value);
  have.threads = readdirSync(`/proc/${server.pid}/task`).length;
  have.descriptors = readdirSync(`/proc/${server.pid}/fd`).length;
  return have;
}

async function counter(server, name) {
  return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(await metrics(server))?.[1] ?? 0);
}

/** Bytes; /proc/PID/status may be off by some pages per CPU, this is not. */
function resident(pid) {
  return Number(/^Rss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]) * 1024;
}

/** CPU time of the threads of each name, s; `waited`: of all, the time that they were ready and had no core. */
function threadTimes(pid) {
  const times = {};
  let waited = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const dir = `/proc/${pid}/task/${task}`;
    try {
      const name = readFileSync(`${dir}/comm`, 'utf8').trim();
      const [ran, waits] = readFileSync(`${dir}/schedstat`, 'utf8').split(' ').map((ns) => Number(ns) / 1e9);
      times[name] = (times[name] ?? 0) + ran;
      waited += waits;
    } catch {
      // it ended meanwhile
    }
  }
  return { times, waited };
}

// ---- the run -----------------------------------------------------------------------------------------------------------

function load(server, dir) {
  const file = join(dir, 'load.json');
  const code = /\/j\/([A-Z0-9]{7})\s/.exec(server.log())?.[1];
  const args = ['--url', `wss://127.0.0.1:${new URL(server.origin).port}`, '--code', code, '--server-pid', server.pid];
  args.push('--senders', 8, '--viewers', 30, '--joins', 10, '--seconds', SECONDS, '--json', file, '--quiet');
  args.push('--trace', '--sync', ...LEVELS.flatMap((level) => ['--cap', level]));
  const child = spawn(LOADGEN, args.map(String), { stdio: ['ignore', 'ignore', 'inherit'] });
  const end = (event) => child.kill(event);
  process.once('SIGINT', end).once('SIGTERM', end);
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('exit', (exit) => {
      if (exit !== 0 && exit !== 1) return fail(new Error(`loadgen ended with ${exit}`));
      done(JSON.parse(readFileSync(file, 'utf8')));
    });
  });
}

/** Looks each 5 s, or more often, until the load has ended. */
async function watch(server, running) {
  const samples = [];
  const start = performance.now();
  let over = false;
  running.finally(() => (over = true)).catch(() => undefined);
  for (let n = 1; !over; n++) {
    await Promise.race([sleep(Math.max(0, start + n * SAMPLE_MS - performance.now())), running.catch(() => undefined)]);
    if (!over) samples.push({ s: (performance.now() - start) / 1000, rss: resident(server.pid), ...threadTimes(server.pid) });
  }
  return samples;
}

async function givenBack(server, before) {
  const end = performance.now() + LEAVE_S * 1000;
  for (;;) {
    const now = await inventory(server);
    const left = Object.keys(before).filter((name) => now[name] !== before[name]);
    if (!left.length) return '';
    if (performance.now() > end) return left.map((name) => `${name} ${before[name]} > ${now[name]}`).join(', ');
    await sleep(1000);
  }
}

// ---- judging ------------------------------------------------------------------------------------------------------------

function judgeMemory(samples) {
  const last = samples.slice(Math.floor(samples.length / 5)).map(({ s, rss }) => [s / 3600, rss / 1e6]);
  const part = Math.ceil(last.length / 5);
  const gained = median(last.slice(-part).map(([, mb]) => mb)) - median(last.slice(0, part).map(([, mb]) => mb));
  const { value, least, most } = slope(last);
  print('soak_rss_mb', last.at(-1)[1], 1);
  print('soak_rss_mb_per_hour', value, 3);
  print('soak_rss_mb_per_hour_most', most, 3);
  console.error(`# memory: ${value.toFixed(3)} MB/h (${least.toFixed(3)} to ${most.toFixed(3)}), gained ${gained.toFixed(3)} MB`);
  if (SECONDS >= FULL_S) judge(most <= RSS_MB_PER_HOUR, `memory grows by up to ${most.toFixed(2)} MB an hour`);
  else judge(gained <= RSS_MB, `${gained.toFixed(1)} MB more at the end`);
}

/** Share of a core that the threads of this name took from one sample to another. */
function share(samples, name, from, to) {
  const a = samples[from];
  const b = samples[to];
  return ((b.times[name] ?? 0) - (a.times[name] ?? 0)) / (b.s - a.s);
}

function judgeCpu(samples) {
  const n = samples.length;
  const spans = [
    [0.2, 0.5],
    [0.7, 1],
  ].map((span) => span.map((part) => Math.min(n - 1, Math.floor(part * n))));
  const names = Object.keys(samples.at(-1).times);
  const [first, last] = spans.map(([from, to]) => Object.fromEntries(names.map((name) => [name, share(samples, name, from, to)])));
  const all = (of) => Object.values(of).reduce((sum, one) => sum + one, 0);
  const change = last['aula-mix'] / first['aula-mix'] - 1;
  print('soak_cpu_percent', all(last) * 100, 1);
  print('soak_cpu_video_change_percent', change * 100, 1);
  const list = names.map((name) => `${name} ${(first[name] * 100).toFixed(1)} > ${(last[name] * 100).toFixed(1)}`);
  console.error(`# cpu, percent of a core, early > late: ${list.join(', ')}`);
  const waits = samples.slice(1).map(({ s, waited }, i) => (waited - samples[i].waited) / (s - samples[i].s));
  console.error(`# ready and without a core: ${(median(waits) * 100).toFixed(1)} % of the time, in the worst moment ${(Math.max(...waits) * 100).toFixed(0)} %`);
  judge(SECONDS < FULL_S || Math.abs(change) <= CPU_CHANGE, `the video thread takes ${(change * 100).toFixed(0)} % more than at first`);
}

/** One beacon as one viewer has it: the middle skew of the first and of the last minute, the worst one, ms. */
function skewOf({ flashes, tones, events }) {
  const from = SETTLE_S;
  const until = events.at(-1)?.[0] ?? 0;
  const span = Math.min(60, (until - from) / 2);
  const of = (list) => list.map(([, ms]) => ms);
  const settled = events.filter(([s]) => s >= from);
  const first = of(settled.filter(([s]) => s < from + span));
  const last = of(settled.filter(([s]) => s > until - span));
  return {
    flashes,
    tones,
    n: events.length,
    middle: median(of(settled)),
    first: median(first),
    last: median(last),
    change: median(last) - median(first),
    worst: of(settled).reduce((worst, ms) => (Math.abs(ms) > Math.abs(worst) ? ms : worst), 0),
  };
}

function judgeSkew(said) {
  const expected = SECONDS / EVERY_S;
  const list = [];
  for (const { group, beacons } of said.sync)
    beacons.forEach((beacon, i) => {
      const skew = skewOf(beacon);
      const name = `${LEVELS[group]}, ${BEACONS[i]}`;
      const text = ['middle', 'first', 'last', 'worst'].map((key) => `${key} ${skew[key].toFixed(1)}`).join(', ');
      console.error(`# sound behind picture, ms, ${name}: ${text} (${skew.n} of ${skew.flashes} flashes and ${skew.tones} tones)`);
      // small pictures have no room for all senders, and who is in them changes
      if (LEVELS[group] === 'low' && skew.n < expected * SEEN) return;
      judge(skew.n >= expected * SEEN, `${name}: only ${skew.n} of ${expected.toFixed(0)} flashes with a tone`);
      judge(Math.abs(skew.last) <= SKEW_MS, `${name}: sound ${skew.last.toFixed(0)} ms behind the picture at the end`);
      judge(Math.abs(skew.change) <= SKEW_MS, `${name}: that changed by ${skew.change.toFixed(0)} ms`);
      list.push(skew);
    });
  const worst = (key) => list.map((one) => one[key]).reduce((most, ms) => (Math.abs(ms) > Math.abs(most) ? ms : most), 0);
  judge(list.length >= 6, 'skew was not measured on each level');
  print('soak_skew_ms', median(list.map(({ middle }) => middle)), 1);
  print('soak_skew_end_ms', worst('last'), 1);
  print('soak_skew_change_ms', worst('change'), 1);
  print('soak_skew_worst_ms', worst('worst'), 1);
}

/** Times without a new picture while there should be one. */
function freezes({ from_ms: from, levels, stalls }) {
  const video = (ms) => LEVELS.includes(levels.findLast(([at]) => at <= ms)?.[1]);
  return stalls.filter(([a, b]) => a > from + SETTLE_S * 1000 && b - a > FREEZE_MS && video(a) && video(b));
}

function judgeMedia(said, letGo) {
  const groups = said.groups.filter(({ name }) => name !== 'senders');
  const sum = (key, of = groups) => of.reduce((n, group) => n + group[key], 0);
  const stalls = said.traces.flatMap(freezes);
  const lost = sum('sound_lost');
  print('soak_freezes', stalls.length);
  print('soak_sound_lost', lost + letGo);
  const longest = Math.max(...groups.map((group) => group.sound_longest_pause_ms));
  if (stalls.length || letGo) console.error(`# loadgen itself stood still for up to ${said.longest_turn_ms.toFixed(0)} ms, ${letGo} ticks of sound were let go: how busy was the machine?`);
  console.error(`# ${sum('frames')} frames, ${sum('sound_packets')} packets of sound; ${sum('sound_pauses')} came late, by ${longest.toFixed(0)} ms at most`);
  judge(sum('failed', said.groups) === 0, `${sum('failed', said.groups)} members failed`);
  judge(stalls.length === 0, `pictures stood still ${stalls.length} times, up to ${Math.max(0, ...stalls.map(([a, b]) => b - a))} ms`);
  judge(lost === 0, `${lost} packets of sound were lost`);
  judge(letGo === 0, `${letGo} ticks of sound were let go`);
}

// A busy machine is no reason to show less: what is wanted is the same work all the time.
const server = await openTarget({ conf: { shed: 'false', max_joins: 1000, max_joins_per_address: 1000, max_strangers_per_address: 200, log_level: '"error"' } });
const dir = mkdtempSync(join(tmpdir(), 'aula-soak-'));
try {
  const before = await inventory(server);
  const running = load(server, dir);
  const samples = await watch(server, running);
  const said = await running;
  const left = await givenBack(server, before);
  const letGo = await counter(server, 'aula_audio_let_go_ticks_total');
  if (process.env.SOAK_KEEP) writeFileSync(process.env.SOAK_KEEP, JSON.stringify({ samples, said }));
  print('soak_seconds', SECONDS);
  judgeMemory(samples);
  judgeCpu(samples);
  judgeSkew(said);
  judgeMedia(said, letGo);
  judge(!left, `not given back: ${left}`);
  console.error(`# resident after all have left: ${(resident(server.pid) / 1e6).toFixed(1)} MB; concealed ${await counter(server, 'aula_audio_concealed_total')} times 20 ms`);
} finally {
  rmSync(dir, { recursive: true, force: true });
  await server.stop();
}
for (const what of failures) console.error(`# not as it should be: ${what}`);
process.exit(failures.length ? 1 : 0);
