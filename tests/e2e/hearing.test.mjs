// Who hears whom, as three browsers hear it. Needs a server: see lib/target.mjs.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openBrowser } from './lib/browser.mjs';
import { openPage, press, snapshot } from './lib/pupil.mjs';
import { createClass } from './lib/room.mjs';
import { untilHeard } from './lib/sound.mjs';
import { openTarget } from './lib/target.mjs';
import { until } from './lib/until.mjs';

const PEOPLE = [
  { name: 'Lecturer', colour: 'red', toneHz: 440 },
  { name: 'Asha', colour: 'green', toneHz: 700 },
  { name: 'Ivan', colour: 'blue', toneHz: 1100 },
];
const HEARD_DB = -20; // of the louder of the others
const NOT_DB = -40;

let target;
let browser;
let people = [];

before(async () => {
  target = await openTarget();
  browser = await openBrowser();
  const room = await createClass(browser, target.adminUrl);
  for (const who of PEOPLE) {
    people.push(await openPage(browser, { ...who, url: who.name === 'Lecturer' ? room.lecturer : room.student }));
  }
});

after(async () => {
  await browser?.close();
  await target?.stop();
});

const hears = (pupil, loud, other) => untilHeard(pupil, [loud.toneHz, other.toneHz], ([a, b]) => a > -60 && b - a < NOT_DB);
const hearsBoth = (pupil, one, two) =>
  untilHeard(pupil, [one.toneHz, two.toneHz], ([a, b]) => Math.max(a, b) > -60 && Math.abs(a - b) < -HEARD_DB);

async function choose(pupil, act, value) {
  await press(pupil, 'more');
  await pupil.page.selectOption(`[data-act=${act}]`, value);
  await pupil.page.keyboard.press('Escape');
}

describe('who hears whom', () => {
  test('students hear only the lecturer, who hears all; and all of them again', async () => {
    const [lecturer, asha, ivan] = people;
    await hearsBoth(asha, lecturer, ivan);
    await choose(lecturer, 'hearing', 'lecturers');
    await until('Asha knows', async () => (await snapshot(asha)).hearing.rule === 'lecturers');
    await hears(asha, lecturer, ivan);
    await hears(ivan, lecturer, asha);
    await hearsBoth(lecturer, asha, ivan);
    await choose(lecturer, 'hearing', 'all');
    await hearsBoth(asha, lecturer, ivan);
    await hearsBoth(ivan, lecturer, asha);
  });

  test('a rule is for who leads only', async () => {
    const [, asha] = people;
    await press(asha, 'more');
    assert.equal(await asha.page.locator('[data-act=hearing]').count(), 0);
    assert.equal(await asha.page.locator('[data-act=channel]').count(), 0); // nobody interprets
    await asha.page.keyboard.press('Escape');
  });

  test('no page has an error', () => {
    for (const { name, errors } of people) assert.deepEqual(errors, [], name);
  });
});
