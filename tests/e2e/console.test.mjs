// The administrator's console against a server with two classes: what it shows is so, what it does is felt in the classes,
// the record has it, and all of it works without a mouse. Pictures of each tab go into test-logs/look/.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { axe } from './lib/axe.mjs';
import { openBrowser } from './lib/browser.mjs';
import { look } from './lib/look.mjs';
import { looksLike } from './lib/palette.mjs';
import { openPage, press, snapshot, untilSeen } from './lib/pupil.mjs';
import { createClass } from './lib/room.mjs';
import { openTarget } from './lib/target.mjs';
import { sleep, SLOW, until } from './lib/until.mjs';
import { openMember } from './lib/ws.mjs';

const DESK = { width: 1280, height: 800 };
const SIZES = [
  { label: 'phone', width: 360, height: 740 },
  { label: 'tablet', width: 768, height: 1024 },
  { label: 'desk', ...DESK },
];
const TABS = ['rooms', 'people', 'links', 'layouts', 'plugins', 'settings', 'audit', 'health'];
const KICK_MS = 1000;

let target;
let browser;
let admin; // the page of the console
let errors = [];
const rooms = {};
const people = {};

async function openConsole(path = '', locale = 'en') {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: DESK, locale, acceptDownloads: true });
  const page = await context.newPage();
  page.on('pageerror', (why) => errors.push(String(why)));
  const address = new URL(target.adminUrl);
  address.pathname += path;
  await page.goto(address.href);
  await page.locator('.con').waitFor();
  return page;
}

/** In the console, by its own links. */
async function toTab(page, tab) {
  const menu = page.locator('[data-act=menu]');
  if (await menu.isVisible()) await menu.click();
  await page.click(`[data-act=tab-${tab}]`);
}

async function openRoom(page, code) {
  await toTab(page, 'rooms');
  await page.locator(`[data-room="${code}"] [data-act=open-room]`).click();
  await page.locator('[data-sheet=room] .con-drawer').waitFor();
}

const drawer = (page) => page.locator('[data-sheet=room]');
const row = (page, name) => drawer(page).locator(`[data-member="${name}"]`);

/** Colours at the points of a grid over the picture of a class. */
async function thumbnail(page, code) {
  return page.evaluate(async (of) => {
    const image = document.querySelector(`.con-card [data-poster="${of}"] img`);
    if (!image) return [];
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    const pen = canvas.getContext('2d');
    pen.drawImage(image, 0, 0);
    const points = [];
    for (let y = 0.05; y < 1; y += 0.1) {
      for (let x = 0.05; x < 1; x += 0.05) {
        const { data } = pen.getImageData(Math.round(x * canvas.width), Math.round(y * canvas.height), 1, 1);
        points.push([...data.slice(0, 3)]);
      }
    }
    return points;
  }, code);
}

async function untilThumbnail(code, shown, absent) {
  await until(`the thumbnail of ${code} shows ${shown} and not ${absent}`, async () => {
    const points = await thumbnail(admin, code);
    const share = (colour) => points.filter((rgb) => looksLike(rgb, colour)).length / points.length;
    return points.length > 0 && shown.every((one) => share(one) > 0.05) && absent.every((one) => share(one) < 0.02);
  });
}

/** Its first frame was written some time ago: the time of a mark goes on from there. */
async function untilRecorded(code) {
  const member = await openMember({ link: target.adminUrl, name: 'Marks' });
  try {
    await until('there is something in the recording', async () => (await member.request('record.mark', { code })).at_ms >= 500, { every: 500 });
  } finally {
    member.close();
  }
}

before(async () => {
  target = await openTarget();
  browser = await openBrowser();
  rooms.a = await createClass(browser, target.adminUrl, 'Physics 8B');
  rooms.b = await createClass(browser, target.adminUrl, 'Химия, 9 класс');
  people.rao = await openPage(browser, { url: rooms.a.lecturer, name: 'Dr. Rao', colour: 'red', toneHz: 440 });
  people.asha = await openPage(browser, { url: rooms.a.student, name: 'Asha', colour: 'green', toneHz: 700 });
  people.ivan = await openPage(browser, { url: rooms.b.student, name: 'Иван Петров', colour: 'blue', toneHz: 1100, mic: false });
  admin = await openConsole();
});

after(async () => {
  await browser?.close();
  await target?.stop();
  assert.deepEqual(errors, []);
});

describe('the classes', () => {
  test('each card has its people and a picture of its own class', async () => {
    await until('both are told of', async () => (await admin.locator('#rooms > li').count()) >= 2);
    await until('the number of people', async () => /2/.test(await admin.locator(`[data-room="${rooms.a.code}"] .con-marks`).innerText()));
    await untilThumbnail(rooms.a.code, ['red', 'green'], ['blue']);
    await untilThumbnail(rooms.b.code, ['blue'], ['red', 'green']);
  });

  test('search, filter, order and the table', async () => {
    const titles = () => admin.locator('#rooms h3').allInnerTexts();
    await admin.fill('#room-search', 'хими');
    assert.deepEqual(await titles(), ['Химия, 9 класс']);
    await admin.fill('#room-search', `${rooms.a.code.slice(0, 3)}-${rooms.a.code.slice(3).toLowerCase()}`);
    assert.deepEqual(await titles(), ['Physics 8B']);
    await admin.fill('#room-search', '');
    await admin.selectOption('#room-sort', 'title');
    assert.deepEqual((await titles()).slice(-2), ['Physics 8B', 'Химия, 9 класс']);
    await admin.selectOption('#room-filter', 'recording');
    assert.equal(await admin.locator('.con-none').count(), 1);
    await admin.selectOption('#room-filter', 'all');
    await admin.selectOption('#room-view', 'table');
    await admin.locator(`.con-table [data-room="${rooms.b.code}"]`).waitFor();
    await admin.selectOption('#room-view', 'cards');
  });

  test('a new one with its kind and its links', async () => {
    await admin.fill('#title', 'Exam of today');
    await admin.selectOption('#kind', 'exam');
    await admin.click('[data-act=create]');
    const link = await admin.locator('#link-student').inputValue();
    rooms.c = { code: new URL(link).pathname.split('/')[2] };
    await openRoom(admin, rooms.c.code);
    assert.equal(await admin.locator('#class-kind').inputValue(), 'exam');
    await admin.click('[data-act=invites]');
    await admin.locator('#link-role-observer').waitFor();
    assert.equal(await drawer(admin).locator('.copy').count(), 6);
    await admin.keyboard.press('Escape');
    await until('the address is that of the list', () => new URL(admin.url()).pathname === '/admin');
  });

  test('people of all classes, by name', async () => {
    await toTab(admin, 'people');
    await admin.locator('[data-person="Asha"]').waitFor();
    assert.equal(await admin.locator('[data-person]').count(), 3);
    await admin.fill('#people-search', 'иван');
    assert.deepEqual(await admin.locator('[data-person]').allInnerTexts().then((texts) => texts.length), 1);
    await toTab(admin, 'links');
    await admin.locator('.con-none, [data-weak]').first().waitFor();
  });
});

describe('what is done by the console is felt in the class', () => {
  test('mute', async () => {
    await openRoom(admin, rooms.a.code);
    await until('Asha speaks', async () => (await snapshot(people.asha)).mic);
    await row(admin, 'Asha').locator('[data-act=mute]').click();
    await untilSeen(people.rao, 'Asha', (one) => one && !one.mic);
    await until('her own page knows', async () => !(await snapshot(people.asha)).mic);
    await admin.locator('[data-said="con.muted"]').first().waitFor();
  });

  test('spotlight and the camera', async () => {
    await row(admin, 'Asha').locator('[data-act=pin]').click();
    await until('she is in front', async () => {
      const { pinned, members } = await snapshot(people.rao);
      return members.find((one) => one.id === pinned)?.name === 'Asha';
    });
    await row(admin, 'Asha').locator('[data-act=cam-off]').click();
    await untilSeen(people.rao, 'Asha', (one) => one && !one.cam);
  });

  test('a layout, chosen by its picture', async () => {
    await admin.click('[data-act=layout-picker]');
    await until('some have a picture', async () => (await admin.locator('.con-layout:not([data-boxes="0"])').count()) >= 6);
    await admin.click('[data-layout="lecture"]');
    await until('it is seen in the class', async () => (await snapshot(people.rao)).layout?.name === 'lecture');
    await admin.locator('[data-layout="lecture"][aria-pressed=true]').waitFor();
  });

  test('switches, the limit, and the recording', async () => {
    await admin.click('[data-act=switch-chat]');
    await admin.locator('[data-act=switch-chat][aria-checked=false]').waitFor();
    for (const most of ['low', 'main']) {
      await admin.selectOption('#class-limit', most);
      await admin.click('[data-act=apply]');
      await until('nobody gets more', async () => (await snapshot(people.asha)).quality?.most === most);
    }
    await admin.click('[data-act=record]');
    await until('it is recorded', async () => (await snapshot(people.asha)).recording.on);
    await admin.locator('[data-act=record][aria-pressed=true]').waitFor();
    await untilRecorded(rooms.a.code);
    await admin.click('[data-act=record]');
    await until('it is not', async () => !(await snapshot(people.asha)).recording.on);
  });

  test('a word to the class', async () => {
    await admin.click('[data-act=announce-one]');
    await admin.fill('#announce-one', 'Ten minutes left');
    await admin.click('[data-act=announce-one-send]');
    await until('it is in the chat', async () => (await snapshot(people.rao)).chat.some(({ text }) => text === 'Ten minutes left'));
    await press(people.rao, 'chat');
    assert.match(await people.rao.page.locator('.line', { hasText: 'Ten minutes left' }).innerText(), /Administrator/);
    await press(people.rao, 'chat-close');
  });

  test('groups, the rights of one, and recordings', async () => {
    const code = async (one) => (await snapshot(one)).room.code;
    const part = (name) => drawer(admin).locator(`[data-part=${name}]`);
    await admin.locator('[data-act=groups]').focus(); // by keys
    await admin.keyboard.press('Enter');
    await admin.fill('#groups-minutes', '5');
    await admin.fill('#groups-task', 'Read page 7');
    await admin.keyboard.press('Enter');
    await part('groups').locator('[data-group]:not([data-group="0"])', { hasText: 'Asha' }).waitFor();
    assert.notEqual(await code(people.asha), rooms.a.code);
    await admin.click('[data-act=groups-extend]');
    await people.asha.page.locator('.group-time', { hasText: /(9|10):\d\d/ }).waitFor();
    await admin.fill('#groups-say', 'Two minutes left');
    await admin.keyboard.press('Enter');
    await admin.locator('[data-said="con.groups_said"]').waitFor();
    await admin.setViewportSize(SIZES[0]);
    const faults = [...(await look(admin, 'console-groups-phone')), ...(await axe(admin, 'console-groups-phone'))];
    await admin.setViewportSize(DESK);
    assert.deepEqual(faults, []);
    await admin.selectOption('#group-person', { label: 'Asha' });
    await admin.click('[data-act=group-move]');
    await until('Asha is in the class', async () => (await code(people.asha)) === rooms.a.code);
    await admin.click('[data-act=groups-end]');
    await admin.click('[data-act=groups-end-sure]');
    await admin.locator('[data-said="con.groups_ended"]').waitFor();

    await admin.click('[data-act=grants]');
    await row(admin, 'Asha').waitFor();
    await admin.selectOption('#grants-of', { label: 'Asha' });
    await admin.selectOption('#cap-speak', 'deny');
    await admin.selectOption('#cap-record', 'grant');
    await admin.click('[data-act=grant]');
    await untilSeen(people.rao, 'Asha', (one) => one?.denies?.includes('speak') && one.grants?.includes('record'));
    await part('grants').locator('[data-own="Asha"] [data-act=ungrant]').focus();
    await admin.keyboard.press('Enter');
    await untilSeen(people.rao, 'Asha', (one) => one && !one.denies?.length && !one.grants?.length);

    await admin.click('[data-act=records]');
    await admin.fill('#rec-title', 'By the console');
    await admin.click('[data-act=rec-start]');
    await until('it is recorded', async () => (await snapshot(people.asha)).recording.on);
    await untilRecorded(rooms.a.code);
    await admin.click('[data-act=rec-stop]');
    const one = part('records').locator('li[data-state=ready]', { hasText: 'By the console' });
    const downloading = admin.waitForEvent('download');
    await one.locator('[data-act=download]').click();
    const film = readFileSync(await (await downloading).path());
    assert.equal(film.subarray(4, 8).toString(), 'ftyp');
    await one.locator('[data-act=rec-delete]').click();
    await one.locator('[data-act=rec-delete-sure]').click();
    await one.waitFor({ state: 'detached' });
    await people.rao.page.locator('.group-banner').waitFor({ state: 'detached' }); // they are over
    await admin.locator('#groups-n').waitFor();
  });

  test('who waits is let in', async () => {
    await admin.click('[data-act=switch-lobby]');
    await admin.locator('[data-act=switch-lobby][aria-checked=true]').waitFor();
    people.omar = await openPage(browser, { url: rooms.a.student, name: 'Omar', colour: 'yellow', cam: false, mic: false, inside: false });
    await people.omar.page.click('[data-act=join-now]');
    const waiting = drawer(admin).locator('[data-waiting="Omar"]');
    await waiting.locator('[data-act=admit]').click();
    await untilSeen(people.rao, 'Omar', (one) => one);
    await waiting.waitFor({ state: 'detached' });
  });

  test('who is removed is out within a second', async () => {
    await row(admin, 'Asha').locator('[data-act=person]').click();
    await row(admin, 'Asha').locator('[data-act=ban]').click();
    const gone = people.asha.page.locator('.bye').waitFor();
    const start = Date.now();
    await row(admin, 'Asha').locator('[data-act=ban-sure]').click();
    await gone;
    const ms = Date.now() - start;
    assert.ok(ms < KICK_MS * SLOW, `it took ${ms} ms`);
    await row(admin, 'Asha').waitFor({ state: 'detached' });
    await admin.click('[data-act=bans]');
    await drawer(admin).locator('[data-ban="Asha"]').waitFor();
    await admin.keyboard.press('Escape');
  });

  test('a member is moved to another class', async () => {
    await openRoom(admin, rooms.a.code);
    await row(admin, 'Omar').locator('[data-act=person]').click();
    await row(admin, 'Omar').locator('.con-about select').selectOption(rooms.b.code);
    await row(admin, 'Omar').locator('[data-act=move]').click();
    await untilSeen(people.ivan, 'Omar', (one) => one);
    await until('his own page is there', async () => (await snapshot(people.omar)).room.code === rooms.b.code);
    await row(admin, 'Omar').waitFor({ state: 'detached' });
    await admin.keyboard.press('Escape');
  });

  test('a class ends in two steps', async () => {
    await openRoom(admin, rooms.b.code);
    await admin.click('[data-act=end]');
    assert.notEqual((await snapshot(people.ivan)).screen, 'bye');
    await admin.click('[data-act=end-sure]');
    await people.ivan.page.locator('.bye').waitFor();
    await drawer(admin).waitFor({ state: 'detached' });
  });
});

describe('the server', () => {
  test('the record has all of it, and gives it away as a table', async () => {
    await toTab(admin, 'audit');
    await admin.fill('#audit-code', rooms.a.code);
    await admin.click('[data-act=find]');
    const wanted = ['member.mute', 'spotlight.set', 'layout.set', 'room.set', 'class.limit', 'record.start', 'record.stop', 'member.admit', 'member.remove'];
    wanted.push('breakout.start', 'breakout.extend', 'breakout.assign', 'breakout.end', 'member.allow', 'recording.delete');
    await until('all commands are there', async () => {
      await admin.click('[data-act=refresh]');
      await sleep(300);
      const seen = await admin.locator('tr[data-command]').evaluateAll((rows) => rows.map((one) => one.dataset.command));
      return wanted.every((one) => seen.includes(one)) || new Error(`there are ${seen}`);
    });
    const downloading = admin.waitForEvent('download');
    await admin.click('[data-act=export]');
    const csv = readFileSync(await (await downloading).path(), 'utf8');
    for (const command of wanted) assert.ok(csv.includes(`,${command},`), command);
    await admin.fill('#audit-command', 'layout.');
    await admin.click('[data-act=find]');
    await until('only those', async () => {
      const seen = await admin.locator('tr[data-command]').evaluateAll((rows) => rows.map((one) => one.dataset.command));
      return seen.length > 0 && seen.every((one) => one.startsWith('layout.'));
    });
  });

  test('plugins', async () => {
    await toTab(admin, 'plugins');
    await admin.locator('tr[data-plugin=grid][data-state=loaded]').first().waitFor();
  });

  test('a setting is changed and taken back; a wrong one is refused in words', async () => {
    await toTab(admin, 'settings');
    const one = admin.locator('[data-setting=log_level]');
    await one.locator('[data-act=edit]').click();
    await admin.fill('#set-log_level', 'no such level');
    await admin.keyboard.press('Enter');
    await one.locator('.error').waitFor();
    await admin.fill('#set-log_level', 'debug');
    await admin.keyboard.press('Enter');
    await admin.locator('[data-setting=log_level][data-from=stored]').waitFor();
    await one.locator('[data-act=edit]').click();
    await one.locator('[data-act=reset]').click();
    await until('it is as before', async () => (await one.getAttribute('data-from')) !== 'stored');
  });

  test('figures as lines, as words and as a table; and nobody new is let in on demand', async () => {
    await toTab(admin, 'health');
    await admin.selectOption('#health-span', 'seconds');
    await admin.locator('[data-chart=cpu] .con-line[d^=M]').first().waitFor({ state: 'attached' });
    assert.match(await admin.locator('[data-chart=members] .con-key').innerText(), /\d/);
    await admin.click('[data-act=table-members]');
    assert.ok((await admin.locator('[data-chart=members] tbody tr').count()) > 1);
    await admin.click('[data-act=drain]');
    await admin.click('[data-act=drain-sure]');
    await admin.locator('[data-draining=true]').waitFor();
    await admin.click('[data-act=undrain]');
    await admin.locator('[data-draining=false]').waitFor();
  });
});

describe('for everybody', () => {
  /** What the focus is on, and whether that can be seen. */
  const focused = () =>
    admin.evaluate(() => {
      const one = document.activeElement;
      const seen = (element, pseudo) => getComputedStyle(element, pseudo).outlineStyle !== 'none';
      const box = one.getBoundingClientRect();
      return {
        name: one.dataset?.act ?? one.id ?? one.tagName,
        act: one.dataset?.act,
        tag: one.tagName,
        main: !!one.closest('main'),
        visible: seen(one) || seen(one, '::after') || !!one.closest(':has(> :focus-visible)'),
        inside: box.bottom > 0 && box.top < innerHeight,
      };
    });

  const tabTo = async (act, most = 40) => {
    for (let i = 0; i < most; i++) {
      await admin.keyboard.press('Tab');
      if ((await focused()).act === act) return;
    }
    throw new Error(`${act} is not reached by Tab`);
  };

  test('each tab is reached and walked through by keys alone', async () => {
    for (const tab of TABS) {
      await admin.goto(`${target.origin}/admin`);
      await admin.locator('#create-form').waitFor();
      await tabTo(`tab-${tab}`);
      await admin.keyboard.press('Enter');
      await admin.locator(`[data-act=tab-${tab}][aria-current=page]`).waitFor();
      if (tab !== 'rooms') await until(`the heading of ${tab} has the focus`, async () => (await focused()).tag === 'H2');
      await sleep(400); // what is asked for has come
      const walked = [];
      for (let i = 0; i < 20; i++) {
        await admin.keyboard.press('Tab');
        const now = await focused();
        if (!now.main && walked.length > 0) break;
        if (!now.main) continue;
        assert.ok(now.visible, `${tab}: the focus on ${now.name} is not seen`);
        assert.ok(now.inside, `${tab}: ${now.name} is out of sight`);
        walked.push(now.name);
      }
      if (tab !== 'links') assert.ok(walked.length > 0, `${tab}: nothing takes the focus`);
    }
  });

  test('a class is opened, worked in and closed by keys alone', async () => {
    await toTab(admin, 'rooms');
    await admin.locator(`[data-room="${rooms.a.code}"] [data-act=open-room]`).focus();
    await admin.keyboard.press('Enter');
    await drawer(admin).locator('.con-drawer').waitFor();
    await tabTo('pin');
    await admin.keyboard.press('Enter');
    await admin.locator('[data-said^="con."]').first().waitFor();
    for (let i = 0; i < 30; i++) {
      await admin.keyboard.press('Tab');
      const inside = await admin.evaluate(() => !document.activeElement || document.activeElement === document.body || !!document.activeElement.closest('dialog'));
      assert.ok(inside, 'the focus left the drawer');
    }
    await admin.keyboard.press('Escape');
    await until('the focus is back where it came from', async () => (await focused()).act === 'open-room');
  });

  test('the way back of the browser', async () => {
    await toTab(admin, 'plugins');
    await toTab(admin, 'settings');
    await admin.goBack();
    await admin.locator('[data-act=tab-plugins][aria-current=page]').waitFor();
    assert.equal(new URL(admin.url()).pathname, '/admin/plugins');
  });

  test('axe finds nothing on any tab, at three widths, and nothing is cut off', async () => {
    const faults = [];
    for (const [tab, locale] of [...TABS.map((one) => [one, 'en']), [`rooms/${rooms.a.code}`, 'ru']]) {
      const page = await openConsole(tab === 'rooms' ? '' : `/${tab}`, locale);
      await until('it is there', async () => !(await page.locator('.con-main').innerText()).includes('Loading…'));
      for (const part of await page.locator('details[data-part]').all()) {
        await part.locator('summary').click();
        await until('it is there', async () => !(await part.innerText()).includes('Загрузка'));
      }
      const name = `console-${tab.replace(/\/.*/, '-one')}-${locale}`;
      for (const { label, ...size } of SIZES) {
        await page.setViewportSize(size);
        faults.push(...(await look(page, `${name}-${label}`)), ...(await axe(page, `${name}-${label}`)));
      }
      await page.context().close();
    }
    assert.deepEqual(faults, []);
  });

  test('when the connection is lost it says so, and goes on', async () => {
    await toTab(admin, 'rooms');
    await admin.context().setOffline(true);
    await admin.locator('.con-banner').waitFor();
    await admin.context().setOffline(false);
    await admin.locator('.con-banner').waitFor({ state: 'detached' });
  });

  test('a wrong token is refused in words', async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    await page.goto(`${target.origin}/admin`);
    await page.fill('#token', 'not the token');
    await page.click('[data-act=sign-in]');
    await page.locator('[role=alert]').waitFor();
    await context.close();
  });
});
