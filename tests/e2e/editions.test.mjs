// As what a class is recorded, and what is in the picture: chosen by keys alone before it begins, and changed while it runs; paused, gone on with and marked with words from the class
// and from the console; everybody is told; and each of the chosen files is there in the end. Pictures go into test-logs/look/.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { axe } from './lib/axe.mjs';
import { openBrowser } from './lib/browser.mjs';
import { look } from './lib/look.mjs';
import { openPage, press, snapshot } from './lib/pupil.mjs';
import { createClass } from './lib/room.mjs';
import { openTarget } from './lib/target.mjs';
import { SLOW, sleep, until } from './lib/until.mjs';
import { openMember } from './lib/ws.mjs';

const SIZES = [
  { label: 'phone', width: 360, height: 740 },
  { label: 'desk', width: 1280, height: 800 },
];
const DESK = { width: 1280, height: 800 };
const CHOSEN = ['full', 'sound', 'live'];
const TITLE = 'Light and mirrors';
const WORDS = 'Закон отражения';
const BY_CONSOLE = 'Homework';
const PAUSED_MS = 3000;
const TARGET_PX = 48;
const PATIENCE_MS = 10000 * SLOW;

let target;
let browser;
let room;
let lecturer;
let asha;
let admin;
let desk; // asks as an administrator
let tell; // as if the server said it to the lecturer

before(async () => {
  target = await openTarget();
  browser = await openBrowser();
  room = await createClass(browser, target.adminUrl, 'Physics 8B');
  const behindTheSocket = (page) => page.routeWebSocket(/\/ws\b/, (socket) => {
    socket.connectToServer();
    tell = (t, d) => socket.send(JSON.stringify({ t, d }));
  });
  lecturer = await openPage(browser, { url: room.lecturer, name: 'Dr. Rao', colour: 'red', toneHz: 440, viewport: DESK, begin: behindTheSocket });
  asha = await openPage(browser, { url: room.student, name: 'Asha', colour: 'green', toneHz: 700, locale: 'ru' });
  for (const { page } of [lecturer, asha]) page.setDefaultTimeout(PATIENCE_MS);
  desk = await openMember({ link: target.adminUrl, name: 'Desk' });
});

after(async () => {
  desk?.close();
  await browser?.close();
  await target?.stop();
});

const act = (page, name) => page.locator(`[data-act=${name}]`);
const bar = (name) => lecturer.page.locator(`.class > .lecturer [data-act=${name}]`);
const sheet = () => lecturer.page.locator('[data-sheet=record]');
const view = (page) => act(page, 'record-view');
const choices = (page) => view(page).locator('option').allInnerTexts();
const focused = (page) => page.evaluate(() => document.activeElement?.dataset?.act ?? document.activeElement?.dataset?.edition ?? '');

async function key(page, locator, name) {
  await locator.focus();
  await page.keyboard.press(name);
}

/** Goes on by Tab until `name` has the focus. */
async function tabTo(page, name) {
  for (let i = 0; i < 20; i++) {
    if ((await focused(page)) === name) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab does not reach ${name}`);
}

/** In each size, light and dark: what can be measured, what axe finds, what is too small for a finger. */
async function lookAt(page, name, scope) {
  for (const { label, ...size } of SIZES) {
    await page.setViewportSize(size);
    await page.evaluate(() => document.activeElement.scrollIntoView({ block: 'center' }));
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await sleep(150);
      const as = `editions-${name}-${label}-${colorScheme}`;
      const wide = await page.locator(scope).evaluate((one) => one.scrollWidth - one.clientWidth);
      assert.ok(wide <= 0, `${as}: it scrolls ${wide} px sideways`);
      const faults = (await look(page, as)).filter((one) => !/the picture is only/.test(one)); // it takes a while to stand upright
      assert.deepEqual([...faults, ...(await axe(page, as, { scope }))], []);
    }
  }
  await page.setViewportSize(DESK);
}

async function assertTargets(where) {
  const small = await where.locator('button, input').evaluateAll((all, least) => all.map((one) => [one.dataset.act ?? one.dataset.edition, (one.closest('label') ?? one).getBoundingClientRect()]).filter(([, box]) => box.width && (box.height < least || box.width < least)).map(([act, box]) => `${act} ${box.width}x${box.height}`), TARGET_PX);
  assert.deepEqual(small, []);
}

async function untilAll(what, how) {
  for (const { page, name } of [lecturer, asha]) await until(`${name}: ${what}`, () => how(page), { ms: 10000 });
}

const dot = (is) => async (page) => (await page.locator(`[data-rec=${is}]`).count()) === 1;
const recorded = () => until('something is recorded', async () => (await desk.request('recording.list', { code: room.code, limit: 1 })).recordings.length === 1);

describe('what it is recorded as', () => {
  test('is chosen by keys alone, with what an hour of it takes', async () => {
    const { page } = lecturer;
    await key(page, bar('record-options'), 'Enter');
    await sheet().locator('[data-edition=full]').waitFor();
    const offered = await sheet().locator('label.edition').evaluateAll((all) => all.map((one) => [one.querySelector('input').dataset.edition, one.querySelector('small').textContent]));
    assert.deepEqual(offered.map(([name]) => name).filter((name) => ['full', 'light', 'sound', 'mkv', 'webm', 'live', 'push', 'tracks'].includes(name)), offered.map(([name]) => name));
    assert.ok(CHOSEN.every((name) => offered.some(([one]) => one === name)), String(offered));
    const megabytes = new Map(offered.map(([name, text]) => [name, Number(/about ([\d,.]+)\s?MB/.exec(text)?.[1].replace(/[,.]/g, ''))]));
    for (const [name, mb] of megabytes) assert.ok(mb > 0, `${name} takes ${mb} MB an hour`);
    assert.ok(megabytes.get('sound') < megabytes.get('full'));
    assert.equal(await sheet().locator('[data-edition=full]').isChecked(), true, 'what is usual is chosen');
    await assertTargets(sheet());
    await lookAt(page, 'sheet', '[data-sheet=record]');
  });

  test('an address is asked for only where it is sent to', async () => {
    const { page } = lecturer;
    const push = sheet().locator('[data-edition=push]');
    if (!(await push.count())) return;
    assert.equal(await act(page, 'record-push').count(), 0);
    await key(page, push, 'Space');
    await act(page, 'record-push').waitFor();
    await lookAt(page, 'push', '[data-sheet=record]');
    await key(page, push, 'Space');
    await until('it is not asked for', async () => (await act(page, 'record-push').count()) === 0);
  });

  test('none is nothing', async () => {
    const { page } = lecturer;
    const chosen = () => sheet().locator('[data-edition]:checked').evaluateAll((all) => all.map((one) => one.dataset.edition));
    for (const name of await chosen()) await key(page, sheet().locator(`[data-edition=${name}]`), 'Space');
    await until('none is chosen', async () => (await chosen()).length === 0);
    assert.equal(await act(page, 'record-start').isDisabled(), true);
  });

  test('what is in the picture is chosen by keys, as the class sees it or otherwise', async () => {
    const { page } = lecturer;
    await key(page, sheet().locator('[data-edition=full]'), 'Space');
    await view(page).waitFor();
    assert.equal(await view(page).inputValue(), 'class');
    const [first, slides, speaker, ...layouts] = await choices(page);
    assert.deepEqual([first, slides, speaker], ['As the class sees it', 'Slides large, names shown', 'Speaker only']);
    assert.ok(layouts.includes('Grid') && layouts.includes('Side by side'), String(layouts));
    await view(page).focus();
    await page.keyboard.type('Side');
    await until('it is taken', async () => (await view(page).inputValue()) === 'side-by-side');
    await tabTo(page, 'record-names');
    await page.keyboard.press('Space');
    await until('with names', () => act(page, 'record-names').isChecked());
    await lookAt(page, 'view', '[data-sheet=record]');
    await view(page).focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await until('that has its names', async () => (await view(page).inputValue()) === 'slides' && (await act(page, 'record-names').count()) === 0);
    await key(page, sheet().locator('[data-edition=full]'), 'Space');
    await until('sound has no picture', async () => (await view(page).count()) === 0);
  });

  test('begins, and everybody sees the dot', async () => {
    const { page } = lecturer;
    await act(page, 'record-title').focus();
    await page.keyboard.type(TITLE);
    for (const name of CHOSEN) {
      await tabTo(page, name);
      await page.keyboard.press('Space');
      await until(`${name} is chosen`, () => sheet().locator(`[data-edition=${name}]`).isChecked());
    }
    await tabTo(page, 'record-start');
    await page.keyboard.press('Enter');
    await untilAll('the dot', dot('on'));
    await until('the sheet is closed', async () => (await sheet().count()) === 0);
    await until('the focus is there', async () => (await focused(page)) === 'record-options');
    await recorded();
  });
});

describe('while it runs', () => {
  test('what is recorded is changed by keys, and the class sees what it saw', async () => {
    const { page } = lecturer;
    const recorded = async () => (await desk.request('record.options', { code: room.code })).layout;
    const shown = async () => (await snapshot(asha)).layout?.name;
    const before = await shown();
    assert.equal(await recorded(), 'lecture-pip names=on');
    await key(page, bar('record-options'), 'Enter');
    await view(page).waitFor();
    assert.equal(await view(page).inputValue(), 'slides');
    assert.equal((await choices(page)).includes('As the class sees it'), false, 'it has a picture of its own');
    await tabTo(page, 'record-view');
    await page.keyboard.press('ArrowDown');
    await until('the speaker alone', async () => (await recorded()) === 'speaker strip=0');
    await assertTargets(sheet());
    await lookAt(page, 'running-view', '[data-sheet=record]');
    await page.keyboard.press('Escape');
    assert.equal(await shown(), before);
  });

  test('in Russian, too', async () => {
    const ivan = await openPage(browser, { url: room.lecturer, name: 'Иван', colour: 'blue', toneHz: 500, viewport: DESK, locale: 'ru' });
    await key(ivan.page, ivan.page.locator('.class > .lecturer [data-act=record-options]'), 'Enter');
    await view(ivan.page).waitFor();
    assert.equal(await view(ivan.page).inputValue(), 'speaker');
    assert.deepEqual((await choices(ivan.page)).slice(0, 2), ['Слайды крупно, с именами', 'Только выступающий']);
    assert.match(await ivan.page.locator('#record-view-why').innerText(), /Меняется только запись/);
    assert.deepEqual(ivan.errors, []);
    await ivan.page.context().close();
  });

  test('it is paused and goes on: no time passes meanwhile', async () => {
    const { page } = lecturer;
    await sleep(1500);
    await key(page, bar('record-pause'), 'Enter');
    await untilAll('it is paused', dot('paused'));
    await until('the focus is there', async () => (await focused(page)) === 'record-pause');
    const clock = () => asha.page.locator('[data-rec] .mono').innerText();
    const stands = await clock();
    assert.equal(await asha.page.locator('[data-rec]').getAttribute('title'), 'Запись приостановлена');
    await lookAt(page, 'paused', '.class > .lecturer');
    await sleep(PAUSED_MS);
    assert.equal(await clock(), stands);
    await key(page, bar('record-pause'), 'Enter');
    await untilAll('it goes on', dot('on'));
    await lookAt(page, 'running', '.class > .lecturer');
    await until('time goes on', async () => (await clock()) !== stands);
  });

  test('a place is marked with words', async () => {
    const { page } = lecturer;
    await key(page, bar('record-options'), 'Enter');
    await act(page, 'record-mark-text').waitFor();
    await assertTargets(sheet());
    await lookAt(page, 'mark', '[data-sheet=record]');
    await until('the focus is there', async () => (await focused(page)) === 'record-mark-text');
    await page.keyboard.type(WORDS);
    await page.keyboard.press('Enter');
    await until('the sheet is closed', async () => (await sheet().count()) === 0);
    await until('the focus is there', async () => (await focused(page)) === 'record-options');
    await key(page, bar('record-mark'), 'Enter');
    await until('it is said', async () => /marked/.test(await page.locator('.toast').allInnerTexts().then(String)));
  });

  test('those who record see that the disk becomes full', async () => {
    tell('record.disk', { low: true, minutes: 12 });
    await lecturer.page.locator('[data-disk="12"]').waitFor();
    assert.match(await lecturer.page.locator('[data-disk]').innerText(), /12 min/);
    await lookAt(lecturer.page, 'disk', '.class > .lecturer');
    tell('record.disk', { low: false });
    await until('it is well again', async () => (await lecturer.page.locator('[data-disk]').count()) === 0);
  });

  test('the console pauses it, goes on with it and marks it', async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: DESK, locale: 'en' });
    admin = await context.newPage();
    admin.setDefaultTimeout(PATIENCE_MS);
    await admin.goto(target.adminUrl);
    await admin.locator(`[data-room="${room.code}"] [data-act=open-room]`).click();
    await admin.locator('[data-sheet=room] [data-act=records]').click();
    await key(admin, act(admin, 'rec-pause'), 'Enter');
    await untilAll('it is paused by the console', dot('paused'));
    await until('the button goes on with it', async () => /Go on/.test(await act(admin, 'rec-pause').innerText()));
    await assertTargets(admin.locator('[data-part=records]'));
    await lookAt(admin, 'console', '[data-sheet=room]');
    await key(admin, act(admin, 'rec-pause'), 'Enter');
    await untilAll('it goes on', dot('on'));
    await admin.locator('#rec-mark-text').focus();
    await admin.keyboard.type(BY_CONSOLE);
    await admin.keyboard.press('Enter');
    await until('it is taken', async () => (await admin.locator('#rec-mark-text').inputValue()) === '');
    await context.close();
  });
});

describe('in the end', () => {
  test('each of the chosen is there, and nothing of the pauses', async () => {
    await key(lecturer.page, bar('record'), 'Enter');
    await untilAll('the dot goes', async (page) => (await page.locator('[data-rec]').count()) === 0);
    const row = await until('it is ready', async () => {
      const [one] = (await desk.request('recording.list', { code: room.code, limit: 1 })).recordings;
      return one.state === 'ready' && one;
    });
    assert.equal(row.title, TITLE);
    assert.deepEqual(row.editions.map((one) => one.edition).sort(), [...CHOSEN].sort());
    for (const one of row.editions) assert.ok(one.bytes > 0 && !one.error, JSON.stringify(one));
    const lengths = row.editions.map((one) => one.ms);
    assert.ok(Math.max(...lengths) - Math.min(...lengths) < 1500, String(lengths));
    const { marks } = await desk.request('recording.marks', { code: room.code, id: row.id });
    assert.deepEqual(marks.map((one) => one.text), [WORDS, '', BY_CONSOLE]);
    for (const one of marks) assert.ok(one.at_ms > 0 && one.at_ms <= row.duration_ms, JSON.stringify([one, row.duration_ms]));
  });

  test('the library lists them', async () => {
    await press(lecturer, 'more');
    await press(lecturer, 'recordings');
    const row = lecturer.page.locator('.recording[data-state=ready]');
    await row.waitFor();
    assert.match(await row.innerText(), new RegExp(TITLE));
    await key(lecturer.page, row.locator('[data-act=files]'), 'Enter');
    const files = () => row.locator('[data-edition]').evaluateAll((all) => all.map((one) => one.dataset.edition));
    await until('each file can be saved', async () => (await files()).length === 2);
    assert.deepEqual((await files()).sort(), ['full', 'sound']); // what is watched while it runs is a folder
    await lecturer.page.keyboard.press('Escape');
  });
});

test('nothing went wrong in the pages', () => {
  for (const { errors } of [lecturer, asha]) assert.deepEqual(errors, []);
});
