import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WakeLock } from '../src/core/wakelock';

const held = new Set<object>();
let give: () => void = () => undefined;
let refuse: () => void = () => undefined;
let look: () => void = () => undefined;

class Sentinel {
  async release(): Promise<void> {
    held.delete(this);
  }
}

const wakeLock = {
  request: () =>
    new Promise((ok, fail) => {
      give = () => {
        const one = new Sentinel();
        held.add(one);
        ok(one);
      };
      refuse = () => fail(new Error('low battery'));
    }),
};
Object.defineProperty(globalThis, 'navigator', { value: { wakeLock }, configurable: true });
Object.assign(globalThis, {
  document: {
    visibilityState: 'visible',
    addEventListener: (_type: string, act: () => void) => (look = act),
    removeEventListener: () => undefined,
  },
});
const turn = () => new Promise<void>((go) => setTimeout(go, 0));

test('the screen may go out again after the class, also when the lock comes late', async () => {
  let refusals = 0;
  const lock = new WakeLock(() => refusals++);
  lock.on();
  lock.off();
  give();
  await turn();
  assert.equal(held.size, 0);
  lock.on();
  lock.off();
  refuse();
  await turn();
  assert.equal(refusals, 0, 'nobody is told of a lock that is not wanted any more');
});

test('a page that is looked at again holds one lock', async () => {
  const lock = new WakeLock(() => undefined);
  lock.on();
  give();
  await turn();
  look();
  give();
  await turn();
  assert.equal(held.size, 1);
  lock.off();
  await turn();
  assert.equal(held.size, 0);
});
