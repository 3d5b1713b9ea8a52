// A recording that is kept in a storage alone: a browser plays it there, seeks in it and saves it, and it goes from there
// when it is deleted. The storage is a real one (OpenStack Swift with its S3 door, see tests/storage), under TLS.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openBrowser } from './lib/browser.mjs';
import { untilShown } from './lib/picture.mjs';
import { openPage, press, snapshot } from './lib/pupil.mjs';
import { createClass } from './lib/room.mjs';
import { freePort } from './lib/server.mjs';
import { openTarget } from './lib/target.mjs';
import { SLOW, sleep, until } from './lib/until.mjs';
import { openMember } from './lib/ws.mjs';

const STORAGE = new URL('../storage/storage.py', import.meta.url).pathname;
const PYTHON = '/usr/bin/python3';
const SECONDS = 8;
const RECORD = '.class > .lecturer [data-act=record]';

let there = true;
try {
  execFileSync(PYTHON, ['-c', 'import swift.common.middleware.s3api'], { stdio: 'ignore' });
} catch {
  there = false;
}

let dir;
let storage;
let storagePort;
let target;
let browser;
let lecturer;
let links;

async function startStorage() {
  const [cert, key] = ['cert.pem', 'key.pem'].map((name) => join(dir, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert, '-days', '2',
    '-subj', '/CN=storage', '-addext', 'subjectAltName=IP:127.0.0.1'], { stdio: 'ignore' });
  storagePort = await freePort();
  storage = spawn(PYTHON, [STORAGE, join(dir, 'storage'), storagePort, cert, key], { stdio: ['pipe', 'pipe', 'ignore'] });
  await new Promise((ok, fail) => {
    storage.once('exit', () => fail(new Error('the storage did not start')));
    storage.stdout.once('data', ok);
  });
  return cert;
}

before(async () => {
  if (!there) return;
  dir = mkdtempSync(join(tmpdir(), 'aula-vault-'));
  const cert = await startStorage();
  const keys = join(dir, 'keys');
  writeFileSync(keys, 'aws_access_key_id = test:tester\naws_secret_access_key = testing\n', { mode: 0o600 });
  target = await openTarget({
    conf: {
      derive: 'true',
      storage: '"s3"',
      s3_endpoint: `"https://127.0.0.1:${storagePort}"`,
      s3_bucket: '"class"',
      s3_prefix: '"aula/"',
      s3_credentials_file: `"${keys}"`,
      s3_ca_file: `"${cert}"`,
      s3_keep_local_days: 0,
    },
  });
  browser = await openBrowser();
  links = await createClass(browser, target.adminUrl, 'Stored');
  lecturer = await openPage(browser, { url: links.lecturer, name: 'Lecturer', colour: 'red', toneHz: 440 });
  await untilShown(lecturer, lecturer.name, lecturer.colour);
});

after(async () => {
  await browser?.close();
  await target?.stop();
  storage?.kill();
  if (dir) rmSync(dir, { recursive: true, force: true });
});

/** One request; nothing is kept open, nothing is trusted, no redirect is followed. */
function get(href, headers = {}) {
  return new Promise((ok, fail) => {
    const ask = request(new URL(href, target.origin), { headers, rejectUnauthorized: false, agent: false }, (reply) => {
      const parts = [];
      reply.on('data', (part) => parts.push(part));
      reply.on('end', () => ok({ status: reply.statusCode, headers: reply.headers, body: Buffer.concat(parts) }));
      reply.on('error', fail);
    });
    ask.once('error', fail);
    ask.end();
  });
}

/** Waits for a line of the server's log; without it all of the log is told. */
async function logged(text, ms) {
  await until(text, () => target.log().includes(text), { ms }).catch((e) => {
    throw new Error(`${e.message}\n${target.log().slice(-3000)}`);
  });
}

const asked = () => readFileSync(join(dir, 'storage', 'asked'), 'utf8').split('\n').filter(Boolean);
const files = () => readdirSync(join(target.dir, 'data', 'recordings'), { recursive: true }).map(String).sort();
const big = () => files().filter((name) => /\.(mp4|m4a|webm|mkv|m4s)$/.test(name));

describe('a recording in a storage', { skip: !there && 'python3-swift is not installed' }, () => {
  let row;
  let href;

  test('it is stored when all of it is made, and leaves the disk', async () => {
    await lecturer.page.click(RECORD);
    await until('it runs', async () => (await snapshot(lecturer)).recording.on, { ms: 5000 });
    await sleep(SECONDS * 1000);
    await lecturer.page.click(RECORD);
    await logged('recording_stored', 240000); // what is made of it has the time that others leave
    await logged('recording_freed', 120000);
    assert.deepEqual(big(), []);
    assert.ok(files().some((name) => name.endsWith('.made/poster.jpg')), files().join(' '));
    assert.ok(!target.log().includes('testing'), 'a secret is in the log');
  });

  test('its links lead there, by parts and as a file to save', async () => {
    await press(lecturer, 'more');
    await press(lecturer, 'recordings');
    row = lecturer.page.locator('.recording[data-state=ready]').first();
    await row.waitFor({ timeout: 30000 * SLOW });
    if (!(await row.locator('[data-act=download]').count())) await row.locator('[data-act=files]').click();
    href = await row.locator('[data-act=download]').first().getAttribute('href');
    const link = await get(href);
    assert.equal(link.status, 307);
    assert.ok(link.headers.location.startsWith(`https://127.0.0.1:${storagePort}/class/aula/`));
    const part = await get(link.headers.location, { range: 'bytes=4-7' });
    assert.deepEqual([part.status, part.body.toString()], [206, 'ftyp']);
    const whole = await get(link.headers.location);
    assert.equal(whole.status, 200);
    assert.match(whole.headers['content-disposition'] ?? '', /^attachment; filename="class-/);
    const forged = await get(link.headers.location.replace('Expires=600', 'Expires=6000'));
    assert.equal(forged.status, 403);
  });

  test('a browser plays it and seeks in it', async () => {
    const before = asked().length;
    await row.locator('[data-act=play]').click();
    const player = lecturer.page.locator('video.player').first();
    await player.waitFor({ timeout: 20000 * SLOW });
    const seen = await player.evaluate(async (video) => {
      const end = performance.now() + 30000;
      const wait = async (so) => {
        while (!so() && performance.now() < end) {
          if (video.error) throw new Error(video.error.message);
          await new Promise((go) => setTimeout(go, 50));
        }
      };
      await wait(() => video.readyState >= 3);
      video.pause();
      const sought = new Promise((ok) => (video.onseeked = ok));
      video.currentTime = 5;
      await sought;
      await video.play();
      await wait(() => video.currentTime > 5.5);
      video.pause();
      return { at: video.currentTime, width: video.videoWidth };
    });
    assert.ok(seen.at > 5.5 && seen.width > 0, JSON.stringify(seen));
    const plays = asked().slice(before).filter((line) => line.startsWith('GET /class/aula/') && line.includes('X-Amz-Signature'));
    assert.ok(plays.length >= 1, 'the storage was asked by the browser');
  });

  test('deleted, it goes from there, too', async () => {
    const id = /recordings\/([a-z0-9]+)/.exec(href)[1];
    assert.ok(existsSync(join(target.dir, 'data', 'recordings', `${id}.made`)));
    const kept = (await get(href)).headers.location; // into the storage itself
    const other = await openMember({ link: links.lecturer, name: 'Deputy' });
    await other.request('recording.delete', { id, now: true });
    other.close();
    await logged(`recording_dropped recording=${id}`, 120000);
    assert.equal((await get(href)).status, 404, 'nobody is sent there any more');
    assert.equal((await get(kept)).status, 404, 'and it is not there');
  });
});
