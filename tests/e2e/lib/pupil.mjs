// One person in front of one page, going through the same buttons as anybody.

import { installFakes } from './fakes.mjs';
import { sendElsewhere } from './lab.mjs';
import { css, PALETTE } from './palette.mjs';
import { SLOW, until } from './until.mjs';

/**
 * url: the link of the class. colour, screen: names of the palette. codec: 'vp8' for a client without H.264.
 * cam, mic: on at the door. inside: false to stay at the check of the devices. port: where its media goes instead of to
 * the server. begin(page): called before anything is loaded. lines, busy, slides: of its camera and its screen, see fakes.mjs.
 */
export async function openPage(browser, options) {
  const { url, name, colour = 'red', screen = 'white', toneHz = 440, codec = '' } = options;
  const { cam = true, mic = true, inside = true, viewport = { width: 800, height: 600 } } = options;
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport, locale: options.locale ?? 'en' });
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (why) => errors.push(String(why)));
  page.on('console', (line) => {
    if (line.type() === 'error') errors.push(line.text());
  });
  await page.addInitScript(installFakes, {
    colour: css(PALETTE[colour]),
    screenColour: css(PALETTE[screen]),
    toneHz,
    lines: options.lines,
    busy: options.busy,
    slides: options.slides,
  });
  options.begin?.(page);
  if (options.port) await page.addInitScript(sendElsewhere, options.port);
  const address = new URL(url);
  if (codec) address.searchParams.set('codec', codec);
  await page.goto(address.href);
  await passTheDoor(page, name);
  await setSwitch(page, 'check-mic', mic);
  await setSwitch(page, 'check-cam', cam);
  const pupil = { page, context, name, colour, screen, toneHz, errors, close: () => context.close() };
  if (inside) await enter(pupil);
  return pupil;
}

async function passTheDoor(page, name) {
  await page.locator('#join-form, [data-act=join-now]').first().waitFor();
  if (!(await page.locator('#join-form').count())) return; // the name is remembered
  await page.fill('#name', name);
  await page.click('[data-act=continue]');
  await page.locator('[data-act=join-now]').waitFor();
}

async function setSwitch(page, act, on) {
  const one = page.locator(`[data-act=${act}]:not([aria-busy])`);
  await one.waitFor();
  if ((await one.getAttribute('aria-checked')) === String(on)) return;
  await one.click();
  await page.locator(`[data-act=${act}][aria-checked=${on}]`).waitFor();
}

/** From the check of the devices into the class; returns the ms from the tap to the first frame. */
export async function enter(pupil, firstFrameMs = 15000 * SLOW) {
  const took = await pupil.page.evaluate(async (limit) => {
    const start = performance.now();
    document.querySelector('[data-act=join-now]').click();
    for (;;) {
      if (window.__aula.snapshot().firstFrame) return performance.now() - start;
      if (performance.now() - start > limit) return -1;
      await new Promise((go) => setTimeout(go, 10));
    }
  }, firstFrameMs);
  if (took < 0) {
    const seen = await snapshot(pupil);
    throw new Error(`${pupil.name} saw no frame in ${firstFrameMs} ms: screen ${seen.screen}, link ${seen.link}, ice ${seen.ice}`);
  }
  return took;
}

export function snapshot(pupil) {
  return pupil.page.evaluate(() => window.__aula.snapshot());
}

export function stats(pupil) {
  return pupil.page.evaluate(() => window.__aula.stats());
}

export function press(pupil, act) {
  return pupil.page.click(`[data-act=${act}]`);
}

/** Chooses a layout in the lecturer's bar: some have buttons, all others are in the list. */
export async function chooseLayout(pupil, name) {
  const button = pupil.page.locator(`.class > .lecturer [data-layout="${name}"]`);
  if (await button.count()) await button.click();
  else await pupil.page.selectOption('.class > .lecturer [data-act="layouts"]', name);
}

/** The member as another pupil sees it, by its name; undefined when it is not there. */
export async function seen(by, name) {
  return (await snapshot(by)).members.find((one) => one.name === name);
}

export function untilSeen(by, name, check) {
  return until(`${by.name} sees ${name}: ${check}`, async () => check(await seen(by, name)));
}
