// How the pages look on a phone and on a desk: pictures into test-logs/look/, and faults that can be measured.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openBrowser } from './lib/browser.mjs';
import { installFakes } from './lib/fakes.mjs';
import { mediaPort, openLink } from './lib/lab.mjs';
import { untilQuality } from './lib/levels.mjs';
import { look } from './lib/look.mjs';
import { css, PALETTE } from './lib/palette.mjs';
import { untilShown } from './lib/picture.mjs';
import { chooseLayout, enter, openPage, press, snapshot } from './lib/pupil.mjs';
import { createClass } from './lib/room.mjs';
import { openTarget } from './lib/target.mjs';
import { sleep, until } from './lib/until.mjs';

const SIZES = [
  { label: 'phone', width: 360, height: 740 },
  { label: 'desk', width: 1280, height: 800 },
];
const ASIDE = { label: 'phone-aside', width: 740, height: 360 };
const TRIES = 4;
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

/** Looks at a page in each size; `as` is its name in the pictures. settleMs: for a picture of another shape to come. */
async function lookAt(page, as, sizes = SIZES, settleMs = 0) {
  const faults = [];
  for (const { label, ...size } of sizes) {
    await page.setViewportSize(size);
    let seen;
    for (let tries = 0; tries < TRIES && (!tries || seen.length); tries++) {
      await sleep(tries ? Math.max(1000, settleMs) : settleMs); // again, where the machine is slow: a fault stays
      seen = await look(page, `${as}-${label}`);
    }
    faults.push(...seen);
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
      await chooseLayout(lecturer, name);
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
    await lecturer.page.locator('[data-sheet=people] [data-act=person]').first().click();
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
    await until('it plays', () => lecturer.page.locator('video.player').evaluate((video) => video.currentTime > 0));
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

describe('what is received', () => {
  const QUEUE_MS = 1200;
  const SHAPE_MS = 2500; // a page waits before it says that it stands upright
  let weak;
  let link;

  before(async () => {
    link = await openLink(await mediaPort(lecturer), { rate: '30k', queue: QUEUE_MS });
    weak = await openPage(browser, {
      url: room.student, name: 'Жанна', colour: 'cyan', toneHz: 1700, cam: false, mic: false, inside: false, port: link.port, locale: 'ru',
    });
    await press(weak, 'join-now');
  });

  after(async () => {
    await weak?.close();
    await link?.close();
  });

  /** The state of one page, in all sizes and both languages where it is said in words. */
  async function lookAtQuality(pupil, as) {
    await press(pupil, 'quality');
    await pupil.page.locator('[data-sheet=quality]').waitFor();
    const more = pupil.page.locator('[data-sheet=quality] details:not([open]) summary');
    if (await more.count()) await more.click();
    await lookAt(pupil.page, as);
    await pupil.page.keyboard.press('Escape');
  }

  const choose = async (pupil, wish) => {
    await press(pupil, 'quality');
    await pupil.page.locator(`label:has([data-act=wish-${wish}])`).click();
    await pupil.page.keyboard.press('Escape');
  };

  test('still pictures', async () => {
    await untilQuality(weak, 'stills', ({ level, why }) => level === 'still' && why === 'link', 60000);
    await lookAt(weak.page, 'level-still-first');
    await until('there is one', async () => (await snapshot(weak)).stillMs > 0);
    await sleep(1000);
    await lookAt(weak.page, 'level-still', [...SIZES, ASIDE], 8000); // and a whole still picture
    await lookAtQuality(weak, 'quality-still');
  });

  test('the weak ones, for the lecturer', async () => {
    await press(lecturer, 'more');
    await press(lecturer, 'people');
    const row = lecturer.page.locator('[data-weak]').first();
    await row.waitFor();
    await lookAt(lecturer.page, 'weak');
    await row.locator('[data-act=weak]').click();
    await row.locator('.fine').waitFor();
    await lookAt(lecturer.page, 'weak-history');
    await lecturer.page.keyboard.press('Escape');
  });

  test('a small picture', async () => {
    await link.order('both rate 80k');
    await untilQuality(weak, 'low', ({ level, why }) => level === 'low' && why === 'link', 60000);
    await untilShown(weak, NAMES.lecturer, 'red');
    await sleep(1200);
    await lookAt(weak.page, 'level-low', [...SIZES, ASIDE], SHAPE_MS);
  });

  test('sound only, as chosen', async () => {
    for (const [pupil, as] of [[asha, 'level-sound'], [ivan, 'level-sound-ru']]) {
      await choose(pupil, 'sound');
      await untilQuality(pupil, 'sound', ({ level }) => level === 'sound');
      await sleep(1200);
      await lookAt(pupil.page, as, [...SIZES, ASIDE], SHAPE_MS);
      await choose(pupil, 'auto');
    }
  });

  test('a limit for the data', async () => {
    for (const [pupil, as] of [[asha, 'budget'], [ivan, 'budget-ru']]) {
      await press(pupil, 'quality');
      await pupil.page.click('[data-sheet=quality] summary');
      await pupil.page.fill('#budget-mb', '50');
      await press(pupil, 'budget-set');
      await untilQuality(pupil, 'what lasts', ({ level, why }) => level === 'low' && why === 'budget');
      await sleep(4000); // until it is known how fast it goes
      await lookAt(pupil.page, as, SIZES, SHAPE_MS);
      await pupil.page.keyboard.press('Escape');
      await sleep(1000);
      await lookAt(pupil.page, `${as}-level`, SIZES, SHAPE_MS);
      await lookAtQuality(pupil, `${as}-sheet`);
      await press(pupil, 'quality');
      await press(pupil, 'budget-none');
      await pupil.page.keyboard.press('Escape');
    }
  });

  test('an upright picture', async () => {
    await asha.page.setViewportSize(SIZES[0]);
    await until('it is upright', () => asha.page.evaluate(() => {
      const { videoWidth: w, videoHeight: h } = document.querySelector('video#class');
      return h > w;
    }));
    await untilShown(asha, NAMES.lecturer, 'red');
    await lookAt(asha.page, 'tall', [SIZES[0]]);
  });
});

describe('beside and after the class', () => {
  test('the administrator', async () => {
    const page = await openEmpty(target.adminUrl);
    await page.fill('#title', 'Geography 6A');
    await page.click('[data-act=create]');
    await page.locator('#link-lecturer').waitFor();
    await page.locator('#rooms > li').nth(1).waitFor();
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
