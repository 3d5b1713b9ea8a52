// Viewers without a browser: bench/loadgen of the build, in the class of the test.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

function binary() {
  if (process.env.AULA_LOADGEN) return process.env.AULA_LOADGEN;
  if (!process.env.AULA_BIN) throw new Error('set AULA_LOADGEN (bench/loadgen of a build)');
  return join(dirname(process.env.AULA_BIN), 'bench', 'loadgen');
}

/**
 * Starts at once; `done` resolves with what loadgen has to say. args: as loadgen takes them. All is decrypted and each
 * viewer's standstills are told.
 */
export function openCrowd({ port, code, pid, args }) {
  const dir = mkdtempSync(join(tmpdir(), 'aula-crowd-'));
  const file = join(dir, 'said.json');
  const fixed = ['--url', `wss://127.0.0.1:${port}`, '--code', code, '--json', file, '--quiet', '--trace', '--decrypt', 1];
  const child = spawn(binary(), [...fixed, ...(pid ? ['--server-pid', pid] : []), ...args].map(String), {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const done = new Promise((ok, fail) => {
    child.once('error', fail);
    child.once('close', (exit) => {
      try {
        if (exit !== 0 && exit !== 1) throw new Error(`loadgen ended with ${exit}`);
        ok(JSON.parse(readFileSync(file, 'utf8')));
      } catch (why) {
        fail(why);
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    });
  });
  done.catch(() => undefined); // whoever waits for it hears of it
  return { done, stop: () => child.kill('SIGTERM') };
}
