// Pictures as they are wanted: upright for upright pages, letters for slides, and of each camera as much as is seen of it.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { openBrowser } from './lib/browser.mjs';
import { levelOf, sent, untilLevel, untilQuality } from './lib/levels.mjs';
import { untilReadable } from './lib/pages.mjs';
import { tileOf, untilShown } from './lib/picture.mjs';
import { openPage, press, snapshot } from './lib/pupil.mjs';
import { createClass } from './lib/room.mjs';
import { openTarget } from './lib/target.mjs';
import { SLOW, sleep, until } from './lib/until.mjs';

const PHONE = { width: 360, height: 740 };
const DESK = { width: 1280, height: 800 };
const COLOURS = ['green', 'blue', 'yellow', 'magenta', 'cyan'];
const READABLE_MS = { low: 4000, mid: 3000, main: 3000 }; // on a busy machine; they are printed

let target;
let browser;
const guests = [];

before(async () => {
  target = await openTarget({ conf: { rung_top: '"high"' } });
  browser = await openBrowser();
});

afterEach(async () => {
  while (guests.length) await guests.pop().close();
});

after(async () => {
  await browser?.close();
  await target?.stop();
});

async function open(url, name, options = {}) {
  const pupil = await openPage(browser, { url, name, ...options });
  guests.push(pupil);
  return pupil;
}

const videoSize = (pupil) =>
  pupil.page.evaluate(() => {
    const { videoWidth: w, videoHeight: h } = document.querySelector('video#class');
    return { w, h };
  });

describe('an upright page', () => {
  test('gets a picture of 9:16, a wide one beside it a wide one, and both tiles are right', async () => {
    const room = await createClass(browser, target.adminUrl, 'Shapes');
    const lecturer = await open(room.lecturer, 'Lecturer', { viewport: DESK });
    const phone = await open(room.student, 'Phone', { colour: 'green', toneHz: 700, viewport: PHONE });
    await until('the phone gets an upright picture', async () => {
      const { w, h } = await videoSize(phone);
      if (h <= w) throw new Error(`${w}x${h}`);
      return Math.abs(w / h - 9 / 16) < 0.01;
    });
    const wide = await videoSize(lecturer);
    assert.ok(Math.abs(wide.w / wide.h - 16 / 9) < 0.01, JSON.stringify(wide));
    for (const pupil of [phone, lecturer]) {
      await untilShown(pupil, 'Lecturer', 'red');
      await untilShown(pupil, 'Phone', 'green');
      const { layout } = await snapshot(pupil);
      for (const one of layout.tiles) {
        assert.ok(one.x >= 0 && one.y >= 0 && one.x + one.w <= layout.w && one.y + one.h <= layout.h, JSON.stringify(layout));
      }
    }
    // two people, one above the other
    const [above, below] = await Promise.all(['Lecturer', 'Phone'].map((name) => tileOf(phone, name)));
    assert.ok(Math.abs(above.x - below.x) < 2 && Math.abs(above.y - below.y) > 100, JSON.stringify([above, below]));
    // turned to its side
    await phone.page.setViewportSize({ width: 740, height: 360 });
    await until('the picture is wide', async () => {
      const { w, h } = await videoSize(phone);
      return w > h;
    });
    await untilShown(phone, 'Phone', 'green');
  });
});

describe('a camera', () => {
  test('sends as much as is seen of it, and more lines than it was opened with when they are wanted', async () => {
    const room = await createClass(browser, target.adminUrl, 'Asks');
    const lecturer = await open(room.lecturer, 'Lecturer', { lines: 720 });
    await untilShown(lecturer, 'Lecturer', 'red');
    const lines = () => lecturer.page.evaluate(() => window.__aula.pc().getTransceivers().find((one) => one.mid === 'c').sender.track.getSettings().height);
    await untilLevel(lecturer, 'high', 60000);
    const alone = await until('it sends all that its camera can', async () => {
      const now = await sent(lecturer);
      if (now.h !== 720) throw new Error(`it sends ${now.h} lines of ${await lines()}`);
      return now;
    });
    for (let i = 0; i < 3; i++) await open(room.student, `Student ${i}`, { colour: COLOURS[i], toneHz: 700 + 100 * i });
    const four = await until('it is one of four', async () => {
      const now = await sent(lecturer);
      if (now.h > alone.h / 2) throw new Error(`it sends ${now.h} lines, was ${alone.h}`);
      return now;
    });
    await untilShown(lecturer, 'Student 2', COLOURS[2]);
    await untilShown(guests.at(-1), 'Lecturer', 'red');
    console.log(`alone ${alone.h} lines, one of four ${four.h}, of a track of ${await lines()}`);
    while (guests.length > 1) await guests.pop().close();
    await until('it is alone again', async () => (await sent(lecturer)).h > four.h);
  });

  test('that nobody looks at is not sent', async () => {
    const room = await createClass(browser, target.adminUrl, 'Unseen');
    const lecturer = await open(room.lecturer, 'Lecturer');
    await untilShown(lecturer, 'Lecturer', 'red');
    await lecturer.page.click('[data-act=quality]');
    await lecturer.page.locator('label:has([data-act=wish-sound])').click();
    await untilLevel(lecturer, 'sound', 1000 * SLOW);
    await until('the camera rests', async () => !(await sent(lecturer)).active);
    await sleep(1000);
    const before = await sent(lecturer);
    await sleep(2000);
    assert.equal((await sent(lecturer)).packets, before.packets);
    assert.equal((await snapshot(lecturer)).cam, true, 'it is still on');
    await lecturer.page.locator('label:has([data-act=wish-auto])').click();
    await until('it is sent again', async () => (await sent(lecturer)).packets > before.packets);
    await lecturer.page.keyboard.press('Escape');
    await untilShown(lecturer, 'Lecturer', 'red');
  });
});

describe('slides', () => {
  test('a new page is soon readable at each level', async () => {
    const room = await createClass(browser, target.adminUrl, 'Slides');
    const lecturer = await open(room.lecturer, 'Lecturer', { slides: true, cam: false });
    const watches = [];
    for (const level of ['low', 'mid', 'main']) {
      const pupil = await open(room.student, `At ${level}`, { cam: false, mic: false });
      await pupil.page.click('[data-act=quality]');
      await pupil.page.click('[data-sheet=quality] summary');
      await pupil.page.selectOption('[data-act=cap]', level);
      await pupil.page.keyboard.press('Escape');
      watches.push({ pupil, level });
    }
    await press(lecturer, 'share');
    for (const { pupil, level } of watches) {
      await untilQuality(pupil, `slides at ${level}`, (now) => now.content === 'slides' && now.level === level);
    }
    const tile = await until('the screen is shown', async () => {
      const { layout, members } = await snapshot(watches[0].pupil);
      const member = members.find((one) => one.name === 'Lecturer');
      const found = layout.tiles.find((one) => one.member === member.id && one.kind === 'screen');
      return found && { ...found, map: { w: layout.w, h: layout.h } };
    });
    await sleep(5000);
    const times = Object.fromEntries(watches.map(({ level }) => [level, []]));
    for (let number = 2; number <= 5; number++) {
      const waits = watches.map(({ pupil }) => untilReadable(pupil, tile, number));
      await sleep(300); // all of them look
      const start = await lecturer.page.evaluate((number) => window.__fakes.turn(number), number);
      for (const [i, { atMs, likeness }] of (await Promise.all(waits)).entries()) {
        const { level } = watches[i];
        assert.ok(atMs, `${level}: page ${number} is not readable after 10 s (${likeness.toFixed(2)})`);
        times[level].push(atMs - start);
      }
      await sleep(2500);
    }
    for (const { pupil, level } of watches) {
      const { likeness } = await untilReadable(pupil, tile, 5, { readable: 1.1, ms: 300 });
      const size = await videoSize(pupil);
      console.log(`${level} (${size.w}x${size.h}): readable after ${times[level].join(', ')} ms, in the end ${likeness.toFixed(3)} alike`);
      assert.equal(await levelOf(pupil), level);
      assert.ok(Math.max(...times[level]) <= READABLE_MS[level] * SLOW, `${level}: ${times[level]}`);
    }
  });
});
