// Who looks into the own camera before the class is connected already, and nobody knows. Needs a server: see lib/target.mjs.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openBrowser } from './lib/browser.mjs';
import { untilShown } from './lib/picture.mjs';
import { enter, openPage, press, snapshot, untilSeen } from './lib/pupil.mjs';
import { createClass } from './lib/room.mjs';
import { openTarget } from './lib/target.mjs';
import { SLOW, sleep, until } from './lib/until.mjs';

const FIRST_FRAME_MS = 1000 * SLOW;

let target;
let browser;
let room;
let lecturer;

before(async () => {
  target = await openTarget();
  browser = await openBrowser();
  room = await createClass(browser, target.adminUrl);
  lecturer = await openPage(browser, { name: 'Lecturer', colour: 'red', url: room.lecturer });
});

after(async () => {
  await browser?.close();
  await target?.stop();
});

const waiting = (name, colour) => openPage(browser, { name, colour, url: room.student, inside: false });

const untilWarm = (pupil) => until(`${pupil.name} is connected`, async () => (await snapshot(pupil)).ice === 'connected');

describe('before the class', () => {
  test('nobody sees who waits; inside it is at once', async () => {
    const asha = await waiting('Asha', 'green');
    await untilWarm(asha);
    await sleep(1000);
    assert.equal((await snapshot(asha)).screen, 'check');
    assert.deepEqual((await snapshot(asha)).members, []);
    assert.equal((await snapshot(lecturer)).members.length, 1);
    const took = await enter(asha);
    console.log(`first frame: ${Math.round(took)} ms`);
    assert.ok(took < FIRST_FRAME_MS, `the first frame took ${took} ms`);
    await untilSeen(lecturer, 'Asha', (one) => one?.cam === true && one.mic === true);
    await untilShown(lecturer, 'Asha', 'green');
    await untilShown(asha, 'Lecturer', 'red');
    assert.equal((await snapshot(asha)).members.length, 2);
    assert.deepEqual(asha.errors, []);
    await asha.close();
    await untilSeen(lecturer, 'Asha', (one) => !one);
  });

  test('who goes back is not connected any more, and may come again', async () => {
    const ivan = await waiting('Ivan', 'blue');
    await untilWarm(ivan);
    await press(ivan, 'back');
    await until('no connection', async () => (await snapshot(ivan)).link === 'idle');
    await ivan.page.click('[data-act=continue]');
    await untilWarm(ivan);
    await enter(ivan);
    await untilSeen(lecturer, 'Ivan', (one) => !!one);
    await ivan.close();
    await untilSeen(lecturer, 'Ivan', (one) => !one);
  });

  test('a server that lets nobody in by this door is joined by the other', async () => {
    const lena = await waiting('Lena', 'yellow');
    await untilWarm(lena);
    await lena.page.evaluate(() => {
      const send = WebSocket.prototype.send;
      WebSocket.prototype.send = function (text) {
        return send.call(this, String(text).replace('"t":"enter"', '"t":"entre"'));
      };
    });
    await enter(lena);
    await untilSeen(lecturer, 'Lena', (one) => one?.cam === true);
    await untilShown(lecturer, 'Lena', 'yellow');
    assert.deepEqual(lena.errors, []);
    await lena.close();
  });
});
