// Going back in a class while it runs, from its recording; and watching it by plain HTTPS, in a browser that can do nothing else.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { axe } from './lib/axe.mjs';
import { openBrowser } from './lib/browser.mjs';
import { looksLike } from './lib/palette.mjs';
import { untilShown } from './lib/picture.mjs';
import { openPage, press, snapshot } from './lib/pupil.mjs';
import { createClass } from './lib/room.mjs';
import { openTarget } from './lib/target.mjs';
import { SLOW, sleep, until } from './lib/until.mjs';

const RECORDED_S = 26; // so much is there before somebody goes back
const CONF = { record_editions: '{"full", "live"}' };
const VIDEO = '.lv-video';
const FIRST_S = 8;
const WITHOUT = ['RTCPeerConnection', 'WebSocket'];

let target;
let browser;
let room;
let lecturer;
let asha;
let startedMs;

before(async () => {
  target = await openTarget({ conf: CONF });
  browser = await openBrowser();
  room = await createClass(browser, target.adminUrl, 'Gone back');
  lecturer = await openPage(browser, { url: room.lecturer, name: 'Lecturer', colour: 'red', toneHz: 440 });
  asha = await openPage(browser, { url: room.student, name: 'Asha', colour: 'green', cam: false });
  await untilShown(asha, lecturer.name, lecturer.colour);
});

after(async () => {
  await browser?.close();
  await target?.stop();
});

const video = (page) => page.locator(VIDEO);

/** Where it plays, how fast, and the colours of its picture. */
function look(page) {
  return video(page).evaluate((element) => {
    const [w, h] = [32, 18];
    const canvas = Object.assign(document.createElement('canvas'), { width: w, height: h });
    const pen = canvas.getContext('2d', { willReadFrequently: true });
    if (element.videoWidth) pen.drawImage(element, 0, 0, w, h);
    const { data } = pen.getImageData(0, 0, w, h);
    return {
      at: element.currentTime,
      rate: element.playbackRate,
      paused: element.paused,
      ready: element.readyState,
      muted: element.muted,
      wide: element.videoWidth,
      colours: Array.from({ length: w * h }, (_none, i) => [...data.slice(4 * i, 4 * i + 3)]),
      now: performance.now(),
    };
  });
}

/** It plays: its time passes. */
async function untilPlays(page, what, ms = FIRST_S * 1000) {
  const first = await until(`${what}: a picture`, async () => {
    const seen = await look(page);
    return seen.ready >= 2 && seen.wide > 0 && seen;
  }, { ms });
  await until(`${what}: it goes on`, async () => (await look(page)).at > first.at + 0.3, { ms });
  return look(page);
}

/** Seconds of the recording for each that passes. */
async function pace(page, ms) {
  const from = await look(page);
  await sleep(ms);
  const to = await look(page);
  return (to.at - from.at) / ((to.now - from.now) / 1000);
}

async function assertClean(page, name, scope) {
  const before = page.viewportSize();
  for (const size of [{ width: 360, height: 640 }, { width: 1280, height: 800 }]) {
    await page.setViewportSize(size);
    await sleep(300);
    assert.deepEqual(await axe(page, `${name} at ${size.width}`, { scope }), []);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(wide <= 0, `${name} at ${size.width}: ${wide} px too wide`);
    const low = await page.$$eval(`${scope} button:not(.plain), ${scope} input, ${scope} select`, (all) => all.filter((one) => one.offsetHeight && one.offsetHeight < 47.5).map((one) => one.outerHTML.slice(0, 90)));
    assert.deepEqual(low, []);
  }
  await page.setViewportSize(before);
}

describe('going back in a class that runs', () => {
  test('it is offered once such a recording runs', async () => {
    await press(asha, 'more');
    assert.equal(await asha.page.locator('[data-act=back-start]').count(), 0);
    await asha.page.keyboard.press('Escape');
    await lecturer.page.click('.class > .lecturer [data-act=record]');
    await until('it runs', async () => (await snapshot(asha)).recording.live === true);
    startedMs = Date.now();
  });

  test('from the beginning, faster, and back to the class', async () => {
    await sleep(Math.max(0, startedMs + RECORDED_S * 1000 * SLOW - Date.now()));
    await press(asha, 'more');
    await press(asha, 'back-start');
    const seen = await untilPlays(asha.page, 'from the beginning');
    assert.ok(seen.at < 8, `it begins at ${seen.at} s`);
    assert.ok(!seen.muted);
    const share = seen.colours.filter((rgb) => looksLike(rgb, lecturer.colour)).length / seen.colours.length;
    assert.ok(share > 0.05, `${lecturer.colour} fills ${Math.round(share * 100)} % of the picture`);
    await assertClean(asha.page, 'going back', 'dialog.sheet');
    await until('of the class only sound comes', async () => (await snapshot(asha)).quality.why === 'hidden');
    assert.equal(await asha.page.locator('#class').evaluate((element) => element.muted), true);
    assert.equal((await snapshot(asha)).mic, false);
    await asha.page.selectOption('.lv [data-act=speed]', '1.5');
    assert.equal((await look(asha.page)).rate, 1.5);
    if (SLOW === 1) {
      const fast = await pace(asha.page, 3000);
      assert.ok(fast > 1.3 && fast < 1.7, `it plays at ${fast}`);
    }
    await asha.page.locator('.lv [data-act=rewind]').focus();
    const before = (await look(asha.page)).at;
    await asha.page.keyboard.press('j');
    await until('ten seconds back', async () => (await look(asha.page)).at < before - 2);
    await press(asha, 'to-class');
    await until('the class is seen again', async () => (await snapshot(asha)).quality.why !== 'hidden');
    assert.equal(await asha.page.locator('#class').evaluate((element) => element.muted), false);
    await untilShown(asha, lecturer.name, lecturer.colour);
  });

  test('what is caught up with leads back into the class by itself', async () => {
    await press(asha, 'more');
    await press(asha, 'back-short');
    await untilPlays(asha.page, 'the last minutes');
    await asha.page.selectOption('.lv [data-act=speed]', '2');
    await asha.page.locator('.lv [data-act=seek]').focus();
    await asha.page.keyboard.press('End');
    await until('it is in the class again', async () => (await asha.page.locator('dialog.sheet').count()) === 0, { ms: 20000 });
    await untilShown(asha, lecturer.name, lecturer.colour);
    assert.deepEqual(asha.errors, []);
  });
});

describe('watching without WebRTC', () => {
  let page;
  let context;

  before(async () => {
    context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 800, height: 600 }, locale: 'ru' });
    page = await context.newPage();
    await page.addInitScript((names) => names.forEach((name) => delete window[name]), WITHOUT);
  });

  after(() => context?.close());

  test('the link of the class leads there, and it plays what is newest', async () => {
    await page.goto(room.student);
    await page.waitForURL(/\/w\//);
    await untilPlays(page, 'watching');
    const { at } = await look(page);
    const whole = Number(await page.locator('.lv [data-act=seek]').getAttribute('max'));
    assert.ok(whole - at < 20, `${whole - at} s behind`);
    assert.equal(await page.locator('[data-act=edge]').getAttribute('aria-pressed'), 'true');
    assert.match(await page.locator('h2').first().textContent(), /Gone back/);
    await assertClean(page, 'watching', 'main');
  });

  test('it is counted, and goes back and on as it likes', async () => {
    await page.locator('.lv [data-act=toggle]').focus();
    await page.keyboard.press('Home');
    await until('at the beginning', async () => (await look(page)).at < 10);
    await untilPlays(page, 'from the beginning');
    assert.equal(await page.locator('[data-act=edge]').getAttribute('aria-pressed'), 'false');
    await press({ page }, 'edge');
    await until('live again', async () => (await page.locator('[data-act=edge]').getAttribute('aria-pressed')) === 'true');
    const metrics = await page.request.get(`${target.origin}/metrics`).then((reply) => reply.text());
    assert.match(metrics, /^aula_watchers 1$/m);
  });

  test('the end of the recording is said, and what was recorded stays', async () => {
    await lecturer.page.click('.class > .lecturer [data-act=record]');
    await until('it ended', async () => !(await snapshot(lecturer)).recording.on);
    await page.locator('[data-said=over]').waitFor({ timeout: 40000 * SLOW });
    const said = await page.request.post(`${target.origin}/api/v1/watch`, { data: { code: room.code } }).then((reply) => reply.json());
    assert.deepEqual(said, { title: 'Gone back', live: false });
  });
});
