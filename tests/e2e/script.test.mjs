// A short class from beginning to end, for servers that were built with sanitizers and are many times slower: it
// touches everything once and judges no speed. A report of a sanitizer, or another exit code than 0, fails it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser } from './lib/browser.mjs';
import { untilNotShown, untilShown } from './lib/picture.mjs';
import { openPage, press, seen, snapshot, stats, untilSeen } from './lib/pupil.mjs';
import { createClass } from './lib/room.mjs';
import { openTarget } from './lib/target.mjs';
import { sleep, until } from './lib/until.mjs';

const RECORDED_MS = 3000;
const BAR = '.class > .lecturer';

let target;
let browser;
let lecturer;
let asha;

before(async () => {
  target = await openTarget({ readyMs: 30000 });
  browser = await openBrowser();
  const room = await createClass(browser, target.adminUrl, 'Script');
  lecturer = await openPage(browser, { url: room.lecturer, name: 'Lecturer', colour: 'red', toneHz: 440, inside: false });
  asha = await openPage(browser, { url: room.student, name: 'Asha', colour: 'green', toneHz: 700, codec: 'vp8', inside: false });
});

after(async () => {
  await browser?.close();
  await target?.stop({ signal: 'SIGKILL' }).catch(() => undefined); // was stopped and judged before, when all went well
});

test('both come in and see each other', async () => {
  for (const pupil of [lecturer, asha]) {
    await press(pupil, 'join-now');
    await until(`${pupil.name} sees the class`, async () => (await snapshot(pupil)).firstFrame);
  }
  for (const pupil of [lecturer, asha]) {
    for (const who of [lecturer, asha]) await untilShown(pupil, who.name, who.colour);
    const { inboundVideo, inboundAudio } = await stats(pupil);
    assert.deepEqual([inboundVideo, inboundAudio], [1, 1]);
  }
});

test('another layout, and back', async () => {
  const { layouts, layout } = await snapshot(lecturer);
  for (const name of [layouts.find((one) => one !== layout.name), layout.name]) {
    await lecturer.page.click(`${BAR} [data-layout="${name}"]`);
    for (const pupil of [lecturer, asha]) {
      await until(`${pupil.name} has it`, async () => (await snapshot(pupil)).layout.name === name);
    }
  }
  await untilShown(asha, 'Lecturer', 'red');
});

test('a recording, while somebody turns the camera off and shares the screen', async () => {
  await lecturer.page.click(`${BAR} [data-act=record]`);
  await until('it runs', async () => (await snapshot(asha)).recording.on);
  const start = Date.now();
  await press(asha, 'cam');
  await untilSeen(lecturer, 'Asha', (one) => one?.cam === false);
  await untilNotShown(lecturer, 'Asha', 'green');
  await press(asha, 'share');
  await untilShown(lecturer, 'Asha', 'white', { kind: 'screen' });
  await sleep(Math.max(0, RECORDED_MS - (Date.now() - start)));
  await lecturer.page.click(`${BAR} [data-act=record]`);
  await press(asha, 'share');
  await press(asha, 'cam');
  await untilShown(lecturer, 'Asha', 'green');
  await press(lecturer, 'more');
  await press(lecturer, 'recordings');
  await lecturer.page.locator('.recording[data-state=ready]').waitFor();
  await lecturer.page.keyboard.press('Escape');
});

test('a word in the chat', async () => {
  await press(asha, 'chat');
  await asha.page.fill('#chat-text', 'Hello');
  await asha.page.press('#chat-text', 'Enter');
  await until('it comes', async () => (await snapshot(lecturer)).chat.at(-1)?.text === 'Hello');
  await press(asha, 'chat-close');
});

test('one leaves, one is thrown out of the network', async () => {
  await asha.page.evaluate(() => window.__aula.pc().close());
  await press(asha, 'leave');
  await until('Asha is gone', async () => !(await seen(lecturer, 'Asha')));
  await untilShown(lecturer, 'Lecturer', 'red');
  assert.deepEqual([...lecturer.errors, ...asha.errors], []);
});

test('SIGTERM in the middle of a class ends it with 0, without a report', async () => {
  const { code } = (await target.stop()) ?? { code: 0 };
  assert.equal(code, 0);
});
