// What thousands of viewers cost, and what they get: a real server, real members (loadgen) on the same machine, the
// server's CPU counted alone. Prints "name value" lines for report.mjs. Needs AULA_BIN and AULA_PLUGINS, see
// tests/e2e/lib/target.mjs; loadgen is taken from the tree that AULA_BIN is in. With arguments only these parts:
//
//   AULA_BIN=build/aulad AULA_PLUGINS=build/plugins/.libs node bench/crowd.mjs [curve|nine|class25]...
//
// CROWD_CURVE=10,5000 takes other numbers of viewers than usual for the curve.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { openTarget } from '../tests/e2e/lib/target.mjs';

const LOADGEN = join(dirname(process.env.AULA_BIN ?? 'build/aulad'), 'bench', 'loadgen');
const CURVE = (process.env.CROWD_CURVE ?? '10,100,500,1000,2000,5000').split(',').map(Number);
const JOINS = 150; // a second
const SECONDS = 8;
const TRIES = 2; // a machine that did something else meanwhile says nothing
const FAILED_MOST = 0.002; // of all members

// All come from one address, and nothing may be given up: what it costs is the question.
const conf = (more) => ({
  max_members: 8000,
  max_joins: 1000,
  max_joins_per_address: 1000,
  max_strangers_per_address: 2000,
  shed: 'false',
  rung_top: '"high"',
  log_level: '"error"',
  ...more,
});

const print = (name, value, digits = 0) => console.log(`${name} ${value.toFixed(digits)}`);

async function withServer(more, work) {
  const server = await openTarget({ conf: conf(more) });
  const dir = mkdtempSync(join(tmpdir(), 'aula-crowd-'));
  try {
    return await work(server, dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
    await server.stop();
  }
}

/** Members of the first class; what loadgen has to say of them. */
function load(server, dir, args) {
  const url = new URL(server.origin);
  const code = /\/j\/([A-Z0-9]{7})\s/.exec(server.log())?.[1];
  const file = join(dir, `${Math.random()}.json`);
  const fixed = ['--url', `wss://127.0.0.1:${url.port}`, '--code', code, '--server-pid', server.pid, '--json', file, '--quiet'];
  const child = spawn(LOADGEN, [...fixed, ...args].map(String), { stdio: ['ignore', 'ignore', 'inherit'] });
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('exit', (exit) => {
      if (exit !== 0 && exit !== 1) return fail(new Error(`loadgen ended with ${exit}`));
      const said = JSON.parse(readFileSync(file, 'utf8'));
      const members = said.groups.reduce((n, group) => n + group.members, 0);
      const failed = said.groups.reduce((n, group) => n + group.failed, 0);
      if (failed > members * FAILED_MOST) return fail(new Error(`${failed} of ${members} members failed`));
      done(said);
    });
  });
}

/** How many viewers each level has. */
function levels(server) {
  return new Promise((done, fail) => {
    const request = get(`${server.origin}/metrics`, { rejectUnauthorized: false }, (reply) => {
      let text = '';
      reply.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      reply.on('end', () => done(Object.fromEntries([...text.matchAll(/^aula_viewers\{level="(\w+)"\} (\d+)/gm)].map((found) => [found[1], Number(found[2])]))));
    });
    request.once('error', fail);
  });
}

async function again(work) {
  for (let left = TRIES - 1; ; left--) {
    try {
      return await work();
    } catch (error) {
      if (left <= 0) throw error;
      console.error(`# once more: ${error.message}`);
    }
  }
}

/** The worse of sound and picture, of those who only watch. */
function late(said) {
  const viewers = said.groups.filter((group) => group.name !== 'senders');
  return Math.max(...viewers.flatMap((group) => [group.sound_late_ms.p99, group.frame_late_ms.p99]));
}

/** Viewers of level low in a class with four senders. */
async function curve() {
  const points = [];
  for (const viewers of CURVE) {
    const said = await again(() =>
      withServer({ rung_top: '"low"' }, (server, dir) =>
        load(server, dir, ['--viewers', viewers, '--senders', 4, '--joins', JOINS, '--seconds', SECONDS]),
      ),
    );
    const point = { viewers, percent: said.server.core_percent, late: late(said), bytes: said.server.rss_bytes };
    points.push(point);
    print(`viewer_curve.${viewers}.cpu_percent`, point.percent, 1);
    print(`viewer_curve.${viewers}.late_p99_ms`, point.late);
    console.error(`# ${viewers} viewers: ${JSON.stringify(said.server.threads)}, loadgen ${said.loadgen.core_percent.toFixed(0)} %`);
  }
  const first = points[0];
  const last = points.at(-1);
  if (last.viewers !== 5000) return;
  print('viewers_5000.cpu_percent_per_viewer', (last.percent - first.percent) / (last.viewers - first.viewers), 4);
  print('viewers_5000.cpu_percent', last.percent, 1);
  print('viewers_5000.late_p99_ms', last.late);
  print('viewers_5000.bytes_per_viewer', (last.bytes - first.bytes) / (last.viewers - first.viewers));
}

/** Nine cameras; half of the viewers on level main, half on low. */
async function nine() {
  const said = await again(() =>
    withServer({}, (server, dir) =>
      load(server, dir, [
        ...['--viewers', 2000, '--senders', 9, '--joins', JOINS, '--seconds', SECONDS],
        ...['--cap', 'main', '--cap', 'low'],
      ]),
    ),
  );
  print('nine_senders_2000_viewers_cores', said.server.core_percent / 100, 2);
  print('nine_senders_2000_viewers_late_p99_ms', late(said));
  console.error(`# nine senders: ${JSON.stringify(said.server.threads)}`);
}

/** 25 cameras, and viewers on each of five rungs: the four levels, and low in VP8. */
async function class25() {
  const said = await again(() =>
    withServer({}, async (server, dir) => {
      // who climbs to level high needs a while; the last one to come measures
      const crowd = load(server, dir, [
        ...['--senders', 25, '--viewers', 12, '--joins', 20, '--seconds', 40],
        ...['low', 'mid', 'main', 'high'].flatMap((level) => ['--cap', level]),
      ]);
      await Promise.race([crowd, new Promise((go) => setTimeout(go, 26000))]);
      const n = await levels(server);
      if (!n.low || !n.mid || !n.main || !n.high) throw new Error(`not each level has viewers: ${JSON.stringify(n)}`);
      const last = await load(server, dir, ['--senders', 0, '--viewers', 3, '--cap', 'low', '--codec', 'vp8', '--seconds', 10]);
      await crowd;
      return last;
    }),
  );
  print('class_25_cores', said.server.core_percent / 100, 2);
  console.error(`# 25 cameras: ${JSON.stringify(said.server.threads)}`);
}

const parts = { curve, nine, class25 };
const wanted = process.argv.slice(2);
let bad = 0;
for (const [name, part] of Object.entries(parts)) {
  if (wanted.length && !wanted.includes(name)) continue;
  try {
    await part();
  } catch (error) {
    bad = 1;
    console.error(`# ${name} could not be measured: ${error.message}`);
  }
}
process.exit(bad);
