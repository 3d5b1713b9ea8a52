// Two figures that only browsers can tell: the time from a camera to the eye, and from the tap on "Join now" to
// the first frame. Prints "name value" lines. Needs AULA_BIN and AULA_PLUGINS, see tests/e2e/lib/target.mjs.

import { openBrowser } from '../tests/e2e/lib/browser.mjs';
import { enter, openPage, snapshot } from '../tests/e2e/lib/pupil.mjs';
import { createClass } from '../tests/e2e/lib/room.mjs';
import { openTarget } from '../tests/e2e/lib/target.mjs';
import { sleep, until } from '../tests/e2e/lib/until.mjs';
import { installClockCamera, readClock } from './timecode.mjs';

const WATCH_MS = 20000;
const SETTLE_MS = 5000; // browsers start with a low rate and a long buffer
const JOINS = 10;
const LIMIT_MS = 100000; // of everything

function percentile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

function print(name, numbers) {
  console.log(`${name}.p50 ${Math.round(percentile(numbers, 0.5))}`);
  console.log(`${name}.p95 ${Math.round(percentile(numbers, 0.95))}`);
  console.log(`${name}.n ${numbers.length}`);
}

async function openLecturer(browser, url) {
  const lecturer = await openPage(browser, { url, name: 'Lecturer', inside: false });
  // the fake camera is asked for again when the switch at the door is turned
  await lecturer.page.evaluate(installClockCamera);
  for (const on of ['false', 'true']) {
    await lecturer.page.click('[data-act=check-cam]:not([aria-busy])');
    await lecturer.page.locator(`[data-act=check-cam][aria-checked=${on}]:not([aria-busy])`).waitFor();
  }
  await enter(lecturer);
  return lecturer;
}

async function cameraTile(viewer) {
  const { layout, members } = await snapshot(viewer);
  const lecturer = members.find((one) => one.name === 'Lecturer');
  return layout?.tiles.find((one) => one.member === lecturer?.id && one.kind === 'camera' && one.video !== false);
}

async function glassToGlass(viewer) {
  // the map may change once more while the viewer comes in
  await until('the time can be read from the tile of the lecturer', async () => {
    const tile = await cameraTile(viewer);
    return tile && (await viewer.page.evaluate(readClock, { tile, ms: 300 })).times.length > 1;
  });
  await sleep(SETTLE_MS);
  const tile = await cameraTile(viewer);
  const { times, misread } = await viewer.page.evaluate(readClock, { tile, ms: WATCH_MS });
  if (times.length < 50) throw new Error(`only ${times.length} time codes could be read, ${misread} could not`);
  print('glass_to_glass_ms', times);
  console.log(`glass_to_glass_ms.misread ${misread}`);
}

async function joins(browser, url) {
  const times = [];
  for (let i = 0; i < JOINS; i++) {
    const late = await openPage(browser, { url, name: `Late ${i}`, cam: false, mic: false, inside: false });
    times.push(await enter(late));
    await late.close();
    await sleep(300 + i * 70); // not always at the same time after a key frame
  }
  print('join_to_first_frame_ms', times);
}

async function main() {
  const target = await openTarget({ conf: { log_level: '"warn"' } });
  let browser;
  try {
    browser = await openBrowser();
    const room = await createClass(browser, target.adminUrl);
    const lecturer = await openLecturer(browser, room.lecturer);
    const viewer = await openPage(browser, { url: room.student, name: 'Viewer', cam: false, mic: false });
    await glassToGlass(viewer);
    await joins(browser, room.student);
    await viewer.close();
    await lecturer.close();
  } finally {
    await browser?.close();
    await target.stop();
  }
}

const late = setTimeout(() => {
  console.error(`not done within ${LIMIT_MS} ms`);
  process.exit(1);
}, LIMIT_MS);
await main();
clearTimeout(late);
