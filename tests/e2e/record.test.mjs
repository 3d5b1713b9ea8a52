// A recording: everybody knows of it, it plays with picture and sound, and it can be saved and deleted.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openBrowser } from './lib/browser.mjs';
import { looksLike } from './lib/palette.mjs';
import { openPage, press, snapshot } from './lib/pupil.mjs';
import { createClass } from './lib/room.mjs';
import { openTarget } from './lib/target.mjs';
import { sleep, until } from './lib/until.mjs';

const SECONDS = 6;
const DURATION_S = 0.7;

let target;
let browser;
let lecturer;
let asha;

before(async () => {
  target = await openTarget();
  browser = await openBrowser();
  const room = await createClass(browser, target.adminUrl, 'Recorded');
  lecturer = await openPage(browser, { url: room.lecturer, name: 'Lecturer', colour: 'red', toneHz: 440 });
  asha = await openPage(browser, { url: room.student, name: 'Asha', colour: 'green', toneHz: 700 });
});

after(async () => {
  await browser?.close();
  await target?.stop();
});

async function openList(pupil) {
  await press(pupil, 'more');
  await press(pupil, 'recordings');
}

describe('a recording', () => {
  let seconds = 0;

  test('everybody sees REC while it runs', async () => {
    await lecturer.page.click('.class > .lecturer [data-act=record]');
    for (const pupil of [lecturer, asha]) {
      await until(`${pupil.name} knows`, async () => (await snapshot(pupil)).recording.on, { ms: 1000 });
      await pupil.page.locator('[data-rec=on]').waitFor({ timeout: 1000 });
    }
    const start = Date.now();
    await sleep(SECONDS * 1000);
    await lecturer.page.click('.class > .lecturer [data-act=record]');
    for (const pupil of [lecturer, asha]) {
      await until(`${pupil.name} knows of the end`, async () => !(await snapshot(pupil)).recording.on, { ms: 2000 });
    }
    seconds = (Date.now() - start) / 1000;
  });

  test('a student plays it, with the picture of the class', async () => {
    await openList(asha);
    const row = asha.page.locator('.recording[data-state=ready]').first();
    await row.waitFor({ timeout: 15000 });
    await row.locator('[data-act=play]').click();
    const player = row.locator('video.player');
    await player.evaluate(
      (video) => new Promise((ok, fail) => {
        video.onerror = () => fail(new Error(video.error?.message));
        if (video.readyState >= 3) ok();
        else video.oncanplay = ok;
      }),
    );
    const length = await player.evaluate((video) => video.duration);
    assert.ok(Math.abs(length - seconds) <= DURATION_S, `${length} s instead of ${seconds} s`);
    const found = await player.evaluate(async (video) => {
      video.pause();
      video.currentTime = video.duration / 2;
      await new Promise((ok) => (video.onseeked = ok));
      const canvas = document.createElement('canvas');
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      const pen = canvas.getContext('2d');
      pen.drawImage(video, 0, 0);
      const all = [];
      for (let y = 0; y < canvas.height; y += 8) {
        for (let x = 0; x < canvas.width; x += 8) all.push([...pen.getImageData(x, y, 1, 1).data.slice(0, 3)]);
      }
      return all;
    });
    for (const colour of ['red', 'green']) {
      const share = found.filter((rgb) => looksLike(rgb, colour)).length / found.length;
      assert.ok(share > 0.05, `${colour} fills ${Math.round(share * 100)} % of the recorded picture`);
    }
  });

  test('it has sound', async () => {
    const loud = await asha.page.locator('video.player').evaluate(async (video) => {
      const context = new AudioContext();
      const analyser = context.createAnalyser();
      context.createMediaElementSource(video).connect(analyser);
      video.currentTime = 0.5;
      await video.play();
      let peak = 0;
      const samples = new Float32Array(analyser.fftSize);
      for (let i = 0; i < 20; i++) {
        await new Promise((go) => setTimeout(go, 50));
        analyser.getFloatTimeDomainData(samples);
        peak = Math.max(peak, ...samples.map(Math.abs));
      }
      await context.close();
      return peak;
    });
    assert.ok(loud > 0.05, `the loudest sample is ${loud}`);
  });

  test('it is sent in ranges, and as a file', async () => {
    const href = await asha.page.locator('.recording [data-act=download]').first().getAttribute('href');
    assert.match(href, /download=1/);
    const answers = await asha.page.evaluate(async (url) => {
      const part = await fetch(url, { headers: { Range: 'bytes=0-99' } });
      return {
        status: part.status,
        bytes: (await part.arrayBuffer()).byteLength,
        disposition: part.headers.get('content-disposition') ?? '',
      };
    }, href);
    assert.equal(answers.status, 206);
    assert.equal(answers.bytes, 100);
    assert.match(answers.disposition, /^attachment/);
    await asha.page.keyboard.press('Escape');
  });

  test('only a lecturer can delete it, in two steps', async () => {
    assert.equal(await asha.page.locator('[data-act=delete]').count(), 0);
    await openList(lecturer);
    await lecturer.page.click('.recording [data-act=delete]');
    await lecturer.page.click('.recording [data-act=delete-sure]');
    await until('it is gone', async () => (await lecturer.page.locator('.recording').count()) === 0);
  });
});
