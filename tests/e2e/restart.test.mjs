// The server or a browser ends in the middle of a class: who is left notices, and the class goes on.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openBrowser } from './lib/browser.mjs';
import { untilShown } from './lib/picture.mjs';
import { openPage, press, seen, snapshot } from './lib/pupil.mjs';
import { createClass } from './lib/room.mjs';
import { untilHeard } from './lib/sound.mjs';
import { openTarget } from './lib/target.mjs';
import { sleep, until } from './lib/until.mjs';

const TERM_MS = 10000;
const GONE_MS = 20000;
const CHAT = 'Before the restart';

let target;
let browser;
let doomed;
let room;
let lecturer;
let asha;

before(async () => {
  target = await openTarget();
  browser = await openBrowser();
  doomed = await openBrowser();
  room = await createClass(browser, target.adminUrl, 'Goes on');
  lecturer = await openPage(browser, { url: room.lecturer, name: 'Lecturer', colour: 'red', toneHz: 440 });
  asha = await openPage(browser, { url: room.student, name: 'Asha', colour: 'green', toneHz: 700 });
});

after(async () => {
  await browser?.close();
  await doomed?.close();
  await target?.stop();
});

/** Keeps what the WebSockets of a page say. */
function listen(pupil) {
  const said = [];
  pupil.page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => said.push(JSON.parse(String(payload)))));
  return said;
}

describe('the server is told to stop', () => {
  let before;
  let byes;

  test('it says goodbye to everybody, saves the recording and ends with 0 in time', async () => {
    const said = [listen(lecturer), listen(asha)];
    for (const pupil of [lecturer, asha]) { // so that their sockets are listened to
      await pupil.page.reload();
      await until(`${pupil.name} is inside`, async () => (await snapshot(pupil)).firstFrame);
    }
    await until('there are two', async () => (await snapshot(lecturer)).members.filter((one) => one.state === 'here').length === 2);
    for (const who of [lecturer, asha]) await untilShown(asha, who.name, who.colour);
    await press(asha, 'chat');
    await asha.page.fill('#chat-text', CHAT);
    await asha.page.press('#chat-text', 'Enter');
    await until('it is said', async () => (await snapshot(lecturer)).chat.at(-1)?.text === CHAT);
    await press(asha, 'chat-close');
    await lecturer.page.click('.class > .lecturer [data-act=record]');
    await until('it is recorded', async () => (await snapshot(asha)).recording.on);
    await sleep(1500);
    before = await snapshot(lecturer);
    const { ms, code } = await target.stop({ keep: true, graceMs: TERM_MS });
    assert.equal(code, 0);
    assert.ok(ms <= TERM_MS, `it took ${ms} ms`);
    byes = said.map((all) => all.filter(({ t }) => t === 'bye').map(({ d }) => d));
    for (const [bye, ...more] of byes) {
      assert.equal(bye?.why, 'restart');
      assert.ok(bye.after_ms >= 500 && bye.after_ms <= 10000, `come back after ${bye.after_ms} ms`);
      assert.deepEqual(more, []);
    }
  });

  test('the pages say what happens', async () => {
    for (const pupil of [lecturer, asha]) {
      await pupil.page.locator('.banner p').first().waitFor();
      assert.equal((await snapshot(pupil)).screen, 'class');
    }
  });

  test('they come back by themselves when it runs again', async () => {
    target = await openTarget({ place: target });
    for (const pupil of [lecturer, asha]) {
      await until(`${pupil.name} is back`, async () => {
        const { link, ice, firstFrame } = await snapshot(pupil);
        return link === 'open' && ice === 'connected' && firstFrame;
      });
    }
    for (const pupil of [lecturer, asha]) {
      for (const who of [lecturer, asha]) await untilShown(pupil, who.name, who.colour);
      await until('the banner is gone', async () => (await pupil.page.locator('.banner[data-kind=red] p').count()) === 0);
    }
    await untilHeard(lecturer, [asha.toneHz, asha.toneHz + 37], ([tone, beside]) => tone - beside > 30);
  });

  test('as the same people in the same class', async () => {
    const now = await snapshot(lecturer);
    assert.equal(now.room.title, before.room.title);
    assert.equal(now.role, 'lecturer');
    assert.deepEqual(now.members.map((one) => one.name).sort(), ['Asha', 'Lecturer']);
    assert.equal(now.chat.at(-1)?.text, CHAT, 'what was said is still there');
  });

  test('the recording was finished', async () => {
    await press(asha, 'more');
    await press(asha, 'recordings');
    await asha.page.locator('.recording[data-state=ready]').waitFor();
    await asha.page.keyboard.press('Escape');
  });
});

describe('a browser is killed', () => {
  test('the others see that its member is gone', async () => {
    const guest = await openPage(doomed, { url: room.student, name: 'Guest', colour: 'cyan', toneHz: 2000 });
    await untilShown(lecturer, 'Guest', 'cyan');
    await killAll(doomed);
    doomed = null;
    const start = Date.now();
    await until('nobody sees it', async () => {
      for (const pupil of [lecturer, asha]) if ((await seen(pupil, guest.name))?.state === 'here') return false;
      return true; // its seat is held for a minute
    }, { ms: GONE_MS });
    console.log(`gone after ${Date.now() - start} ms`);
    await until('its tile is gone', async () => (await snapshot(asha)).layout.tiles.length === 2);
  });
});

/** The process of a browser that we started and all below it, at once. */
async function killAll(one) {
  const session = await one.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  for (const { id } of processInfo) {
    try {
      process.kill(id, 'SIGKILL');
    } catch {
      // it went with its parent
    }
  }
}

test('nothing went wrong in the pages', () => {
  const expected = /WebSocket connection to|ERR_CONNECTION_REFUSED/;
  for (const pupil of [lecturer, asha]) assert.deepEqual(pupil.errors.filter((line) => !expected.test(line)), []);
});
