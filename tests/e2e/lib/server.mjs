// Starts aulad with a configuration of its own in a temporary directory, and reads the addresses it prints.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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

/**
 * binary: path of aulad.
 * config({dir, port}): the text of the configuration file.
 * args({file, dir, port}): the command line; "-c FILE" unless given.
 * env: more environment. readyMs: how long it may take until the administrator's link is printed.
 */
export async function startServer({ binary, config, args, env = {}, readyMs = 10000 }) {
  const dir = mkdtempSync(join(tmpdir(), 'aula-e2e-'));
  const port = await freePort();
  const file = join(dir, 'aula.conf');
  writeFileSync(file, config({ dir, port }), { mode: 0o600 });
  const line = args ? args({ file, dir, port }) : ['-c', file];
  const child = spawn(binary, line, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (chunk) => {
    output = (output + chunk).slice(-200000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const gone = new Promise((done) => child.once('exit', (code, signal) => done({ code, signal })));

  const stop = async (signal = 'SIGTERM', graceMs = 5000) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), graceMs);
    const how = await gone;
    clearTimeout(late);
    rmSync(dir, { recursive: true, force: true });
    return how;
  };

  const end = Date.now() + readyMs;
  while (!firstAdminUrl(output)) {
    if (child.exitCode !== null || Date.now() > end) {
      await stop();
      throw new Error(`${binary} did not print the administrator's link:\n${output}`);
    }
    await new Promise((go) => setTimeout(go, 50));
  }
  const adminUrl = firstAdminUrl(output);
  return { adminUrl, origin: new URL(adminUrl).origin, dir, port, pid: child.pid, log: () => output, stop, gone };
}
