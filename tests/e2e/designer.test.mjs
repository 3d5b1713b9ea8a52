// The designer of layouts: one is built by keyboard alone, a class shows it, files go out and come in.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { axe } from './lib/axe.mjs';
import { openBrowser } from './lib/browser.mjs';
import { look } from './lib/look.mjs';
import { openPage, snapshot } from './lib/pupil.mjs';
import { createClass } from './lib/room.mjs';
import { openTarget } from './lib/target.mjs';
import { until } from './lib/until.mjs';

const FREESWITCH = new URL('../../web/test/fixtures/conference_layouts.conf.xml', import.meta.url).pathname;
const SIZES = [
  [360, 740],
  [768, 1024],
  [1280, 900],
];

let target;
let browser;
let room;
let pupil;
let page;
const errors = [];

before(async () => {
  target = await openTarget();
  browser = await openBrowser();
  room = await createClass(browser, target.adminUrl, 'Drawing 7A');
  pupil = await openPage(browser, { url: room.student, name: 'Asha', colour: 'green', toneHz: 700 });
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 900 }, acceptDownloads: true });
  page = await context.newPage();
  page.on('pageerror', (why) => errors.push(String(why)));
  await page.goto(target.adminUrl.replace('/admin#', '/admin/layouts#'));
  await page.locator('[data-act=new]').waitFor();
});

after(async () => {
  await browser?.close();
  await target?.stop();
});

const focused = () =>
  page.evaluate(() => {
    const { id, dataset } = document.activeElement;
    return id || dataset.act || (dataset.cell === undefined ? '' : `cell ${dataset.cell}`);
  });

/** Goes there by Tab alone, as who has no mouse. */
async function tabTo(what, back = false) {
  for (let i = 0; i < 150; i++) {
    if ((await focused()) === what) return;
    await page.keyboard.press(back ? 'Shift+Tab' : 'Tab');
  }
  assert.fail(`Tab does not lead to ${what}`);
}

const keys = async (...list) => {
  for (const key of list) await page.keyboard.press(key);
};

const times = (n, key) => Array.from({ length: n }, () => key);

/** In sixtieths, by the table. */
async function cellOf(i) {
  const percent = await Promise.all(['x', 'y', 'w', 'h'].map((side) => page.locator(`#cell-${i}-${side}`).inputValue()));
  return percent.map((one) => Number((Number(one) * 0.6).toFixed(2)));
}

const isAt = (i, rect) => until(`cell ${i} is at ${rect}`, async () => String(await cellOf(i)) === String(rect));

/** The cells of the drawing, in 1/10080. */
const drawn = () => page.locator('.drawing .seen').evaluateAll((all) => all.map((one) => one.dataset.at));

const good = () => until('the server takes it', async () => (await page.locator('[data-fault=""]').count()) === 1);

async function lookAt(name) {
  const faults = [];
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    faults.push(...(await look(page, `designer-${name}-${width}`)), ...(await axe(page, `${name} at ${width}`)));
  }
  assert.deepEqual(faults, []);
}

describe('by keyboard alone', () => {
  test('a layout of two cells', async () => {
    await tabTo('template');
    await keys('Home'); // the empty one is the first
    await tabTo('new');
    await keys('Enter');
    await page.locator('[data-act=save]').waitFor();
    await tabTo('add-cell');
    await keys('Enter');
    await tabTo('cell 0');
    // from a quarter at 0, 0: to 10, 0 of 60, and 40 by 60 large
    await keys(...times(10, 'ArrowRight'), ...times(25, 'Shift+ArrowRight'), ...times(45, 'Shift+ArrowDown'));
    await isAt(0, [10, 0, 40, 60]);
    await keys('Control+d', '+');
    assert.equal(await focused(), 'cell 1');
    await keys(...times(60, 'ArrowLeft'), ...times(60, 'ArrowUp'), ...times(30, 'Shift+ArrowLeft'), ...times(40, 'Shift+ArrowUp'));
    await isAt(1, [0, 0, 10, 20]);
    await keys('Alt+ArrowDown');
    await isAt(1, [0, 0.1, 10, 20]);
    await keys('Control+z');
    await isAt(1, [0, 0, 10, 20]);
    await keys('Control+y', 'Control+z', 'Delete');
    assert.equal(await page.locator('[data-cell]').count(), 1);
    await keys('Control+z');
    assert.equal(await page.locator('[data-cell]').count(), 2);
    await good();
  });

  test('what it is called, and what it shows', async () => {
    await tabTo('layout-name');
    await keys('Control+a');
    await page.keyboard.type('two-keys');
    await keys('Tab');
    await good();
    await until('the drawing is there', async () => (await drawn()).length === 2);
    assert.deepEqual(await drawn(), ['1680 0 6720 10080', '0 0 1680 3360']);
  });

  test('what is wrong is said at the field that it names', async () => {
    await tabTo('cell-0-x', true);
    await keys('Control+a');
    await page.keyboard.type('90');
    await keys('Enter');
    const field = page.locator('#cell-0-w');
    await until('the field is marked', async () => (await field.getAttribute('aria-invalid')) === 'true');
    assert.match(await page.locator('#cell-0-w-why').innerText(), /outside/);
    assert.equal(await page.locator('[data-fault="variants[0].cells[0].w"]').count(), 1);
    await tabTo('cell 0', true);
    await keys('Control+z');
    await good();
  });

  test('saved, and shown in a class', async () => {
    await tabTo('trial-room');
    await page.keyboard.type('Drawing'); // as the list begins with it
    await until('the class is chosen', async () => (await page.locator('#trial-room').inputValue()) === room.code);
    await tabTo('trial-show');
    await keys('Enter');
    await until('the class shows it', async () => (await snapshot(pupil)).layout?.name === 'two-keys');
    const { tiles, w, h } = (await snapshot(pupil)).layout;
    assert.deepEqual(tiles.map((one) => [one.name, one.x / w, one.y / h, one.w / w, one.h / h].map((v) => (typeof v === 'number' ? Math.round(v * 60) : v))), [['Asha', 10, 0, 40, 60]]);
  });
});

describe('on a class', () => {
  test('a picture with its members, while nothing changes there', async () => {
    const before = (await snapshot(pupil)).layout.generation;
    await page.click('[data-act=trial-look]');
    const picture = page.locator('img.trial-picture');
    await picture.waitFor();
    await until('it is a picture', () => picture.evaluate((img) => img.complete && img.naturalWidth > img.naturalHeight));
    assert.equal((await snapshot(pupil)).layout.generation, before);
  });
});

describe('by hand', () => {
  test('a cell is dragged to where it clings, and stretched by its corner', async () => {
    await page.locator('.canvas:not(.drawing)').scrollIntoViewIfNeeded();
    const canvas = await page.locator('.canvas:not(.drawing)').boundingBox();
    const at = (x, y) => [canvas.x + canvas.width * x, canvas.y + canvas.height * y];
    await page.mouse.move(...at(0.1, 0.1));
    await page.mouse.down();
    await page.mouse.move(...at(0.5, 0.5), { steps: 4 });
    await page.mouse.move(...at(0.93, 0.62), { steps: 4 });
    await page.mouse.up();
    await until('it is beside the other', async () => {
      const [x, y, w, h] = await cellOf(1);
      return String([x, w, h]) === '50,10,20' && y > 25 && y < 40;
    });
    await page.locator('[data-cell="1"] .grip-se').hover();
    await page.mouse.down();
    await page.mouse.move(...at(0.999, 0.997), { steps: 4 });
    await page.mouse.up();
    await until('it reaches the edge', async () => {
      const [, y, , h] = await cellOf(1);
      return Math.round(y + h) === 60;
    });
    for (let i = 0; i < 2; i++) await page.click('[data-act=undo]'); // each drag is one step
    await isAt(1, [0, 0, 10, 20]);
  });
});

describe('by finger', () => {
  test('a cell is dragged, and the page stays where it is', async () => {
    const cdp = await page.context().newCDPSession(page);
    await page.locator('.canvas:not(.drawing)').scrollIntoViewIfNeeded();
    const canvas = await page.locator('.canvas:not(.drawing)').boundingBox();
    const touch = (type, ...at) => cdp.send('Input.dispatchTouchEvent', { type, touchPoints: at.map(([x, y]) => ({ x: canvas.x + canvas.width * x, y: canvas.y + canvas.height * y })) });
    await touch('touchStart', [0.1, 0.1]);
    for (let i = 1; i <= 8; i++) await touch('touchMove', [0.1, 0.1 + 0.05 * i]);
    await touch('touchEnd');
    await until('it is lower', async () => (await cellOf(1))[1] > 20);
    const { y } = await page.locator('.canvas:not(.drawing)').boundingBox();
    assert.equal(y, canvas.y);
    await page.click('[data-act=undo]');
    await isAt(1, [0, 0, 10, 20]);
  });
});

describe('what becomes of it', () => {
  test('classes of all sizes, by the server', async () => {
    await page.selectOption('#trial-room', '');
    for (const [n, cells] of [[0, 0], [1, 1], [49, 2]]) {
      await page.check(`[name=people][value="${n}"]`);
      await until(`${n} people`, async () => (await drawn()).length === cells);
    }
    const low = page.locator('[data-rung=low]');
    assert.equal(await low.getAttribute('data-good'), 'false');
    assert.match(await low.innerText(), /60 px of 90/);
    assert.equal(await page.locator('[data-rung=high]').getAttribute('data-good'), 'true');
  });

  test('nothing is out of place, and axe-core finds nothing', async () => {
    await page.evaluate(() => document.querySelectorAll('.designer details').forEach((one) => (one.open = true)));
    await lookAt('editor');
    await page.click('[data-act=close-design]');
    await page.locator('[data-layout=two-keys]').waitFor();
    await lookAt('list');
  });
});

describe('files', () => {
  test('what is exported is imported', async () => {
    const [file] = await Promise.all([page.waitForEvent('download'), page.click('[data-layout=two-keys] [data-act=export]')]);
    const path = await file.path();
    assert.equal(file.suggestedFilename(), 'two-keys.json');
    const json = JSON.parse(readFileSync(path, 'utf8'));
    assert.deepEqual(json.variants[0].cells.map(({ x, y, w, h, z }) => [x, y, w, h, z]), [[10, 0, 40, 60, undefined], [0, 0, 10, 20, 1]]);
    await page.locator('[data-layout=two-keys] [data-act=delete]').click();
    await page.locator('[data-layout=two-keys] [data-act=delete-sure]').click();
    await page.locator('[data-layout=two-keys]').waitFor({ state: 'detached' });
    await until('the class has gone back to the grid', async () => (await snapshot(pupil)).layout?.name === 'grid');
    await page.setInputFiles('#import-file', { name: 'a.json', mimeType: 'application/json', buffer: readFileSync(path) });
    await page.click('[data-act=save]');
    await until('it is saved', async () => (await page.locator('[data-said=yes]').count()) === 1);
    await page.click('[data-act=close-design]');
    await page.locator('[data-layout=two-keys]').waitFor();
  });

  test('what is no layout is refused in words', async () => {
    for (const text of ['{"variants": 3}', 'no', '<layout']) {
      await page.setInputFiles('#import-file', { name: 'a', mimeType: 'text/plain', buffer: Buffer.from(text) });
      await page.locator('.designer .error').waitFor();
    }
  });

  test("FreeSWITCH's layouts come in, and what was lost is said", async () => {
    await page.setInputFiles('#import-file', FREESWITCH);
    await page.locator('[data-found="6"]').waitFor();
    await page.evaluate(() => document.querySelectorAll('.designer details').forEach((one) => (one.open = true)));
    assert.match(await page.locator('[data-import=grow]').innerText(), /nowhere/);
    await lookAt('import');
    await page.click('[data-act=store-imports]');
    for (const name of ['fs-big-left-3', 'fs-group-grow']) await page.locator(`[data-layout=${name}]`).waitFor();
    await page.locator('[data-layout=fs-teacher-in-corner] [data-act=edit]').click();
    await good();
    await page.check('[name=people][value="9"]');
    // the lecturer in the corner, lying over who speaks
    await until('it is drawn', async () => (await drawn()).join() === '0 0 10080 10080,7392 7392 2352 2352');
  });

  test('no page has complained', () => assert.deepEqual(errors, []));
});
