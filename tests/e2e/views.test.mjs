// Who sees and hears whom, by colours and tones, and the pictures that one may choose. Needs a server: see lib/target.mjs.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openBrowser } from './lib/browser.mjs';
import { looksLike } from './lib/palette.mjs';
import { colours, middle, tiles, untilShown } from './lib/picture.mjs';
import { openPage, press, snapshot } from './lib/pupil.mjs';
import { createClass } from './lib/room.mjs';
import { untilHeard } from './lib/sound.mjs';
import { openTarget } from './lib/target.mjs';
import { until } from './lib/until.mjs';

const PEOPLE = [
  { name: 'Lena', colour: 'red', toneHz: 440, leads: true },
  { name: 'Igor', colour: 'magenta', toneHz: 600, leads: true },
  { name: 'Asha', colour: 'green', toneHz: 800 },
  { name: 'Ivan', colour: 'blue', toneHz: 1100 },
  { name: 'Cleo', colour: 'yellow', toneHz: 1500 },
];
const HEARD_DB = -45; // a voice of several at least
const NOT_DB = -60; // what others do to a tone there is less than that

let target;
let browser;
const people = [];

before(async () => {
  target = await openTarget();
  browser = await openBrowser();
  const room = await createClass(browser, target.adminUrl);
  for (const who of PEOPLE) {
    people.push(await openPage(browser, { ...who, lines: 180, url: who.leads ? room.lecturer : room.student }));
  }
});

after(async () => {
  await browser?.close();
  await target?.stop();
});

const [lena, igor, asha, ivan, cleo] = [0, 1, 2, 3, 4].map((i) => () => people[i]);

async function names(pupil) {
  const { layout } = await snapshot(pupil);
  return (layout?.tiles ?? []).map((tile) => tile.name).sort();
}

/** These are in the tile map, their colours in the picture at those places, and no other person's colour is in any tile. */
async function sees(pupil, whom) {
  const want = whom.map(({ name }) => name).sort();
  await until(`${pupil.name} has tiles of ${want}`, async () => {
    const have = await names(pupil);
    if (String(have) !== String(want)) throw new Error(`it has ${have}`);
    return true;
  });
  for (const { name, colour } of whom) await untilShown(pupil, name, colour);
  const list = await tiles(pupil);
  const seen = await colours(pupil, list.map(middle));
  const others = PEOPLE.filter(({ name }) => !want.includes(name));
  for (const rgb of seen) for (const { name, colour } of others) assert(!looksLike(rgb, colour), `${pupil.name} sees ${name}`);
}

/** The tones of these, and of nobody else; the own one is not in question. */
async function hears(pupil, whom) {
  const others = people.filter((one) => one !== pupil);
  await untilHeard(
    pupil,
    others.map(({ toneHz }) => toneHz),
    (levels) => levels.every((db, i) => (whom.includes(others[i]) ? db > HEARD_DB : db < NOT_DB)),
  );
}

async function choose(pupil, act, value) {
  await press(pupil, 'more');
  await pupil.page.selectOption(`[data-act=${act}]`, value);
  await pupil.page.keyboard.press('Escape');
}

async function rule(value) {
  await choose(lena(), 'hearing', value);
  await choose(lena(), 'seeing', value);
  await until('all know', async () => {
    const all = await Promise.all(people.map(snapshot));
    return all.every(({ hearing }) => hearing.rule === value && hearing.sees === value);
  });
}

async function showsPicture(pupil, picture) {
  await until(`${pupil.name} is shown ${picture}`, async () => {
    const { quality, layout } = await snapshot(pupil);
    return quality.picture === picture && layout?.picture === picture;
  });
}

describe('who sees and hears whom', () => {
  test('at first all see and hear all', async () => {
    for (const one of people) await sees(one, people);
    await hears(cleo(), people.slice(0, 4));
  });

  test('students see and hear the lecturers only, who see and hear all', async () => {
    await rule('lecturers');
    for (const one of people.slice(2)) await sees(one, [lena(), igor()]);
    for (const one of people.slice(0, 2)) await sees(one, people);
    await showsPicture(asha(), 'class');
    await showsPicture(lena(), 'staff');
    for (const one of people.slice(2)) await hears(one, [lena(), igor()]);
    for (const one of people.slice(0, 2)) await hears(one, people.filter((other) => other !== one));
  });

  test('students apart: nobody of them sees or hears another', async () => {
    await rule('apart');
    for (const one of people.slice(2)) await sees(one, [lena(), igor()]);
    await sees(igor(), people);
    await hears(ivan(), [lena(), igor()]);
    await hears(lena(), people.slice(1));
  });

  test('and all of them again', async () => {
    await rule('all');
    for (const one of people) await sees(one, people);
    await hears(asha(), people.filter((other) => other !== asha()));
    await showsPicture(lena(), 'class');
  });
});

describe('pictures that one chooses', () => {
  test('a wall for who leads, at few frames', async () => {
    await choose(igor(), 'view', 'wall');
    await showsPicture(igor(), 'wall');
    await sees(igor(), people);
    assert.equal((await snapshot(igor())).layout.name, 'wall');
    await showsPicture(asha(), 'class');
    const sheet = asha().page.locator('[data-sheet=more]');
    await press(asha(), 'more');
    await sheet.waitFor();
    assert.equal(await asha().page.locator('[data-act=view] option[value=wall]').count(), 0);
    await asha().page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'hidden' });
  });

  test('one person in front, by the keyboard, for oneself alone', async () => {
    await press(asha(), 'more');
    await press(asha(), 'people');
    const { members } = await snapshot(asha());
    const id = members.find(({ name }) => name === 'Ivan').id;
    const button = asha().page.locator(`[data-member="${id}"] [data-act=view-pin]`);
    await button.focus();
    await asha().page.keyboard.press('Enter');
    await asha().page.locator(`[data-member="${id}"] [data-act=view-pin][aria-pressed=true]`).waitFor();
    await asha().page.keyboard.press('Escape');
    await showsPicture(asha(), 'pin');
    await until('Ivan is the largest', async () => {
      const { layout } = await snapshot(asha());
      const [first] = [...layout.tiles].sort((a, b) => b.w * b.h - a.w * a.h);
      return first?.name === 'Ivan';
    });
    await untilShown(asha(), 'Ivan', 'blue');
    assert.equal((await snapshot(ivan())).quality.picture, 'class');
  });

  test('who is in front leaves: back to the class', async () => {
    await choose(cleo(), 'view', 'slides');
    await showsPicture(cleo(), 'slides');
    await ivan().close();
    await showsPicture(asha(), 'class');
  });

  test('only the slides', async () => {
    await press(lena(), 'share');
    await until('Cleo sees the screen alone', async () => {
      const { layout } = await snapshot(cleo());
      return layout?.tiles.length === 1 && layout.tiles[0].kind === 'screen';
    });
    await untilShown(cleo(), 'Lena', 'white', { kind: 'screen' });
    const { layout } = await snapshot(asha());
    assert(layout.tiles.length > 1);
    await press(lena(), 'share');
    await choose(cleo(), 'view', 'class');
    await showsPicture(cleo(), 'class');
  });

  test('no page has an error', () => {
    for (const { name, errors } of people) assert.deepEqual(errors, [], name);
  });
});
