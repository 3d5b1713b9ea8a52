import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apply, limitOf, linesOf, sendingOf } from '../src/core/send';

const ask = (part: object = {}) => ({ on: true, h: 180, fps: 10, kbps: 160, ...part });

test('as much as is asked for', () => {
  assert.deepEqual(sendingOf('camera', ask(), null, 360), {
    active: true,
    scaleResolutionDownBy: 2,
    maxBitrate: 160_000,
    maxFramerate: 10,
  });
  assert.equal(sendingOf('camera', ask({ h: 270 }), null, 640).scaleResolutionDownBy, 2.37);
});

test('never larger than the camera, nor by a height that is not known', () => {
  assert.equal(sendingOf('camera', ask({ h: 720 }), null, 360).scaleResolutionDownBy, 1);
  assert.equal(sendingOf('camera', ask(), null, 0).scaleResolutionDownBy, 1);
});

test('the lines that the camera should have', () => {
  assert.equal(linesOf(ask({ h: 720 }), null), 720);
  assert.equal(linesOf(ask({ h: 720 }), limitOf('save', 'camera')), 180);
  assert.equal(linesOf(ask({ on: false, h: 720 }), null), 0);
  assert.equal(linesOf(null, null), 0);
});

test('nobody sees it', () => {
  const off = sendingOf('camera', { on: false, h: 0, fps: 0, kbps: 0 }, null, 360);
  assert.equal(off.active, false);
  assert.ok(off.maxBitrate > 0 && off.maxFramerate > 0 && off.scaleResolutionDownBy >= 1);
});

test('what the user wants to spend is never exceeded', () => {
  const large = ask({ h: 720, fps: 25, kbps: 1600 });
  assert.equal(limitOf('auto', 'camera'), null);
  for (const wish of ['save', 'slides', 'sound'] as const) {
    assert.deepEqual(sendingOf('camera', large, limitOf(wish, 'camera'), 720), {
      active: true,
      scaleResolutionDownBy: 4,
      maxBitrate: 160_000,
      maxFramerate: 10,
    });
  }
  assert.equal(sendingOf('camera', ask({ kbps: 90, h: 120 }), limitOf('save', 'camera'), 360).maxBitrate, 90_000);
});

test('before a word of the server', () => {
  assert.deepEqual(sendingOf('camera', null, null, 360), {
    active: true,
    scaleResolutionDownBy: 1,
    maxBitrate: 400_000,
    maxFramerate: 15,
  });
  assert.equal(sendingOf('camera', null, limitOf('save', 'camera'), 360).scaleResolutionDownBy, 2);
});

function sender(encodings: RTCRtpEncodingParameters[], refuse = false) {
  const set: RTCRtpEncodingParameters[] = [];
  const one = {
    getParameters: () => ({ encodings: structuredClone(encodings) }),
    setParameters: (params: { encodings: RTCRtpEncodingParameters[] }) => {
      if (refuse) return Promise.reject(new Error('not yet'));
      encodings[0] = params.encodings[0]!;
      set.push(encodings[0]);
      return Promise.resolve();
    },
  };
  return { one: one as unknown as RTCRtpSender, set };
}

test('set once, and again only when it changed', async () => {
  const { one, set } = sender([{ active: true }]);
  const sending = sendingOf('camera', ask(), null, 360);
  assert.equal(await apply(one, sending), true);
  assert.equal(await apply(one, sending), true);
  assert.equal(set.length, 1);
  await apply(one, { ...sending, active: false });
  assert.equal(set.length, 2);
  assert.equal(set[1]!.active, false);
});

test('a refusal is told', async () => {
  const sending = sendingOf('camera', ask(), null, 360);
  assert.equal(await apply(sender([]).one, sending), false);
  assert.equal(await apply(sender([{}], true).one, sending), false);
});
