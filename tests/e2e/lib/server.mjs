// Starts aulad with a configuration of its own in a temporary directory, and reads the addresses it prints.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SLOW } from './until.mjs';

const TESTS = new URL('../../', import.meta.url).pathname;
// what is no fault of ours, for servers that were built with sanitizers
const KNOWN = {
  TSAN_OPTIONS: `suppressions=${TESTS}tsan.supp`,
  LSAN_OPTIONS: `suppressions=${TESTS}lsan.supp:print_suppressions=0`,
};
const REPORT = /[A-Za-z]+Sanitizer:|runtime error:|Assertion .* failed/;
const REPORT_BYTES = 12000;

/** A TCP port that was free a moment ago. */
export function freePort() {
  return new Promise((ok, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => ok(port));
    });
  });
}

function firstAdminUrl(text) {
  return /https?:\/\/\S+\/admin#t=\S+/.exec(text)?.[0] ?? '';
}

/** Keeps the end of what the server writes, and from a sanitizer's report on also its beginning. */
function keepOutput(child) {
  let output = '';
  let report = '';
  const keep = (chunk) => {
    output = (output + chunk).slice(-200000);
    if (report) report = (report + chunk).slice(0, REPORT_BYTES);
    else if (REPORT.test(output)) report = output.slice(output.search(REPORT)).slice(0, REPORT_BYTES);
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  return { text: () => output, report: () => report };
}

/** Throws unless the server ended as one that was sent `signal` should, and wrote no sanitizer's report. */
function judge(how, signal, output) {
  const good = signal === 'SIGKILL' ? how.signal === signal : how.code === 0;
  if (output.report()) throw new Error(`the server wrote a report:\n${output.report()}`);
  if (!good) throw new Error(`after ${signal} the server ended with ${JSON.stringify(how)}:\n${output.text().slice(-4000)}`);
}

/**
 * binary: path of aulad.
 * config({dir, port}): the text of the configuration file.
 * args({file, dir, port}): the command line; "-c FILE" unless given.
 * env: more environment. readyMs: how long it may take until the administrator's link is printed.
 * place: {dir, port} of a server that was stopped with keep, to go on where it ended.
 */
export async function startServer({ binary, config, args, env = {}, readyMs = 30000, place }) {
  const dir = place?.dir ?? mkdtempSync(join(tmpdir(), 'aula-e2e-'));
  const port = place?.port ?? (await freePort());
  const file = join(dir, 'aula.conf');
  writeFileSync(file, config({ dir, port }), { mode: 0o600 });
  const line = args ? args({ file, dir, port }) : ['-c', file];
  const child = spawn(binary, line, { env: { ...KNOWN, ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = keepOutput(child);
  const gone = new Promise((done) => child.once('close', (code, signal) => done({ code, signal })));

  /** Resolves with how it ended and how long that took; rejects when that is not how a good server ends. */
  const stop = async ({ signal = 'SIGTERM', graceMs = 10000, keep = false } = {}) => {
    const start = Date.now();
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), graceMs * SLOW);
    const how = await gone;
    clearTimeout(late);
    if (!keep) rmSync(dir, { recursive: true, force: true });
    judge(how, signal, output);
    return { ...how, ms: Date.now() - start };
  };

  const end = Date.now() + readyMs * SLOW;
  while (!firstAdminUrl(output.text())) {
    if (child.exitCode !== null || Date.now() > end) {
      await stop({ signal: 'SIGKILL' }).catch(() => undefined);
      throw new Error(`${binary} did not print the administrator's link:\n${output.text()}`);
    }
    await new Promise((go) => setTimeout(go, 50));
  }
  const adminUrl = firstAdminUrl(output.text());
  return { adminUrl, origin: new URL(adminUrl).origin, dir, port, pid: child.pid, log: output.text, stop, gone };
}
