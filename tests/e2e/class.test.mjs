// A class of three in real browsers. Needs a server: see lib/target.mjs.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openBrowser } from './lib/browser.mjs';
import { watchFrames } from './lib/frames.mjs';
import { edges, tileOf, untilNotShown, untilShown } from './lib/picture.mjs';
import { chooseLayout, enter, openPage, press, seen, snapshot, stats, untilSeen } from './lib/pupil.mjs';
import { createClass } from './lib/room.mjs';
import { untilHeard } from './lib/sound.mjs';
import { openTarget } from './lib/target.mjs';
import { median, SLOW, sleep, until } from './lib/until.mjs';

const FREEZE_MS = SLOW > 1 ? Infinity : 500; // a build with sanitizers may stand still
const LAYOUT_MS = 1000 * SLOW;
const FIRST_FRAME_MS = 1000 * SLOW;
const EDGE_PX = 2;
const EDGE_MS = 1500;
const HEARD_DB = -20; // of the louder of the others
const OWN_DB = -50;
const NOISY_DB = -35; // what a busy machine may add beside the tones
const BESIDE_HZ = 37; // where nobody sings: what is there is the noise of a busy machine
const ABOVE_NOISE_DB = 6;

const PEOPLE = [
  { name: 'Lecturer', colour: 'red', toneHz: 440, screen: 'white' },
  { name: 'Asha', colour: 'green', toneHz: 700, screen: 'white' },
  { name: 'Ivan', colour: 'blue', toneHz: 1100, codec: 'vp8', screen: 'yellow' },
];

let target;
let browser;
let room;
let people = [];

before(async () => {
  target = await openTarget();
  browser = await openBrowser();
  room = await createClass(browser, target.adminUrl);
  people = [];
  for (const who of PEOPLE) {
    people.push(await openPage(browser, { ...who, url: who.name === 'Lecturer' ? room.lecturer : room.student }));
  }
});

after(async () => {
  await browser?.close();
  await target?.stop();
});

const others = (pupil) => people.filter((one) => one !== pupil);

/** How far the picture in a tile is from the tile's sides, in words when that is too much: it must lie within it, and
 * fill it in one direction at least. */
async function edgeFault(pupil, name, colour) {
  const tile = await tileOf(pupil, name);
  const found = await edges(pupil, tile, colour);
  const off = {
    left: found.left - tile.x,
    right: tile.x + tile.w - found.right,
    top: found.top - tile.y,
    bottom: tile.y + tile.h - found.bottom,
  };
  const wide = Math.abs(off.left) <= EDGE_PX && Math.abs(off.right) <= EDGE_PX;
  const high = Math.abs(off.top) <= EDGE_PX && Math.abs(off.bottom) <= EDGE_PX;
  const inside = Object.values(off).every((side) => side >= -EDGE_PX);
  return inside && (wide || high)
    ? null
    : `${pupil.name} sees ${name} at ${JSON.stringify(found)}, the map says ${JSON.stringify(tile)}`;
}

/** Edges become sharp within some frames: the encoder spends its bits on what moves first. */
async function assertEdges(pupil, name, colour, layout) {
  let fault;
  const end = Date.now() + EDGE_MS * SLOW;
  do fault = await edgeFault(pupil, name, colour);
  while (fault && Date.now() < end);
  assert.equal(fault, null, layout);
}

describe('three people', () => {
  test('each receives exactly one video and one audio stream', async () => {
    for (const pupil of people) {
      await until(`${pupil.name} receives both`, async () => {
        const { inboundVideo, inboundAudio } = await stats(pupil);
        return inboundVideo === 1 && inboundAudio === 1;
      });
      assert.equal(await pupil.page.locator('video#class').count(), 1);
    }
  });

  test('the one without H.264 gets VP8, over UDP', async () => {
    const codecs = await Promise.all(people.map(async (one) => (await stats(one)).codec.toUpperCase()));
    assert.equal(codecs[2], 'VP8');
    for (const pupil of people) assert.equal((await stats(pupil)).path, 'udp');
  });

  test('each sees each colour in its tile', async () => {
    for (const pupil of people) {
      for (const who of people) await untilShown(pupil, who.name, who.colour);
    }
  });

  test('each hears the two others and not itself', async () => {
    await sleep(2000);
    for (const pupil of people) {
      const [one, two] = others(pupil);
      const beside = pupil.toneHz + BESIDE_HZ;
      await untilHeard(pupil, [one.toneHz, two.toneHz, pupil.toneHz, beside], ([a, b, own, noise]) => {
        const loud = Math.max(a, b);
        const silent = own - loud < OWN_DB;
        // a busy machine stutters, which is heard at every frequency: a voice would stand out of that
        const hidden = own - loud < NOISY_DB && own - noise < ABOVE_NOISE_DB;
        return loud > -60 && Math.min(a, b) - loud > HEARD_DB && (silent || hidden);
      });
    }
  });
});

describe('layouts', () => {
  test('a new layout is seen by all within a second, without a freeze, and the map is right', async () => {
    const [lecturer] = people;
    const { layouts, layout } = await snapshot(lecturer);
    assert.ok(layouts.length >= 2, 'there are layouts to choose from');
    const order = [...layouts.filter((name) => name !== layout.name), layout.name];
    for (const name of order) {
      const watches = await Promise.all(people.map(watchFrames));
      const start = Date.now();
      await chooseLayout(lecturer, name);
      await Promise.all(
        people.map((pupil) =>
          until(`${pupil.name} has the layout ${name}`, async () => (await snapshot(pupil)).layout.name === name, {
            ms: (LAYOUT_MS - (Date.now() - start)) / SLOW + 100,
            every: 20,
          }),
        ),
      );
      const took = Date.now() - start;
      assert.ok(took <= LAYOUT_MS, `${name}: ${took} ms`);
      await sleep(700);
      for (const watch of watches) {
        const { maxGapMs } = await watch.stop();
        assert.ok(maxGapMs <= FREEZE_MS, `${name}: a frame stood for ${maxGapMs} ms`);
      }
      for (const pupil of people) {
        for (const who of people) {
          if (!(await tileOf(pupil, who.name))) continue; // not in this layout
          await untilShown(pupil, who.name, who.colour);
          await assertEdges(pupil, who.name, who.colour, name);
        }
      }
    }
  });

  test('the keys 1 to 9 choose a layout, but not while typing', async () => {
    const [lecturer] = people;
    const { layouts, layout } = await snapshot(lecturer);
    const other = layouts.findIndex((name) => name !== layout.name);
    await press(lecturer, 'chat');
    await lecturer.page.locator('#chat-text').press(String(other + 1));
    await sleep(500);
    assert.equal((await snapshot(lecturer)).layout.name, layout.name);
    await lecturer.page.fill('#chat-text', '');
    await press(lecturer, 'chat-close');
    for (const index of [other, layouts.indexOf(layout.name)]) {
      await lecturer.page.keyboard.press(String(index + 1));
      const name = layouts[index];
      await until(`the layout is ${name}`, async () => (await snapshot(lecturer)).layout.name === name);
    }
  });
});

describe('a late joiner', () => {
  test('sees the first frame within a second, and nobody freezes', async () => {
    const times = [];
    const watches = await Promise.all(people.map(watchFrames));
    for (let i = 0; i < 5; i++) {
      const late = await openPage(browser, {
        url: room.student,
        name: `Late ${i}`,
        colour: 'magenta',
        toneHz: 1700,
        inside: false,
      });
      times.push(await enter(late));
      await press(late, 'leave');
      await late.close();
    }
    const gaps = await Promise.all(watches.map((watch) => watch.stop()));
    const took = Math.round(median(times));
    console.log(`first frames: ${times.map(Math.round).join(', ')} ms; longest gaps: ${gaps.map((g) => g.maxGapMs).join(', ')} ms`);
    assert.ok(took <= FIRST_FRAME_MS, `median ${took} ms`);
    for (const { maxGapMs } of gaps) assert.ok(maxGapMs <= FREEZE_MS, `a frame stood for ${maxGapMs} ms`);
  });
});

describe('what happens in class', () => {
  test('camera off and on', async () => {
    const [lecturer, asha] = people;
    await press(asha, 'cam');
    await untilSeen(lecturer, 'Asha', (one) => one?.cam === false);
    for (const pupil of people) await untilNotShown(pupil, 'Asha', 'green');
    await press(asha, 'cam');
    await untilSeen(lecturer, 'Asha', (one) => one?.cam === true);
    await untilShown(lecturer, 'Asha', 'green');
  });

  test('microphone off and on', async () => {
    const [lecturer, asha] = people;
    const hz = [asha.toneHz, 1100];
    await press(asha, 'mic');
    await untilSeen(lecturer, 'Asha', (one) => one?.mic === false);
    await untilHeard(lecturer, hz, ([off, on]) => off - on < -30);
    await press(asha, 'mic');
    await untilSeen(lecturer, 'Asha', (one) => one?.mic === true);
    await untilHeard(lecturer, hz, ([back, on]) => back - on > HEARD_DB);
  });

  test('a lecturer mutes, and the muted may speak again', async () => {
    const [lecturer, asha] = people;
    await press(lecturer, 'more');
    await press(lecturer, 'people');
    const { id } = await seen(lecturer, 'Asha');
    await lecturer.page.click(`[data-sheet=people] [data-member="${id}"] [data-act=mute]`);
    await untilSeen(lecturer, 'Asha', (one) => one?.mic === false);
    await until('Asha knows', async () => (await snapshot(asha)).mic === false);
    await lecturer.page.keyboard.press('Escape');
    await press(asha, 'mic');
    await untilSeen(lecturer, 'Asha', (one) => one?.mic === true);
  });

  test('a screen is shared and taken back', async () => {
    const [lecturer, asha, ivan] = people;
    await press(ivan, 'share');
    await untilSeen(lecturer, 'Ivan', (one) => one?.screen === true);
    for (const pupil of people) await untilShown(pupil, 'Ivan', 'yellow', { kind: 'screen' });
    await press(ivan, 'share');
    await untilSeen(lecturer, 'Ivan', (one) => one?.screen === false);
    await until('its tile is gone', async () => !(await tileOf(asha, 'Ivan', 'screen')));
  });

  test('chat reaches everybody as plain text', async () => {
    const [lecturer, asha, ivan] = people;
    const text = '<b>Hello</b> & "добрый день" 🙂';
    await press(asha, 'chat');
    await asha.page.fill('#chat-text', text);
    await asha.page.press('#chat-text', 'Enter');
    for (const pupil of [lecturer, ivan]) {
      await until(`${pupil.name} gets it`, async () => (await snapshot(pupil)).chat.at(-1)?.text === text);
    }
    await until('it is on the page', async () => (await asha.page.locator('.line-text').last().textContent()) === text);
    assert.equal(await asha.page.locator('.log b').count(), 0);
    await press(asha, 'chat-close');
  });

  test('after a reload the page is in class again', async () => {
    const [lecturer, asha] = people;
    await asha.page.reload();
    await until('Asha sees again', async () => (await snapshot(asha)).firstFrame);
    await untilShown(lecturer, 'Asha', 'green');
    const twins = (await snapshot(lecturer)).members.filter((one) => one.name === 'Asha' && one.state === 'here');
    assert.equal(twins.length, 1);
  });

  test('the network is cut for 5 s and comes back', async () => {
    const [lecturer, asha] = people;
    const before = await seen(lecturer, 'Asha');
    await asha.context.setOffline(true);
    await asha.page.locator('.banner[data-kind=red] p').waitFor({ timeout: 1000 * SLOW });
    await untilSeen(lecturer, 'Asha', (one) => one?.state === 'away');
    await sleep(5000);
    await asha.context.setOffline(false);
    await until('the banner goes', async () => !(await asha.page.locator('.banner[data-kind=red] p').count()), { ms: 3000 });
    await untilSeen(lecturer, 'Asha', (one) => one?.state === 'here');
    assert.equal((await seen(lecturer, 'Asha')).id, before.id, 'the same member came back');
    await untilShown(lecturer, 'Asha', 'green');
    await until('Asha sees frames', async () => {
      const first = (await stats(asha)).frames;
      await sleep(500);
      return (await stats(asha)).frames > first;
    });
  });

  test('a closed tab is noticed', async () => {
    const [lecturer] = people;
    const guest = await openPage(browser, { url: room.student, name: 'Guest', colour: 'cyan', toneHz: 2000 });
    await untilShown(lecturer, 'Guest', 'cyan');
    await guest.close();
    await untilSeen(lecturer, 'Guest', (one) => !one || one.state === 'away');
  });

  test('nothing went wrong in the pages', () => {
    for (const pupil of people) assert.deepEqual(pupil.errors.filter((line) => !/ERR_INTERNET_DISCONNECTED/.test(line)), []);
  });
});
