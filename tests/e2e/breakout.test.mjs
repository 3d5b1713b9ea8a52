// A class works in groups: who sees and hears whom there, looked at by colours and tones in four browsers' pages; the way
// back; a reload in the middle. Needs a server: see lib/target.mjs.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { axe } from './lib/axe.mjs';
import { openBrowser } from './lib/browser.mjs';
import { looksLike } from './lib/palette.mjs';
import { colours, untilShown } from './lib/picture.mjs';
import { openPage, press, snapshot } from './lib/pupil.mjs';
import { createClass } from './lib/room.mjs';
import { untilHeard } from './lib/sound.mjs';
import { openTarget } from './lib/target.mjs';
import { until } from './lib/until.mjs';

const PEOPLE = [
  { name: 'Lecturer', colour: 'red', toneHz: 440 },
  { name: 'Asha', colour: 'green', toneHz: 700 },
  { name: 'Ivan', colour: 'blue', toneHz: 1100 },
  { name: 'Lena', colour: 'magenta', toneHz: 1700 },
];
const LOUD_DB = -60;
const SILENT_DB = -70;
const SHOTS = process.env.AULA_SHOTS;

let target;
let browser;
let people = [];

before(async () => {
  target = await openTarget();
  browser = await openBrowser();
  const room = await createClass(browser, target.adminUrl, 'In groups');
  for (const who of PEOPLE) {
    people.push(await openPage(browser, { ...who, url: who.name === 'Lecturer' ? room.lecturer : room.student }));
  }
});

after(async () => {
  await browser?.close();
  await target?.stop();
});

/** Which of these colours are anywhere in the picture. */
async function shown(pupil) {
  const [w, h] = await pupil.page.evaluate(() => {
    const video = document.querySelector('video#class');
    return [video.videoWidth, video.videoHeight];
  });
  const points = [];
  for (let x = 0; x < 24; x++) for (let y = 0; y < 14; y++) points.push({ x: (w * (x + 0.5)) / 24, y: (h * (y + 0.5)) / 14, w: 2, h: 2 });
  const all = await colours(pupil, points);
  return PEOPLE.filter(({ colour }) => all.some((rgb) => looksLike(rgb, colour))).map(({ name }) => name);
}

/** The picture has exactly these people in it. */
function sees(pupil, ...names) {
  return until(`${pupil.name} sees ${names}`, async () => {
    const are = await shown(pupil);
    if (String(are.sort()) !== String(names.sort())) throw new Error(`it sees ${are}`);
    return true;
  });
}

/** Hears these, and none of the others. */
function hears(pupil, ...names) {
  const others = PEOPLE.filter(({ name }) => name !== pupil.name);
  return untilHeard(
    pupil,
    others.map((one) => one.toneHz),
    (levels) => levels.every((db, i) => (names.includes(others[i].name) ? db > LOUD_DB : db < SILENT_DB)),
  );
}

const roster = async (pupil) => (await snapshot(pupil)).members.map((one) => one.name).sort();

async function shot(pupil, name) {
  if (SHOTS) await pupil.page.screenshot({ path: `${SHOTS}/breakout-${name}.png` });
}

/** At the size of a phone and of a desk, in words and pictures. */
async function looks(pupil, name, scope) {
  const faults = [];
  for (const [size, width, height] of [['narrow', 360, 740], ['wide', 1280, 800]]) {
    await pupil.page.setViewportSize({ width, height });
    await pupil.page.waitForTimeout(150);
    await shot(pupil, `${name}-${size}`);
    faults.push(...(await axe(pupil.page, `${name} ${size}`, { scope })));
    const wide = await pupil.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) faults.push(`${name} ${size}: ${wide} px too wide`);
    const box = await pupil.page.locator(scope).evaluate((one) => one.scrollWidth - one.clientWidth);
    if (box > 0) faults.push(`${name} ${size}: ${box} px too wide inside`);
  }
  await pupil.page.setViewportSize({ width: 800, height: 600 });
  assert.deepEqual(faults, []);
}

const openGroups = (pupil) => pupil.page.click('.class > .lecturer [data-act=groups]');

describe('groups', () => {
  test('the lecturer puts people into groups by name, by keyboard alone', async () => {
    const [lecturer] = people;
    await openGroups(lecturer);
    await lecturer.page.locator('[data-act=groups-how]').selectOption('set');
    await lecturer.page.fill('#groups-minutes', '5');
    for (const [name, group] of [['Asha', '1'], ['Ivan', '2'], ['Lena', '1']]) {
      await lecturer.page.getByLabel(`Group of ${name}`).selectOption(group);
    }
    await looks(lecturer, 'setup', '[data-sheet=groups]');
    await lecturer.page.fill('#groups-message', 'Talk about it');
    await lecturer.page.focus('[data-act=groups-start]');
    await lecturer.page.keyboard.press('Enter');
    await until('they are apart', async () => String(await roster(people[1])) === 'Asha,Lena');
    await looks(lecturer, 'running', '[data-sheet=groups]');
    await lecturer.page.keyboard.press('Escape');
  });

  test('each sees and hears its group, and nobody else', async () => {
    const [lecturer, asha, ivan, lena] = people;
    await Promise.all([sees(asha, 'Asha', 'Lena'), sees(lena, 'Asha', 'Lena'), sees(ivan, 'Ivan'), sees(lecturer, 'Lecturer')]);
    await Promise.all([hears(asha, 'Lena'), hears(lena, 'Asha'), hears(ivan), hears(lecturer)]);
    assert.deepEqual(await roster(ivan), ['Ivan']);
    assert.match(await asha.page.locator('.group-banner').innerText(), /Group 1[\s\S]*[45]:\d\d/);
    await looks(asha, 'banner', '.group-banner');
  });

  test('a page that is loaded anew comes back into its group', async () => {
    const [, asha] = people;
    await asha.page.reload();
    await until('Asha is there again', async () => {
      const { firstFrame, members } = await snapshot(asha);
      return firstFrame && members.some((one) => one.name === 'Lena');
    });
    await sees(asha, 'Asha', 'Lena');
    assert.deepEqual(await roster(people[0]), ['Lecturer']);
  });

  test('who asks for help is visited', async () => {
    const [lecturer, , ivan] = people;
    await press(ivan, 'group-help');
    await lecturer.page.locator('[data-act=groups-open].is-on').click();
    await lecturer.page.getByLabel('Visit Group 2').click();
    await lecturer.page.keyboard.press('Escape');
    await sees(lecturer, 'Lecturer', 'Ivan');
    await hears(ivan, 'Lecturer');
    await press(lecturer, 'group-back');
    await sees(lecturer, 'Lecturer');
  });

  test('at the end all are in the class again', async () => {
    const [lecturer, asha, ivan] = people;
    await openGroups(lecturer);
    await press(lecturer, 'groups-end');
    await press(lecturer, 'groups-end-sure');
    await lecturer.page.keyboard.press('Escape');
    await until('all are told', async () => (await ivan.page.locator('.group-time.is-closing').count()) > 0);
    await until('all are back', async () => (await roster(ivan)).length === 4, { ms: 15000 });
    await Promise.all(people.map((one) => sees(one, 'Asha', 'Ivan', 'Lecturer', 'Lena')));
    await untilShown(asha, 'Ivan', 'blue');
    await hears(asha, 'Ivan', 'Lecturer', 'Lena');
    assert.equal(await asha.page.locator('.group-banner').count(), 0);
  });
});

describe('what is set for a class', () => {
  test('the kind, the links and the languages are in one sheet', async () => {
    const [lecturer, , ivan] = people;
    await lecturer.page.click('.class > .lecturer [data-act=class-settings]');
    await lecturer.page.locator('#link-role-student').waitFor();
    await looks(lecturer, 'class', '[data-sheet=class]');
    await press(lecturer, 'language-add');
    await lecturer.page.fill('#language-0', 'Deutsch');
    await lecturer.page.locator('[data-act=interpreter-add]').selectOption({ label: 'Ivan' });
    await press(lecturer, 'interpreters-save');
    await until('it is known', async () => (await snapshot(ivan)).hearing.languages[0]?.name === 'Deutsch');
    await lecturer.page.locator('[data-act=kind]').selectOption('lecture');
    await until('it is a lecture', async () => (await ivan.page.locator('.controls [data-act=mic][aria-disabled=true]').count()) > 0);
    await lecturer.page.keyboard.press('Escape');
  });

  test('who was removed may be let in again', async () => {
    const [lecturer, , , lena] = people;
    await press(lecturer, 'more');
    await press(lecturer, 'people');
    const row = lecturer.page.locator('[data-sheet=people] [data-member]', { hasText: 'Lena' });
    await row.locator('[data-act=person]').click();
    await row.locator('[data-part=guest]').click();
    await row.locator('[data-part=guest][aria-pressed=true]').waitFor();
    await row.locator('[data-act=remove]').click();
    await row.locator('[data-act=remove-sure]').click();
    await lecturer.page.keyboard.press('Escape');
    await lena.page.locator('.class').waitFor({ state: 'detached' });
    await lecturer.page.click('.class > .lecturer [data-act=class-settings]');
    await lecturer.page.locator('[data-ban] [data-act=unban]').click();
    await lecturer.page.locator('[data-ban]').waitFor({ state: 'detached' });
    await lecturer.page.keyboard.press('Escape');
  });

  test('no page has an error', () => {
    for (const { name, errors } of people) assert.deepEqual(errors, [], name);
  });
});

