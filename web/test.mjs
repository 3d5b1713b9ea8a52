// Runs web/test/*.test.ts: each is bundled for node and given to its test runner.

import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const outdir = mkdtempSync(join(tmpdir(), 'aula-web-'));
const sources = readdirSync(join(root, 'test')).filter((name) => name.endsWith('.test.ts'));
try {
  await build({
    absWorkingDir: root,
    entryPoints: sources.map((name) => `test/${name}`),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node18',
    logLevel: 'warning',
  });
  const files = sources.map((name) => join(outdir, name.replace(/ts$/, 'mjs')));
  const run = spawnSync(process.execPath, ['--test', ...files], { stdio: 'inherit', cwd: root, timeout: 60000 });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
