// Layouts with a picture behind all cells and a logo over them, and the fade from one layout to the next, as a browser
// sees them. Needs a server of its own: see lib/target.mjs.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openBrowser } from './lib/browser.mjs';
import { css, looksLike, PALETTE } from './lib/palette.mjs';
import { colours, untilShown } from './lib/picture.mjs';
import { openPage } from './lib/pupil.mjs';
import { createClass } from './lib/room.mjs';
import { openTarget } from './lib/target.mjs';
import { sleep, until } from './lib/until.mjs';
import { openMember } from './lib/ws.mjs';

const hex = (name) => `#${PALETTE[name].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
// one person in the middle; the logo is a square of a fifth of the height in its corner
const CELLS = [{ cells: [{ x: 0.3, y: 0.3, w: 0.4, h: 0.4, who: 'lecturer', fit: 'fill' }] }];
const DRESSED = {
  version: 1,
  name: 'dressed',
  background: hex('blue'),
  background_picture: 'hall',
  logo: { picture: 'school', corner: 'top-right', height: 0.2 },
  variants: CELLS,
};
const PLAIN = { version: 1, name: 'plain', background: hex('green'), variants: CELLS };

let target;
let browser;
let pictures;
let room;
let lecturer;
let asha;
let admin;
let director;

before(async () => {
  pictures = mkdtempSync(join(tmpdir(), 'aula-pictures-'));
  target = await openTarget({ conf: { pictures_dir: `"${pictures}"` } });
  browser = await openBrowser();
  room = await createClass(browser, target.adminUrl);
  lecturer = await openPage(browser, { url: room.lecturer, name: 'Lecturer', colour: 'red' });
  asha = await openPage(browser, { url: room.student, name: 'Asha', colour: 'white' });
  admin = await openMember({ link: target.adminUrl, name: 'Admin' });
  director = await openMember({ link: room.lecturer, name: 'Director' });
});

after(async () => {
  admin?.close();
  director?.close();
  await browser?.close();
  await target?.stop();
  rmSync(pictures, { recursive: true, force: true });
});

/** A PNG that is `colour` in its part [x, y, w, h] of 1, and nothing elsewhere. */
async function draw(name, [w, h], colour, part) {
  const base64 = await lecturer.page.evaluate(
    ([width, height, style, [px, py, pw, ph]]) => {
      const canvas = Object.assign(document.createElement('canvas'), { width, height });
      const pen = canvas.getContext('2d');
      pen.fillStyle = style;
      pen.fillRect(px * width, py * height, pw * width, ph * height);
      return canvas.toDataURL('image/png').split(',')[1];
    },
    [w, h, css(PALETTE[colour]), part],
  );
  writeFileSync(join(pictures, `${name}.png`), Buffer.from(base64, 'base64'));
}

/** Places of Asha's picture, in shares of it, and the colours there. */
async function untilSeenAt(wanted) {
  await until(`Asha sees ${wanted.map(([colour]) => colour)}`, async () => {
    const [w, h] = await asha.page.evaluate(() => {
      const video = document.querySelector('video#class');
      return [video.videoWidth, video.videoHeight];
    });
    // the logo's corner is counted in heights
    const rects = wanted.map(([, x, y, byHeight]) => ({ x: byHeight ? w - x * h : x * w, y: y * h, w: 4, h: 4 }));
    const seen = await colours(asha, rects);
    wanted.forEach(([colour], i) => {
      if (!looksLike(seen[i], colour)) throw new Error(`${colour} at ${wanted[i].slice(1)} is ${seen[i]}`);
    });
    return true;
  });
}

describe('pictures of layouts', () => {
  test('what is not there is told of, and the layout is shown without', async () => {
    const { warnings } = await admin.request('layout.put', { layout: DRESSED });
    assert.deepEqual(
      warnings.map((one) => one.field),
      ['background_picture', 'logo.picture'],
    );
    assert.match(warnings[0].why, /"hall" is not there/);
    await director.request('layout.set', { name: 'dressed' });
    await untilShown(asha, 'Lecturer', 'red');
    await untilSeenAt([['blue', 0.1, 0.5], ['blue', 0.9, 0.9], ['blue', 0.12, 0.08, true]]);
  });

  test('after a reload they are seen, and through them where that can be', async () => {
    await draw('hall', [640, 360], 'magenta', [0, 0, 0.5, 1]);
    await draw('school', [200, 200], 'yellow', [0, 0, 1, 0.5]);
    process.kill(target.pid, 'SIGHUP');
    await untilSeenAt([
      ['magenta', 0.1, 0.5],
      ['magenta', 0.4, 0.9],
      ['blue', 0.9, 0.9],
      ['yellow', 0.12, 0.06, true],
      ['blue', 0.12, 0.18, true],
      ['red', 0.5, 0.5],
    ]);
    const { warnings } = await admin.request('layout.validate', { layout: DRESSED });
    assert.equal(warnings, undefined);
  });
});

describe('from one layout to another', () => {
  test('the picture goes over in some frames, and ends exactly there', async () => {
    await admin.request('layout.put', { layout: PLAIN });
    await asha.page.evaluate(() => {
      const video = document.querySelector('video#class');
      const pen = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
      window.__shades = [];
      const look = () => {
        pen.drawImage(video, 0.1 * video.videoWidth, 0.5 * video.videoHeight, 4, 4, 0, 0, 1, 1);
        window.__shades.push([...pen.getImageData(0, 0, 1, 1).data.slice(0, 3)]);
        video.requestVideoFrameCallback(look);
      };
      video.requestVideoFrameCallback(look);
    });
    let shades = [];
    let between = [];
    // a browser that has much to do shows none of the few frames
    for (let i = 0; i < 10 && between.length === 0; i++) {
      for (const [name, colour] of [['dressed', 'magenta'], ['plain', 'green']]) {
        await asha.page.evaluate(() => window.__shades.splice(0));
        await director.request('layout.set', { name });
        await untilSeenAt([[colour, 0.1, 0.5]]);
        await sleep(500);
      }
      shades = await asha.page.evaluate(() => window.__shades);
      // from magenta to green by red alone, which falls from 176 to 48
      between = shades.map(([red]) => red).filter((red) => red > 65 && red < 160);
    }
    assert.ok(between.length >= 1 && between.length <= 4, JSON.stringify(shades));
    assert.deepEqual(between, [...between].sort((a, b) => b - a));
    assert.ok(looksLike(shades.at(-1), 'green'), String(shades.at(-1)));
  });
});
