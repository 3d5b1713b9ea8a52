import assert from 'node:assert/strict';
import { test } from 'node:test';

/** As browsers do: what was asked of a peer that is closed meanwhile never settles. */
class FakePeer {
  static all: FakePeer[] = [];
  signalingState = 'stable';
  iceConnectionState = 'new';
  connectionState = 'new';
  localDescription: { sdp: string } | null = null;
  set: () => void = () => undefined;
  failSet: () => void = () => undefined;

  constructor() {
    FakePeer.all.push(this);
  }

  setRemoteDescription(): Promise<void> {
    return new Promise((ok, fail) => {
      this.set = () => this.signalingState !== 'closed' && ok();
      this.failSet = () => fail(new Error('no'));
    });
  }

  setLocalDescription(): Promise<void> {
    this.localDescription = { sdp: 'answer' };
    return Promise.resolve();
  }

  getTransceivers(): [] {
    return [];
  }

  close(): void {
    this.signalingState = 'closed';
  }
}

Object.assign(globalThis, {
  window: globalThis,
  RTCPeerConnection: FakePeer,
  MediaStream: class {
    getTracks(): [] {
      return [];
    }
  },
});

const { Rtc } = await import('../src/core/rtc');
const turn = () => new Promise((go) => setTimeout(go, 0));

function begin() {
  FakePeer.all = [];
  const answers: number[] = [];
  const rtc = new Rtc({
    answer: (_sdp, v) => void answers.push(v),
    restart: () => undefined,
    broken: () => undefined,
    state: () => undefined,
  });
  return { rtc, answers };
}

test('offers are answered one after the other', async () => {
  const { rtc, answers } = begin();
  void rtc.offer('one', 1);
  void rtc.offer('two', 2);
  await turn();
  FakePeer.all[0]!.set();
  await turn();
  assert.deepEqual(answers, [1]);
  FakePeer.all[0]!.set();
  await turn();
  assert.deepEqual(answers, [1, 2]);
  assert.equal(FakePeer.all.length, 1);
});

test('a connection that is lost in the middle of an offer does not keep the next one from being answered', async () => {
  const { rtc, answers } = begin();
  void rtc.offer('one', 1);
  void rtc.offer('waits behind it', 2);
  await turn();
  rtc.reset(); // the first never settles
  void rtc.offer('three', 3);
  await turn();
  assert.equal(FakePeer.all.length, 2, 'the offer that waited is forgotten, too');
  FakePeer.all[1]!.set();
  await turn();
  assert.deepEqual(answers, [3]);
  assert.equal(rtc.version, 3);
});

test('an offer that fails after its peer was forgotten makes no peer of its own', async () => {
  const { rtc, answers } = begin();
  void rtc.offer('one', 1);
  await turn();
  rtc.reset();
  void rtc.offer('two', 2);
  await turn();
  FakePeer.all[0]!.failSet();
  await turn();
  assert.equal(FakePeer.all.length, 2);
  FakePeer.all[1]!.set();
  await turn();
  assert.deepEqual(answers, [2]);
});
