// The tools of a class between a lecturer and a pupil: hands, polls by keys alone, reactions, the timer. Pictures of them
// go into test-logs/look/.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openBrowser } from './lib/browser.mjs';
import { look } from './lib/look.mjs';
import { openPage, press, snapshot } from './lib/pupil.mjs';
import { createClass } from './lib/room.mjs';
import { openTarget } from './lib/target.mjs';
import { sleep, until } from './lib/until.mjs';

const SIZES = [
  { label: 'phone', width: 360, height: 740 },
  { label: 'desk', width: 1280, height: 800 },
];

let target;
let browser;
let lecturer;
let asha;

before(async () => {
  target = await openTarget();
  browser = await openBrowser();
  const room = await createClass(browser, target.adminUrl, 'Physics 8B');
  lecturer = await openPage(browser, { url: room.lecturer, name: 'Dr. Oliveira', colour: 'red' });
  asha = await openPage(browser, { url: room.student, name: 'Asha', colour: 'green', mic: false, locale: 'ru' });
});

after(async () => {
  await browser?.close();
  await target?.stop();
});

async function lookAt(pupil, as) {
  const faults = [];
  for (const { label, ...size } of SIZES) {
    await pupil.page.setViewportSize(size);
    await sleep(300);
    const found = await look(pupil.page, `${as}-${label}`);
    faults.push(...found.filter((one) => !one.includes('the picture is only'))); // of the other shape, for a while
  }
  assert.deepEqual(faults, []);
}

const told = (what, pupil, check) => until(`${pupil.name}: ${what}`, async () => check(await snapshot(pupil)));

describe('hands', () => {
  test('a hand has its number on both sides, and a waiting time', async () => {
    await asha.page.keyboard.press('h');
    await told('is number 1', asha, ({ hand }) => hand.at === 1);
    await told('sees the hand', lecturer, ({ hands }) => hands.n === 1 && hands.list[0].name === 'Asha');
    assert.match(await asha.page.locator('[data-act=hand]').innerText(), /1/);
    const strip = lecturer.page.locator('.class > .lecturer [data-hand]');
    await strip.waitFor();
    await until('the time runs', async () => /0:0[1-9]/.test(await strip.innerText()));
    await lookAt(lecturer, 'hands-lecturer');
    await lookAt(asha, 'hands-student-ru');
    await lecturer.page.keyboard.press('h');
    await lecturer.page.locator('[data-sheet=hands] [data-hand]').waitFor();
    await lookAt(lecturer, 'hands-sheet');
    await lecturer.page.keyboard.press('Escape');
  });

  test('a reload of the connection keeps it', async () => {
    await asha.context.setOffline(true);
    await told('is away', asha, ({ link }) => link !== 'open');
    await asha.context.setOffline(false);
    await told('is back', asha, ({ link, hand }) => link === 'open' && hand.at === 1);
  });

  test('let speak: one press, the pupil is in front and may answer', async () => {
    await lecturer.page.click('.class > .lecturer [data-act=hand-call]');
    await told('has the floor', asha, ({ hand }) => hand.floor && hand.at === 0);
    await told('has Asha in front', lecturer, ({ pinned, hands, members }) => {
      const id = members.find((one) => one.name === 'Asha').id;
      return pinned === id && hands.floor === id && hands.n === 0;
    });
    await lookAt(asha, 'hands-floor-ru');
    await press(asha, 'banner'); // the microphone
    await told('hears Asha', lecturer, ({ members }) => members.some((one) => one.name === 'Asha' && one.mic));
    await lecturer.page.click('.class > .lecturer [data-act=hand-done]');
    await told('is silent again', asha, ({ hand, mic }) => !hand.floor && !mic);
    await told('has nobody in front', lecturer, ({ pinned }) => pinned === '');
  });
});

describe('a poll', () => {
  test('asked and answered by the keyboard alone', async () => {
    const { keyboard } = lecturer.page;
    await lecturer.page.evaluate(() => document.activeElement?.blur());
    await keyboard.press('p');
    await lecturer.page.locator('[data-sheet=poll]').waitFor();
    await lecturer.page.focus('#poll-question');
    await keyboard.type('Which lens brings light together?');
    await lecturer.page.focus('#poll-options');
    await keyboard.type('A convex one\nA concave one\nНикакая из них, потому что свет всегда идёт по прямой');
    await lookAt(lecturer, 'poll-form');
    await lecturer.page.focus('[data-act=poll-start]');
    await keyboard.press('Enter');
    await told('is asked', asha, ({ poll }) => poll?.on && poll.n === 3 && !poll.counts);
    await asha.page.evaluate(() => document.activeElement?.blur());
    await asha.page.keyboard.press('2');
    await told('counts it', lecturer, ({ poll }) => poll.voters === 1 && poll.counts[1] === 1);
    await asha.page.keyboard.press('1');
    await told('counts the other', lecturer, ({ poll }) => poll.voters === 1 && poll.counts[0] === 1 && poll.counts[1] === 0);
    await lookAt(lecturer, 'poll-lecturer');
    await lookAt(asha, 'poll-student-ru');
  });

  test('a reload of the page keeps the answer', async () => {
    await asha.page.reload();
    await asha.page.locator('[data-act=join-now], .class').first().waitFor();
    if (await asha.page.locator('[data-act=join-now]').count()) await press(asha, 'join-now');
    await told('knows its answer', asha, ({ poll, choices }) => poll?.on && choices[0] === 1);
    await asha.page.click('[data-option="3"]');
    await told('counts one', lecturer, ({ poll }) => poll.voters === 1 && poll.counts[2] === 1);
  });

  test('results for all, and as a file', async () => {
    await press(lecturer, 'poll-show');
    await told('sees them', asha, ({ poll }) => poll.counts?.[2] === 1);
    const [file] = await Promise.all([lecturer.page.waitForEvent('download'), press(lecturer, 'poll-csv')]);
    assert.match(file.suggestedFilename(), /^poll-.+\.csv$/);
    await press(lecturer, 'poll-stop');
    await told('has ended', asha, ({ poll }) => poll.on === false);
    await lookAt(asha, 'poll-results-ru');
    for (const one of [asha, lecturer]) await press(one, 'poll-hide');
  });
});

describe('reactions and the timer', () => {
  test('a sign is seen by all for a while', async () => {
    await press(asha, 'react');
    await lookAt(asha, 'signs');
    await asha.page.locator('.signs-row .sign').first().click();
    const sign = lecturer.page.locator('.reaction').first();
    await sign.waitFor();
    await lookAt(lecturer, 'reactions');
    await sign.waitFor({ state: 'detached' });
  });

  test('the timer counts on both sides, pauses and stops', async () => {
    await lecturer.page.locator('.class > .lecturer [data-act=timer]').click();
    await lecturer.page.fill('#timer-label', 'Task 3');
    await lookAt(lecturer, 'timer-sheet');
    await press(lecturer, 'timer-start');
    for (const one of [asha, lecturer]) await one.page.locator('[data-timer=on]').waitFor();
    await until('it counts', async () => /4:5\d/.test(await asha.page.locator('[data-timer]').innerText()));
    await lookAt(asha, 'timer-ru');
    await lookAt(lecturer, 'timer-lecturer');
    await lecturer.page.locator('.class > .lecturer [data-act=timer]').click();
    await press(lecturer, 'timer-pause');
    await asha.page.locator('[data-timer=paused]').waitFor();
    await press(lecturer, 'timer-stop');
    await asha.page.locator('[data-timer]').waitFor({ state: 'detached' });
    await lecturer.page.keyboard.press('Escape');
  });

  test('a line of the chat is sent once, and what is typed meanwhile stays', async () => {
    const { page } = asha;
    await page.keyboard.press('c');
    await page.locator('#chat-text').waitFor();
    await page.evaluate(() => {
      const field = document.querySelector('#chat-text');
      const enter = () => field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
      field.value = 'once';
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
      enter();
      enter();
      field.value = 'next';
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    });
    await page.locator('.line').waitFor();
    await sleep(300);
    assert.equal(await page.locator('.line').count(), 1);
    assert.equal(await page.inputValue('#chat-text'), 'next');
    await page.fill('#chat-text', '');
    await page.keyboard.press('Escape');
  });

  test('a sheet gives the focus back, also through another one', async () => {
    const { page } = asha;
    const backOnMore = () =>
      until('the focus is back', () => page.evaluate(() => document.activeElement.dataset.act === 'more'), { ms: 2000 });
    await page.focus('.controls [data-act=more]');
    await page.keyboard.press('Enter');
    await page.locator('dialog[open] [data-act=people]').press('Enter');
    await page.locator('[data-sheet=people][open] [data-act=close]').press('Enter');
    await page.locator('dialog').waitFor({ state: 'detached' });
    await backOnMore();
    await page.keyboard.press('Enter');
    await page.locator('dialog[open]').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    await backOnMore();
  });

  test('after a reload the class is there before the browser has its answer about the devices', async () => {
    await asha.page.addInitScript(() => {
      navigator.mediaDevices.getUserMedia = () => new Promise(() => undefined);
    });
    await asha.page.reload();
    await asha.page.locator('.class').waitFor({ timeout: 5000 });
    await told('is inside', asha, ({ screen, link }) => screen === 'class' && link === 'open');
  });

  test('no page had an error', () => {
    const offline = /ERR_INTERNET_DISCONNECTED|WebSocket connection/;
    for (const one of [lecturer, asha]) assert.deepEqual(one.errors.filter((line) => !offline.test(line)), []);
  });
});
