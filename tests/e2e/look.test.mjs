// How the pages look on a phone and on a desk: pictures into test-logs/look/, and faults that can be measured.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openBrowser } from './lib/browser.mjs';
import { installFakes } from './lib/fakes.mjs';
import { look } from './lib/look.mjs';
import { css, PALETTE } from './lib/palette.mjs';
import { untilShown } from './lib/picture.mjs';
import { enter, openPage, press, snapshot } from './lib/pupil.mjs';
import { createClass } from './lib/room.mjs';
import { openTarget } from './lib/target.mjs';
import { sleep, until } from './lib/until.mjs';

const SIZES = [
  { label: 'phone', width: 360, height: 740 },
  { label: 'desk', width: 1280, height: 800 },
];
const ASIDE = { label: 'phone-aside', width: 740, height: 360 };
const TITLE = 'Physics 8B: light, mirrors and lenses';
const NAMES = { lecturer: 'Dr. Maria Fernández-Oliveira', asha: 'Asha', ivan: 'Иван Петров' };
const LINES = [
  'Good morning! Can everybody hear me?',
  'Yes 🙂',
  'Слышно хорошо, но картинка сначала была чёрной, потом появилась.',
  'https://example.org/a/very/long/address/without/any/place/to/break/it/index.html?page=1234567890',
];

let target;
let browser;
let room;
let lecturer;
let asha;
let ivan;

before(async () => {
  target = await openTarget();
  browser = await openBrowser();
  room = await createClass(browser, target.adminUrl, TITLE);
  lecturer = await openPage(browser, { url: room.lecturer, name: NAMES.lecturer, colour: 'red', toneHz: 440 });
  asha = await openPage(browser, { url: room.student, name: NAMES.asha, colour: 'green', toneHz: 700 });
  ivan = await openPage(browser, { url: room.student, name: NAMES.ivan, colour: 'blue', toneHz: 1100, cam: false, locale: 'ru' });
  await untilShown(lecturer, NAMES.asha, 'green');
});

after(async () => {
  await browser?.close();
  await target?.stop();
});

/** Looks at a page in each size; `as` is its name in the pictures. */
async function lookAt(page, as, sizes = SIZES) {
  const faults = [];
  for (const { label, ...size } of sizes) {
    await page.setViewportSize(size);
    faults.push(...(await look(page, `${as}-${label}`)));
  }
  assert.deepEqual(faults, []);
}

/** A page without anybody in it. */
async function openEmpty(url, { dark = false, locale = 'en' } = {}) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale, colorScheme: dark ? 'dark' : 'light' });
  const page = await context.newPage();
  await page.addInitScript(installFakes, { colour: css(PALETTE.cyan), screenColour: css(PALETTE.white), toneHz: 900 });
  await page.goto(url);
  return page;
}

describe('before the class', () => {
  test('the door, with and without a code, light and dark', async () => {
    const bare = await openEmpty(target.origin);
    await bare.locator('#join-form').waitFor();
    await lookAt(bare, 'join');
    await bare.fill('#code', 'AAAAAAA');
    await bare.fill('#name', 'Asha');
    await bare.click('[data-act=continue]');
    await bare.click('[data-act=join-now]');
    await bare.locator('.error').first().waitFor();
    await lookAt(bare, 'join-refused');
    await bare.context().close();
    const dark = await openEmpty(room.student, { dark: true, locale: 'ru' });
    await dark.locator('#join-form').waitFor();
    await lookAt(dark, 'join-dark-ru');
    await dark.context().close();
  });

  test('the check of the devices', async () => {
    const page = await openEmpty(room.student);
    await page.fill('#name', 'Guest');
    await page.click('[data-act=continue]');
    await page.locator('[data-act=join-now]').waitFor();
    await lookAt(page, 'check-off');
    for (const act of ['check-mic', 'check-cam']) {
      if ((await page.locator(`[data-act=${act}]`).getAttribute('aria-checked')) === 'true') continue;
      await page.click(`[data-act=${act}]`);
      await page.locator(`[data-act=${act}][aria-checked=true]`).waitFor();
    }
    await sleep(500);
    await lookAt(page, 'check');
    await page.context().close();
  });

  test('a refused camera', async () => {
    const page = await openEmpty(room.student);
    await page.evaluate(() => (window.__fakes.refuse = 'NotAllowedError'));
    await page.fill('#name', 'Guest');
    await page.click('[data-act=continue]');
    await page.locator('[data-act=join-now]').waitFor();
    await page.click('[data-act=check-cam]');
    await sleep(300);
    await lookAt(page, 'check-refused');
    await page.context().close();
  });
});

describe('in class', () => {
  test('three people', async () => {
    await lookAt(lecturer.page, 'class-lecturer', [...SIZES, ASIDE]);
    await lookAt(asha.page, 'class-student', [...SIZES, ASIDE]);
    await lookAt(ivan.page, 'class-student-ru', [...SIZES, ASIDE]);
  });

  test('each layout', async () => {
    const { layouts, layout } = await snapshot(lecturer);
    for (const name of [...layouts.filter((one) => one !== layout.name), layout.name]) {
      await lecturer.page.setViewportSize(SIZES[1]);
      await lecturer.page.click(`.class > .lecturer [data-layout="${name}"]`);
      await until(`the layout is ${name}`, async () => (await snapshot(lecturer)).layout.name === name);
      await lookAt(lecturer.page, `layout-${name}`);
    }
  });

  test('the chat', async () => {
    await press(asha, 'chat');
    await press(lecturer, 'chat');
    for (const [i, line] of LINES.entries()) {
      const who = i % 2 ? asha : lecturer;
      await who.page.fill('#chat-text', line);
      await who.page.press('#chat-text', 'Enter');
      await until('it is said', async () => (await snapshot(asha)).chat.at(-1)?.text === line);
    }
    await lookAt(lecturer.page, 'chat-lecturer', [...SIZES, ASIDE]);
    await lookAt(asha.page, 'chat-student', [...SIZES, ASIDE]);
    for (const pupil of [asha, lecturer]) await press(pupil, 'chat-close');
  });

  test('the unread mark, more, and the people', async () => {
    await lookAt(ivan.page, 'unread');
    for (const [who, as] of [[lecturer, 'lecturer'], [asha, 'student'], [ivan, 'student-ru']]) {
      await press(who, 'more');
      await lookAt(who.page, `more-${as}`);
      await press(who, 'people');
      await lookAt(who.page, `people-${as}`);
      await who.page.keyboard.press('Escape');
    }
    await press(lecturer, 'more');
    await press(lecturer, 'people');
    await lecturer.page.locator('[data-sheet=people] [data-act=remove]').first().click();
    await lookAt(lecturer.page, 'people-remove');
    await lecturer.page.keyboard.press('Escape');
  });

  test('while and after it is recorded', async () => {
    await lecturer.page.setViewportSize(SIZES[1]);
    await lecturer.page.click('.class > .lecturer [data-act=record]');
    await until('it is recorded', async () => (await snapshot(asha)).recording.on);
    await sleep(1500);
    await lookAt(lecturer.page, 'recording-lecturer');
    await lookAt(asha.page, 'recording-student');
    await lookAt(ivan.page, 'recording-student-ru');
    await lecturer.page.setViewportSize(SIZES[1]);
    await lecturer.page.click('.class > .lecturer [data-act=record]');
    await press(lecturer, 'more');
    await press(lecturer, 'recordings');
    await lecturer.page.locator('.recording[data-state=ready]').waitFor();
    await lookAt(lecturer.page, 'recordings');
    await lecturer.page.click('.recording [data-act=play]');
    await lecturer.page.locator('video.player').evaluate((video) => new Promise((ok) => (video.onplaying = ok)));
    await lookAt(lecturer.page, 'recordings-player');
    await lecturer.page.keyboard.press('Escape');
  });

  test('a shared screen', async () => {
    await press(asha, 'share');
    await untilShown(lecturer, NAMES.asha, 'white', { kind: 'screen' });
    await sleep(300);
    await lookAt(lecturer.page, 'screen');
    await lookAt(asha.page, 'screen-own');
    await press(asha, 'share');
  });

  test('without a network', async () => {
    await asha.context.setOffline(true);
    await asha.page.locator('.banner p').waitFor();
    await lookAt(asha.page, 'offline');
    await asha.context.setOffline(false);
    await until('Asha is back', async () => (await snapshot(asha)).link === 'open');
  });
});

describe('beside and after the class', () => {
  test('the administrator', async () => {
    const page = await openEmpty(target.adminUrl);
    await page.fill('#title', 'Geography 6A');
    await page.click('[data-act=create]');
    await page.locator('#link-lecturer').waitFor();
    await page.locator('#rooms li').nth(1).waitFor();
    await page.locator('#rooms summary').first().click();
    await lookAt(page, 'admin');
    await page.context().close();
    const out = await openEmpty(`${target.origin}/admin`);
    await out.locator('#token').waitFor();
    await lookAt(out, 'admin-sign-in');
    await out.context().close();
  });

  test('the recordings by their own link', async () => {
    const page = await openEmpty(`${target.origin}/rec/${room.code}`);
    await page.locator('.recording').waitFor();
    await lookAt(page, 'archive');
    await page.context().close();
  });

  test('goodbye', async () => {
    const guest = await openPage(browser, { url: room.student, name: 'Guest', colour: 'cyan', toneHz: 1700, inside: false });
    await enter(guest);
    await press(guest, 'leave');
    await guest.page.locator('.bye').waitFor();
    await lookAt(guest.page, 'bye');
    await guest.close();
  });
});
