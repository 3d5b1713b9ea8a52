// A recording: everybody knows of it, it holds the picture and the sound of the class, it can be watched, saved and deleted;
// and when the server is killed in the middle of one, all but the last second of it is there.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { axe } from './lib/axe.mjs';
import { openBrowser } from './lib/browser.mjs';
import { pictureTimes, probe, samples, secondsOf, toneLevels } from './lib/media.mjs';
import { looksLike } from './lib/palette.mjs';
import { untilShown } from './lib/picture.mjs';
import { openPage, press, snapshot } from './lib/pupil.mjs';
import { createClass } from './lib/room.mjs';
import { openTarget } from './lib/target.mjs';
import { median, SLOW, sleep, until } from './lib/until.mjs';

const SECONDS = 20;
const SECONDS_UNTIL_KILLED = 8;
const MARK_S = 4; // into it
const OFF_S = 0.5;
const LOST_S = 1;
const GAP_S = SLOW > 1 ? Infinity : 0.5; // between two pictures
const FPS = 15;
const TONE_DB = -40;
const BESIDE_HZ = 570; // where nobody sings
const ABOVE_DB = 30;
const MAKES = { derive: 'true' };
const RECORD = '.class > .lecturer [data-act=record]';

const running = process.env.AULA_ADMIN_URL;
let target;
let browser;
let lecturer;
let asha;
let dir;

before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'aula-rec-'));
  target = await openTarget({ conf: MAKES });
  browser = await openBrowser();
  const room = await createClass(browser, target.adminUrl, 'Recorded');
  lecturer = await openPage(browser, { url: room.lecturer, name: 'Lecturer', colour: 'red', toneHz: 440 });
  asha = await openPage(browser, { url: room.student, name: 'Asha', colour: 'green', toneHz: 700 });
  for (const one of [lecturer, asha]) await untilShown(lecturer, one.name, one.colour);
  await sleep(1500); // the mix lets new voices in
});

after(async () => {
  await browser?.close();
  await target?.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** One request; nothing is kept open, nothing is trusted. */
function get(href, { method = 'GET', headers = {} } = {}) {
  return new Promise((ok, fail) => {
    const url = new URL(href, target.origin);
    const ask = request(url, { method, headers, rejectUnauthorized: false, agent: false }, (reply) => {
      const parts = [];
      reply.on('data', (part) => parts.push(part));
      reply.on('end', () => ok({ status: reply.statusCode, headers: reply.headers, body: Buffer.concat(parts) }));
      reply.on('error', fail);
    });
    ask.once('error', fail);
    ask.end();
  });
}

async function openList(pupil) {
  await press(pupil, 'more');
  await press(pupil, 'recordings');
}

/** Presses the button; returns when the page was clicked, which may be long before the driver knows of it. */
async function pressRecord() {
  await lecturer.page.evaluate(() => document.addEventListener('click', () => (window.__clicked = Date.now()), { once: true, capture: true }));
  await lecturer.page.click(RECORD);
  return lecturer.page.evaluate(() => window.__clicked);
}

async function startRecording() {
  const start = await pressRecord();
  for (const pupil of [lecturer, asha]) {
    await until(`${pupil.name} knows`, async () => (await snapshot(pupil)).recording.on, { ms: 1000 });
    await pupil.page.locator('[data-rec=on]').waitFor({ timeout: 1000 * SLOW });
  }
  return start;
}

/** Saves the file of the first row that is in `state`, as the page's link does. */
async function save(pupil, state, name) {
  const row = pupil.page.locator(`.recording[data-state=${state}]`).first();
  await row.waitFor({ timeout: 30000 * SLOW });
  if (!(await row.locator('[data-act=download]').count())) await row.locator('[data-act=files]').click();
  const href = await row.locator('[data-act=download]').getAttribute('href');
  const reply = await get(href);
  assert.equal(reply.status, 200);
  const file = join(dir, name);
  writeFileSync(file, reply.body);
  return { file, href, row };
}

/** Starts the player of a row and waits until it can play. */
async function openPlayer(row) {
  await row.locator('[data-act=play]').click();
  const player = row.locator('video.player');
  await player.evaluate(
    (video) => new Promise((ok, fail) => {
      video.onerror = () => fail(new Error(video.error?.message));
      if (video.readyState >= 3) ok();
      else video.oncanplay = ok;
    }),
  );
  return player;
}

/** Seeks, lets it play on for a moment, and returns where it is then and the colours of its picture there. */
function watchAt(player, seconds) {
  return player.evaluate(async (video, at) => {
    video.pause();
    const sought = new Promise((ok) => (video.onseeked = ok));
    video.currentTime = at;
    await sought;
    const landed = video.currentTime;
    const canvas = document.createElement('canvas');
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    const pen = canvas.getContext('2d', { willReadFrequently: true });
    pen.drawImage(video, 0, 0);
    const colours = [];
    for (let y = 0; y < canvas.height; y += 8) {
      for (let x = 0; x < canvas.width; x += 8) colours.push([...pen.getImageData(x, y, 1, 1).data.slice(0, 3)]);
    }
    await video.play();
    const end = performance.now() + 20000;
    while (video.currentTime - landed <= 0.3 && performance.now() < end) await new Promise((go) => setTimeout(go, 50));
    video.pause();
    return { landed, played: video.currentTime - landed, colours };
  }, seconds);
}

async function assertPlaysAt(player, seconds) {
  const { landed, played, colours } = await watchAt(player, seconds);
  assert.ok(Math.abs(landed - seconds) < 0.1, `sought ${seconds} s, is at ${landed} s`);
  assert.ok(played > 0.3, `from ${seconds} s it played ${played} s only`);
  for (const colour of ['red', 'green']) {
    const share = colours.filter((rgb) => looksLike(rgb, colour)).length / colours.length;
    assert.ok(share > 0.05, `at ${seconds} s ${colour} fills ${Math.round(share * 100)} % of the picture`);
  }
}

/** Both voices, all the time, in each sound of the file. */
async function assertTones(file, seconds) {
  for (const [index, codec] of ['aac', 'opus'].entries()) {
    const pcm = await samples(file, index);
    assert.ok(Math.abs(secondsOf(pcm) - seconds) < OFF_S, `${codec}: ${secondsOf(pcm)} s of sound in ${seconds} s`);
    const [beside, ...voices] = toneLevels(pcm, [BESIDE_HZ, lecturer.toneHz, asha.toneHz]);
    const noise = median(beside);
    for (const [i, levels] of voices.entries()) {
      const text = `${codec}, voice ${i}: ${levels.map(Math.round)} dB over a noise of ${Math.round(noise)} dB`;
      assert.ok(median(levels) > TONE_DB, text);
      assert.ok(median(levels) - noise > ABOVE_DB, text);
      const gone = levels.filter((one) => one < median(levels) - 12).length;
      assert.ok(gone <= (SLOW > 1 ? levels.length / 3 : 1), `${gone} half seconds without it: ${text}`);
    }
  }
}

async function assertPictures(file, seconds) {
  const times = await pictureTimes(file);
  const gaps = times.slice(1).map((time, i) => time - times[i]);
  assert.ok(times[0] < 0.2, `the first picture is at ${times[0]} s`);
  assert.ok(Math.min(...gaps) > 0, 'each picture is later than the one before');
  assert.ok(Math.max(...gaps) < GAP_S, `a picture stands for ${Math.max(...gaps)} s`);
  if (SLOW === 1) assert.ok(times.length > seconds * FPS * 0.85, `${times.length} pictures in ${seconds} s`);
}

describe(`a recording of ${SECONDS} s`, () => {
  let seconds = 0;
  let saved;

  test('everybody sees REC while it runs', async () => {
    const start = await startRecording();
    await sleep(MARK_S * 1000 - (Date.now() - start));
    await lecturer.page.click('.class > .lecturer [data-act=record-mark]');
    await sleep(SECONDS * 1000 - (Date.now() - start));
    seconds = ((await pressRecord()) - start) / 1000;
    for (const pupil of [lecturer, asha]) {
      await until(`${pupil.name} knows of the end`, async () => !(await snapshot(pupil)).recording.on, { ms: 1000 });
      await until('the sign goes', async () => (await pupil.page.locator('[data-rec=on]').count()) === 0);
    }
  });

  test('it is H.264 with AAC and Opus, as long as it was', async () => {
    await openList(asha);
    saved = await save(asha, 'ready', 'whole.mp4');
    const { durationS, streams } = await probe(saved.file);
    console.log(`recorded for ${seconds} s, the file has ${durationS} s`);
    const text = `recorded for ${seconds} s: ${durationS} s, ${JSON.stringify(streams)}`;
    assert.deepEqual(streams.map((one) => one.codec), ['h264', 'aac', 'opus'], text);
    assert.ok(Math.abs(durationS - seconds) <= OFF_S, text);
    for (const one of streams) assert.ok(Math.abs(one.startS + one.durationS - seconds) <= OFF_S, text);
    const bytes = readFileSync(saved.file);
    assert.ok(bytes.indexOf('moov') < bytes.indexOf('mdat'), 'the index stands in front');
  });

  test('no picture is missing', () => assertPictures(saved.file, seconds));

  test('both voices are in it, all the time', () => assertTones(saved.file, seconds));

  test('a student watches it from anywhere, with both pictures', async () => {
    const player = await openPlayer(saved.row);
    const length = await player.evaluate((video) => video.duration);
    assert.ok(Math.abs(length - seconds) <= OFF_S, `${length} s instead of ${seconds} s`);
    for (const at of [seconds / 2, seconds - 2, 1, seconds / 3]) await assertPlaysAt(player, at);
  });

  test('it has sound in the player', async () => {
    const loud = await asha.page.locator('video.player').evaluate(async (video) => {
      const context = new AudioContext();
      const analyser = context.createAnalyser();
      context.createMediaElementSource(video).connect(analyser);
      video.currentTime = 0.5;
      await video.play();
      let peak = 0;
      const heard = new Float32Array(analyser.fftSize);
      for (let i = 0; i < 400 && peak <= 0.05; i++) {
        await new Promise((go) => setTimeout(go, 50));
        analyser.getFloatTimeDomainData(heard);
        peak = Math.max(peak, ...heard.map(Math.abs));
      }
      await context.close();
      return peak;
    });
    assert.ok(loud > 0.05, `the loudest sample is ${loud}`);
  });

  test('it is moved by keys and by its mark, at another speed', async () => {
    const { page } = asha;
    const player = page.locator('video.player');
    const seek = page.locator('.recording [data-act=seek]');
    const near = (s) => until(`it is at ${s} s`, () => player.evaluate((video, to) => Math.abs(video.currentTime - to) < 0.1, s));
    await player.evaluate((video) => video.pause());
    await seek.focus();
    for (const [key, s] of [['Home', 0], ['ArrowRight', 5], ['l', 15], ['ArrowLeft', 10], ['0', 0]]) {
      await page.keyboard.press(key);
      await near(s);
    }
    assert.match(await seek.getAttribute('aria-valuetext'), /^0:00 of 0:\d\d/);
    await page.keyboard.press('k');
    await until('it plays', () => player.evaluate((video) => !video.paused));
    await page.keyboard.press('k');
    await until('it pauses', () => player.evaluate((video) => video.paused));
    await page.keyboard.press('>');
    assert.equal(await player.evaluate((video) => video.playbackRate), 1.25);
    await page.locator('[data-act=speed]').selectOption('1.5');
    assert.equal(await player.evaluate((video) => video.playbackRate), 1.5);
    assert.equal(await page.locator('[data-act=chapter]').count(), 1);
    await page.click('[data-act=chapter]');
    const at = await player.evaluate((video) => video.currentTime);
    assert.ok(Math.abs(at - MARK_S) < 1.5 * SLOW, `the mark is at ${at} s`);
    await until('the chapter is told', async () => /, Mark 1$/.test(await seek.getAttribute('aria-valuetext')), { ms: 5000 });
    assert.deepEqual(await axe(page, 'player', { scope: 'dialog' }), []);
  });

  test('opened again it goes on where it was left', async () => {
    const { page } = asha;
    const player = page.locator('video.player');
    await page.locator('.recording [data-act=seek]').focus();
    await page.keyboard.press('5');
    const left = await player.evaluate((video) => video.currentTime);
    await page.keyboard.press('Escape');
    await openList(asha);
    await page.locator('.recording[data-state=ready] [data-act=play]').first().click();
    assert.match(await page.locator('[data-act=continue]').innerText(), /0:(09|10)/);
    assert.equal(await player.evaluate((video) => video.paused), true);
    await page.click('[data-act=continue]');
    await until('it goes on', () => player.evaluate((video, from) => !video.paused && video.currentTime > from, left));
    assert.equal(await player.evaluate((video) => video.playbackRate), 1.5);
    await player.evaluate((video) => video.pause());
  });

  test('it is sent in ranges, and as a file', async () => {
    const { href } = saved;
    const whole = readFileSync(saved.file);
    assert.match(href, /download=1/);
    const cases = [
      ['bytes=0-99', 206, whole.subarray(0, 100)],
      [`bytes=${whole.length - 10}-`, 206, whole.subarray(-10)],
      ['bytes=-7', 206, whole.subarray(-7)],
      [`bytes=100-${whole.length + 5}`, 206, whole.subarray(100)],
      [`bytes=${whole.length}-`, 416, null],
    ];
    for (const [range, status, bytes] of cases) {
      const reply = await get(href, { headers: { Range: range } });
      assert.equal(reply.status, status, range);
      if (!bytes) continue;
      const from = bytes.byteOffset - whole.byteOffset;
      assert.equal(reply.headers['content-range'], `bytes ${from}-${from + bytes.length - 1}/${whole.length}`);
      assert.ok(reply.body.equals(bytes), range);
    }
    const head = await get(href, { method: 'HEAD' });
    assert.equal(head.status, 200);
    assert.equal(Number(head.headers['content-length']), whole.length);
    assert.equal(head.headers['accept-ranges'], 'bytes');
    assert.equal(head.headers['content-type'], 'video/mp4');
    assert.match(head.headers['content-disposition'], /^attachment/);
  });

  test('a link that was changed opens nothing', async () => {
    const url = new URL(saved.href, target.origin);
    const sig = url.searchParams.get('sig');
    url.searchParams.set('sig', sig.slice(0, -1) + (sig.endsWith('A') ? 'B' : 'A'));
    assert.ok([403, 404].includes((await get(url.href)).status));
    url.searchParams.delete('sig');
    assert.ok([403, 404].includes((await get(url.href)).status));
  });

  test('only a lecturer can delete it, in two steps', async () => {
    assert.equal(await asha.page.locator('.recording').count(), 1);
    assert.equal(await asha.page.locator('[data-act=manage]').count(), 0);
    await asha.page.keyboard.press('Escape');
    const { page } = lecturer;
    const none = () => until('it is gone', async () => (await page.locator('.recording').count()) === 0);
    await openList(lecturer);
    await page.click('.recording [data-act=manage]');
    await page.click('.recording [data-act=delete]');
    await none();
    await page.click('[data-act=trash]');
    await page.click('.recording [data-act=manage]');
    await page.click('.recording [data-act=delete-now]');
    await page.click('.recording [data-act=delete-now-sure]');
    await none();
    assert.equal((await get(saved.href)).status, 404);
    await page.keyboard.press('Escape');
  });
});

describe('a server that is killed while it records', { skip: running ? 'not our server' : false }, () => {
  let seconds = 0;
  let saved;

  test('comes back, and so do the pages', async () => {
    const start = await startRecording();
    await sleep(SECONDS_UNTIL_KILLED * 1000 - (Date.now() - start));
    seconds = (Date.now() - start) / 1000;
    await target.stop({ signal: 'SIGKILL', keep: true });
    target = await openTarget({ conf: MAKES, place: target });
    for (const pupil of [lecturer, asha]) {
      await until(`${pupil.name} is back`, async () => {
        const { link, ice, firstFrame } = await snapshot(pupil);
        return link === 'open' && ice === 'connected' && firstFrame;
      });
      assert.equal((await snapshot(pupil)).recording.on, false);
    }
  });

  test('lists it as interrupted, and lost at most a second of it', async () => {
    await openList(asha);
    saved = await save(asha, 'interrupted', 'killed.mp4');
    const { durationS, streams } = await probe(saved.file);
    console.log(`killed after ${seconds} s, the file has ${durationS} s`);
    const text = `killed after ${seconds} s: ${durationS} s, ${JSON.stringify(streams)}`;
    assert.deepEqual(streams.map((one) => one.codec), ['h264', 'aac', 'opus'], text);
    assert.ok(durationS >= seconds - LOST_S, text);
    assert.ok(durationS <= seconds + OFF_S, text);
    for (const one of streams) assert.ok(one.startS + one.durationS >= seconds - LOST_S, text);
    await assertPictures(saved.file, durationS);
    await assertTones(saved.file, durationS);
  });

  test('and it plays', async () => {
    const player = await openPlayer(saved.row);
    for (const at of [seconds / 2, 1]) await assertPlaysAt(player, at);
    await asha.page.keyboard.press('Escape');
  });

  test('the class goes on', async () => {
    for (const pupil of [lecturer, asha]) {
      for (const one of [lecturer, asha]) await untilShown(pupil, one.name, one.colour);
    }
  });
});

test('nothing went wrong in the pages', () => {
  const expected = /WebSocket connection to|ERR_CONNECTION_REFUSED/;
  for (const pupil of [lecturer, asha]) assert.deepEqual(pupil.errors.filter((line) => !expected.test(line)), []);
});
