import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Devices } from '../src/core/devices';
import { state } from '../src/core/state';

interface FakeTrack {
  kind: string;
  readyState: string;
  enabled: boolean;
  stop(): void;
}

function track(kind: string): FakeTrack {
  return {
    kind,
    readyState: 'live',
    enabled: true,
    stop() {
      this.readyState = 'ended';
    },
  };
}

/** The browser asks its user, who takes a while. */
let answer: (track: FakeTrack | null) => void = () => undefined;
const mediaDevices = {
  getUserMedia: () =>
    new Promise((ok, fail) => {
      answer = (one) => (one ? ok({ getTracks: () => [one] }) : fail(new DOMException('', 'NotAllowedError')));
    }),
};
Object.defineProperty(globalThis, 'navigator', { value: { mediaDevices }, configurable: true });

test('what is granted after the class was left is closed again', async () => {
  const devices = new Devices();
  const [mic, cam] = [track('audio'), track('video')];
  const first = devices.setMic(true);
  const ofMic = answer;
  const second = devices.setCam(true);
  assert.ok(state.mic.value.busy && state.cam.value.busy);
  devices.close();
  assert.ok(!state.mic.value.busy && !state.cam.value.busy);
  ofMic(mic);
  answer(cam);
  await Promise.all([first, second]);
  assert.deepEqual([mic.readyState, cam.readyState], ['ended', 'ended']);
  assert.ok(!state.mic.value.on && !state.cam.value.on);
  assert.deepEqual([devices.track('a'), devices.track('c')], [null, null]);
});

test('off while the browser still asks: it stays off, whatever is answered', async () => {
  const devices = new Devices();
  const late = track('audio');
  const opening = devices.setMic(true);
  await devices.setMic(false);
  answer(late);
  await opening;
  assert.equal(late.readyState, 'ended');
  assert.deepEqual(state.mic.value, { on: false, busy: false, fault: '' });
  const again = devices.setMic(true);
  await devices.setMic(false);
  answer(null);
  await again;
  assert.equal(state.mic.value.fault, '', 'a refusal of what is not wanted any more is not told');
});

test('off and on again before the answer: the second one counts', async () => {
  const devices = new Devices();
  const [old, fresh] = [track('video'), track('video')];
  const first = devices.setCam(true);
  const ofFirst = answer;
  await devices.setCam(false);
  const second = devices.setCam(true);
  answer(fresh);
  await second;
  ofFirst(old);
  await first;
  assert.equal(old.readyState, 'ended');
  assert.equal(fresh.readyState, 'live');
  assert.equal(devices.track('c'), fresh as unknown as MediaStreamTrack);
  devices.close();
});
