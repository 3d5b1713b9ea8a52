import assert from 'node:assert/strict';
import { test } from 'node:test';
import { badgeOf } from '../src/core/badge';
import { roughly, shortly } from '../src/core/format';
import { costOf, forecast, kbpsOf, lowest, mbPerHour, summary } from '../src/core/levels';
import { budgetLeft, cleanBudget, netHint, Prefer, readWish, type Wish } from '../src/core/prefer';
import { Refusal, type Costs, type LinkMinute, type Quality } from '../src/core/protocol';
import { Rates } from '../src/core/rates';

Object.assign(globalThis, { window: globalThis });

const COSTS: Costs = { sound: 20, still: 30, low: 75, mid: 180, main: 440, high: 920 };

function quality(part: Partial<Quality> = {}): Quality {
  return {
    level: 'main',
    why: 'link',
    most: 'high',
    wish: 'auto',
    cap: 'high',
    shape: 'wide',
    content: 'people',
    codec: 'h264',
    view: 0,
    kbps: COSTS,
    ...part,
  };
}

const plain = (text: string) => text.replace(/\u00a0|\u202f/g, ' ');

test('megabytes an hour', () => {
  assert.equal(mbPerHour(75), 33.75);
  assert.equal(plain(roughly(mbPerHour(75))), '34 MB');
  assert.equal(plain(roughly(mbPerHour(440))), '200 MB');
  assert.equal(plain(roughly(mbPerHour(20))), '9 MB');
  assert.equal(plain(shortly(4_240_000)), '4.2 MB');
  assert.equal(plain(shortly(42_400_000)), '42 MB');
});

test('a choice costs what it leads to', () => {
  const auto = quality();
  assert.deepEqual(costOf('auto', 'high', auto, COSTS), { level: 'main', kbps: 440, upTo: false });
  assert.deepEqual(costOf('save', 'high', auto, COSTS), { level: 'low', kbps: 75, upTo: true });
  assert.deepEqual(costOf('sound', 'high', auto, COSTS), { level: 'sound', kbps: 20, upTo: false });
  assert.deepEqual(costOf('auto', 'mid', auto, COSTS), { level: 'mid', kbps: 180, upTo: true });
});

test('slides cost as sound until there are any', () => {
  assert.deepEqual(costOf('slides', 'high', quality(), COSTS), { level: 'sound', kbps: 20, upTo: false });
  const slides = quality({ content: 'slides' });
  assert.deepEqual(costOf('slides', 'main', slides, COSTS), { level: 'main', kbps: 440, upTo: true });
});

test('before the class, and while nobody looks, nothing is known', () => {
  assert.deepEqual(costOf('auto', 'high', null, COSTS), { level: 'main', kbps: 440, upTo: true });
  const hidden = quality({ level: 'sound', why: 'hidden' });
  assert.deepEqual(costOf('auto', 'high', hidden, COSTS), { level: 'high', kbps: 920, upTo: true });
});

test('the lowest of levels', () => {
  assert.equal(lowest('high', 'low', 'main'), 'low');
});

test('a forecast', () => {
  assert.equal(forecast(1_000_000, 80, 600_000), 7_000_000);
  assert.equal(forecast(5, 80, -1), 5);
  assert.equal(kbpsOf(1000, 1000), 8);
  assert.equal(kbpsOf(1000, 0), 0);
});

test('the rate is that of the last minute', () => {
  const rates = new Rates();
  assert.equal(rates.push(500, 0), 0);
  for (let s = 1; s <= 60; s++) rates.push(500 + s * 1000, s * 1000);
  let last = 0;
  for (let s = 61; s <= 120; s++) last = rates.push(60_500 + (s - 60) * 2000, s * 1000);
  assert.equal(Math.round(last), 16);
  rates.restart();
  assert.equal(Math.round(rates.push(180_600, 122_000)), 16);
  for (let s = 123; s <= 126; s++) last = rates.push(180_600 + (s - 122) * 100, s * 1000);
  assert.ok(last < 1);
  assert.equal(rates.push(0, 127_000), 0);
});

test('what the device remembers may be anything', () => {
  const none: Wish = { wish: 'auto', cap: 'high', budget: { mb: 0, min: 60 } };
  for (const text of ['', '{', 'null', '7', '{"wish":"all","cap":"sound","budget":{"mb":"x"}}']) assert.deepEqual(readWish(text), none);
  const kept: Wish = { wish: 'save', cap: 'mid', budget: { mb: 50, min: 90 } };
  assert.deepEqual(readWish(JSON.stringify(kept)), kept);
  assert.deepEqual(cleanBudget('12.6', ''), { mb: 13, min: 60 });
  assert.deepEqual(cleanBudget(-1, -1), { mb: 0, min: 1 });
});

test('the server is told what is left of the budget', () => {
  const budget = { mb: 50, min: 60 };
  assert.deepEqual(budgetLeft(budget, 20_000_000, 1_800_000, 0), { budget_mb: 30, budget_min: 30 });
  assert.deepEqual(budgetLeft(budget, 90_000_000, 0, 1), { budget_mb: 1, budget_min: 1 });
  assert.deepEqual(budgetLeft({ mb: 0, min: 60 }, 0, 0, 0), { budget_mb: 0 });
});

test('a network is told only when it is known', () => {
  assert.deepEqual(netHint({}), {});
  assert.deepEqual(netHint({ effectiveType: '5g' }), {});
  assert.deepEqual(netHint({ effectiveType: '3g' }), { net: '3g' });
  assert.deepEqual(netHint({ effectiveType: '4g', saveData: true }), { net: 'save' });
});

test('wishes are said once, and again when they could not be', async () => {
  const said: object[] = [];
  let refuse = false;
  const prefer = new Prefer({
    tell: (d) => {
      said.push(d);
      return refuse ? Promise.reject(new Refusal('offline')) : Promise.resolve();
    },
    used: () => 0,
    changed: () => undefined,
  });
  prefer.begin();
  prefer.see({ hidden: false });
  prefer.see({ tall: true });
  prefer.see({ tall: true });
  prefer.choose({ wish: 'save' });
  assert.deepEqual(said, [{ tall: true }, { wish: 'save' }]);
  prefer.say({ net: '3g' });
  assert.deepEqual(said.at(-1), { wish: 'save', cap: 'high', hidden: false, tall: true, net: '3g', budget_mb: 0 });
  await Promise.resolve();
  prefer.sayAgain();
  assert.equal(said.length, 3);
  refuse = true;
  prefer.choose({ cap: 'low' });
  await new Promise((go) => setTimeout(go, 0));
  refuse = false;
  prefer.choose({ wish: 'auto' }); // another one that arrives does not make up for it
  await new Promise((go) => setTimeout(go, 0));
  prefer.sayAgain();
  assert.deepEqual(said.at(-1), { wish: 'auto', cap: 'low', hidden: false, tall: true, budget_mb: 0 });
  prefer.stop();
});

test('over the picture: nothing while all is well', () => {
  assert.equal(badgeOf('open', 'connected', quality()), null);
  assert.equal(badgeOf('open', 'connected', null), null);
  assert.equal(badgeOf('open', 'connected', quality({ level: 'low', why: 'member' })), null);
  assert.equal(badgeOf('open', 'connected', quality({ level: 'sound', why: 'hidden' })), null);
  assert.equal(badgeOf('connecting', 'new', quality({ level: 'sound' })), null);
});

test('over the picture: what it is, and why', () => {
  assert.deepEqual(badgeOf('open', 'connected', quality({ level: 'low' })), { kind: 'low', why: 'link' });
  assert.deepEqual(badgeOf('open', 'connected', quality({ level: 'still', why: 'loss' })), { kind: 'still', why: 'loss' });
  assert.deepEqual(badgeOf('open', 'connected', quality({ level: 'sound', why: 'member' })), { kind: 'sound', why: 'member' });
  assert.deepEqual(badgeOf('lost', 'connected', quality()), { kind: 'gone', why: '' });
  assert.deepEqual(badgeOf('open', 'lost', quality()), { kind: 'gone', why: '' });
});

test('minutes in words', () => {
  const minute = (level: LinkMinute['level'], loss: number): LinkMinute => ({ level, why: 'link', loss, changes: 1 });
  const { spans, loss, changes } = summary([minute('sound', 12), minute('main', 0), minute('main', 3)]);
  assert.deepEqual(spans, [
    { level: 'main', n: 2 },
    { level: 'sound', n: 1 },
  ]);
  assert.deepEqual([loss, changes], [12, 3]);
  assert.deepEqual(summary([]), { spans: [], loss: 0, changes: 0 });
});
