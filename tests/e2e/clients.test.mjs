// Other clients than a fresh Chromium with our page: what they may do differently, and that it works all the same.

import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { after, afterEach, before, describe, test } from 'node:test';
import { openBrowser } from './lib/browser.mjs';
import { css, PALETTE } from './lib/palette.mjs';
import { edges, tileOf, untilShown } from './lib/picture.mjs';
import { openPage, snapshot, stats } from './lib/pupil.mjs';
import { openRaw, SQUARE } from './lib/raw.mjs';
import { helloVersions, openRelay } from './lib/relay.mjs';
import { createClass } from './lib/room.mjs';
import { faultsOfAnswer, readSdp } from './lib/sdp.mjs';
import { untilHeard } from './lib/sound.mjs';
import { openTarget } from './lib/target.mjs';
import { SLOW, sleep, until } from './lib/until.mjs';

const FACE = 0.38; // of the height of a picture: where faces are
const EDGE_PX = 3;
const TONE_HZ = 1300;
const BESIDE_HZ = 1337;
const PYTHON = process.env.PYTHON ?? '/usr/bin/python3'; // Debian's: it has the packages
const MEMBER = new URL('py/member.py', import.meta.url).pathname;

let target;
let browser;
let room;
let lecturer;
const guests = [];

before(async () => {
  target = await openTarget();
  browser = await openBrowser();
  room = await createClass(browser, target.adminUrl, 'All kinds');
  lecturer = await openPage(browser, { url: room.lecturer, name: 'Lecturer', colour: 'red', toneHz: 440 });
});

afterEach(async () => {
  while (guests.length) await guests.pop().close();
});

after(async () => {
  await browser?.close();
  await target?.stop();
});

async function openGuest(name, from = browser) {
  const guest = await openRaw(from, { origin: target.origin, code: room.code, name });
  guests.push(guest);
  return guest;
}

/** More pictures and more sound than now. */
async function untilReceives(guest, { frames = 15, packets = 50 } = {}) {
  const start = await guest.stats();
  return until(`${guest.name} receives`, async () => {
    const now = await guest.stats();
    const got = { frames: now.frames - start.frames, packets: now.audioPackets - start.audioPackets };
    if (got.frames < frames || got.packets < packets) throw new Error(`${got.frames} frames, ${got.packets} packets, ${now.state}`);
    return now;
  });
}

const camera = (colour, w = 640, h = 360) => [w, h, css(PALETTE[colour])];

const candidatesOf = (sdp) => sdp.split('\r\n').filter((line) => line.startsWith('a=candidate:'));

/** The server's candidates, as the page's offers hold them. */
function serverPort(sdp, protocol) {
  const one = candidatesOf(sdp).map((line) => line.split(' ')).find((parts) => parts[2].toLowerCase() === protocol);
  return { address: one[4], port: Number(one[5]) };
}

describe('one who only watches', () => {
  let shy;

  before(async () => {
    shy = await openBrowser({ granted: false });
  });

  after(() => shy?.close());

  test('has nothing but .local candidates, and sees and hears', async () => {
    const guest = await openGuest('Watcher', shy);
    await guest.run('(raw) => raw.answer({ whole: true })');
    const { protocol, state } = await untilReceives(guest);
    assert.equal(protocol, 'udp');
    assert.equal(state, 'connected');
    const [answer] = await guest.run('(raw) => raw.sent');
    const own = candidatesOf(answer).map((line) => line.split(' ')[4]);
    assert.ok(own.length > 0 && own.every((address) => address.endsWith('.local')), own.join());
    const directions = readSdp(answer).media.map(({ lines }) => lines.find((line) => /^a=(send|recv|inact)/.test(line)));
    assert.deepEqual(directions, ['a=recvonly', 'a=recvonly', 'a=inactive']);
  });

  test('may answer before it has any candidate', async () => {
    const guest = await openGuest('Hasty', shy);
    await guest.run('(raw) => raw.answer({})');
    await untilReceives(guest);
    const [answer] = await guest.run('(raw) => raw.sent');
    assert.deepEqual(candidatesOf(answer), []);
  });
});

describe('one who offers by itself', () => {
  test('gets an answer in its own numbers, and both directions work', async () => {
    const guest = await openGuest('Caller');
    const { offer, answer } = await guest.run('(raw, wish) => raw.call(wish)', { mic: TONE_HZ, camera: camera('green') });
    assert.deepEqual(faultsOfAnswer(offer, answer), []);
    assert.match(answer, /^a=ice-lite\r$/m);
    assert.equal(readSdp(answer).media.filter(({ port }) => port).length, 3);
    await untilReceives(guest);
    await untilShown(lecturer, 'Caller', 'green');
    await untilHeard(lecturer, [TONE_HZ, BESIDE_HZ], ([tone, beside]) => tone - beside > 30);
  });

  test('may do so with any payload types', async () => {
    const guest = await openGuest('Renumbered');
    // every number moves: what was answered with our own numbers would be silence
    await guest.run(`(raw) => {
      const plain = RTCPeerConnection.prototype.setLocalDescription;
      RTCPeerConnection.prototype.setLocalDescription = async function () {
        const offer = await this.createOffer();
        const map = { 96: 39, 97: 40, 103: 41, 104: 42, 111: 112, 39: 96, 40: 97, 41: 103, 42: 104, 112: 111 };
        const moved = (pt) => map[pt] ?? pt;
        const sdp = offer.sdp.split('\\r\\n').map((line) => line
          .replace(/^(a=(?:rtpmap|fmtp|rtcp-fb):)(\\d+)/, (_all, head, pt) => head + moved(pt))
          .replace(/apt=(\\d+)/, (_all, pt) => 'apt=' + moved(pt))
          .replace(/^(a=fmtp:63 |a=fmtp:118 )(\\d+)\\/(\\d+)/, (_all, head, a, b) => head + moved(a) + '/' + moved(b))
          .replace(/^(m=\\S+ \\S+ \\S+ )(.+)$/, (_all, head, pts) => head + pts.split(' ').map(moved).join(' '))).join('\\r\\n');
        return plain.call(this, { type: 'offer', sdp });
      };
    }`);
    const { offer, answer } = await guest.run('(raw, wish) => raw.call(wish)', { mic: TONE_HZ, camera: camera('cyan') });
    assert.equal(readSdp(offer).media[0].codecs[112], 'opus/48000/2');
    assert.deepEqual(faultsOfAnswer(offer, answer), []);
    await untilReceives(guest);
    await untilShown(lecturer, 'Renumbered', 'cyan');
  });

  test('with feedback lines of codecs that it took out', async () => {
    const guest = await openGuest('Orphans');
    const lines = 'a=rtcp-fb:77 nack pli\r\na=rtcp-fb:77 transport-cc\r\na=fmtp:77 max-fs=12288\r\na=rtpmap:78 VP8/90000\r\n';
    const { offer, answer } = await guest.run('(raw, wish) => raw.call(wish)', {
      camera: camera('green'),
      extra: [['1', lines], ['2', lines]],
    });
    assert.match(offer, /rtcp-fb:77/);
    assert.deepEqual(faultsOfAnswer(offer, answer), []);
    await untilReceives(guest);
    await untilShown(lecturer, 'Orphans', 'green');
  });
});

test('an answer with feedback lines of codecs that it took out', async () => {
  const guest = await openGuest('Leftovers');
  const lines = 'a=rtcp-fb:77 nack pli\r\na=rtcp-fb:98 ccm fir\r\na=fmtp:77 max-fs=12288\r\n';
  await guest.run('(raw, wish) => raw.answer(wish)', { camera: camera('green'), codec: 'VP8', extra: [['v', lines], ['c', lines]] });
  await untilReceives(guest);
  await untilShown(lecturer, 'Leftovers', 'green');
});

describe('a camera', () => {
  for (const codec of ['VP8', 'VP9', 'H264']) {
    test(`that sends ${codec}`, async () => {
      const guest = await openGuest(codec);
      await guest.run('(raw, wish) => raw.answer(wish)', { camera: camera('magenta'), codec });
      await untilShown(lecturer, codec, 'magenta');
      assert.equal((await guest.stats()).sends, `video/${codec}`);
      await untilReceives(guest);
    });
  }

  test('that changes its size while it sends', async () => {
    const guest = await openGuest('Sizes');
    await guest.run('(raw, wish) => raw.answer(wish)', { camera: camera('green') });
    // not more often than LIMIT_SIZE_CHANGES allows in 10 s
    const steps = [[640, 360, 'green'], [320, 180, 'blue'], [480, 270, 'yellow'], [270, 480, 'magenta'], [640, 480, 'cyan']];
    for (const [w, h, colour] of steps) {
      await guest.run('(raw, size) => raw.resize(...size)', camera(colour, w, h));
      await untilShown(lecturer, 'Sizes', colour);
      await until(`the square of ${w}x${h} is a square in its tile`, async () => {
        const { sentWidth, sentHeight } = await guest.stats();
        const tile = await tileOf(lecturer, 'Sizes');
        const scale = Math.max(tile.w / w, tile.h / h); // a camera fills its tile
        const side = SQUARE * Math.min(w, h) * scale;
        const found = await edges(lecturer, tile, colour);
        const seen = [found.left, found.right, found.top, found.bottom];
        // of a picture that is too high more is seen of its upper part, where faces are
        const over = h * scale - tile.h;
        const cut = Math.min(Math.max(FACE * h * scale - tile.h / 2, 0), over);
        const [x, y] = [tile.x + tile.w / 2, tile.y + (h * scale) / 2 - cut];
        const right = [
          Math.max(tile.x, x - side / 2),
          Math.min(tile.x + tile.w, x + side / 2),
          Math.max(tile.y, y - side / 2),
          Math.min(tile.y + tile.h, y + side / 2),
        ].map(Math.round);
        if (Math.abs(sentWidth / sentHeight - w / h) > 0.02) throw new Error(`${sentWidth}x${sentHeight} is sent`);
        if (seen.some((at, i) => Math.abs(at - right[i]) > EDGE_PX)) throw new Error(`it is at ${seen} instead of ${right}`);
        return true;
      });
    }
  });
});

test('without UDP everything goes by TCP', async () => {
  const guest = await openGuest('Firewall');
  await guest.run(`(raw) => {
    const plain = RTCPeerConnection.prototype.setRemoteDescription;
    RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }) {
      return plain.call(this, { type, sdp: sdp.replace(/^a=candidate:\\S+ \\d+ udp .*\\r\\n/gim, '') });
    };
  }`);
  await guest.run('(raw, wish) => raw.answer(wish)', { mic: TONE_HZ, camera: camera('green') });
  await untilReceives(guest);
  const { protocol } = await guest.stats();
  assert.equal(protocol, 'tcp');
  await untilShown(lecturer, 'Firewall', 'green');
  await untilHeard(lecturer, [TONE_HZ, BESIDE_HZ], ([tone, beside]) => tone - beside > 30);
});

test('the longest message, from a client that escapes every letter', async () => {
  const guest = await openGuest('Escaped');
  const text = 'ж'.repeat(2048); // 4096 bytes, and 12 KiB of JSON
  await guest.run('(raw, text) => { raw.escape = true; return raw.request("chat.send", { text }); }', text);
  await until('it comes', async () => (await snapshot(lecturer)).chat.at(-1)?.text === text);
});

function hasAiortc() {
  try {
    execFileSync(PYTHON, ['-c', 'import aiortc, websockets']);
    return true;
  } catch {
    return false;
  }
}

describe('a client that is no browser', { skip: hasAiortc() ? false : 'install python3-aiortc and python3-websockets' }, () => {
  for (const how of ['answer', 'call']) {
    test(how === 'call' ? 'offers, with credentials for each section' : 'answers', async () => {
      const name = `Python ${how}`;
      const line = [MEMBER, target.origin, room.code, name, how];
      let child;
      const ended = new Promise((ok, fail) => {
        child = execFile(PYTHON, line, { timeout: 120000 * SLOW }, (why, stdout, stderr) => (why ? fail(new Error(`${why} ${stderr}`)) : ok(stdout)));
      });
      const witnessed = Promise.all([
        untilShown(lecturer, name, 'green'),
        untilHeard(lecturer, [1500, 1537], ([tone, beside]) => tone - beside > 30),
      ]).finally(() => child.stdin.end()); // it stays until then
      const [text] = await Promise.all([ended, witnessed]);
      const seen = JSON.parse(text);
      assert.equal(seen.state, 'connected', text);
      assert.ok(seen.video > 30 && seen.audio > 150, text);
      assert.ok(seen.size[1] >= 180 && seen.size[0] * 9 === seen.size[1] * 16, text);
      assert.ok(seen.contrast > 60 && seen.peak > 500, text);
      if (how === 'call') assert.ok(seen.ufrags > 1, text);
    });
  }
});

describe('a change of network', () => {
  /** A guest whose packets go through a relay. */
  async function openBehind(name, onPacket) {
    const { sdp } = await lecturer.page.evaluate(() => ({ sdp: window.__aula.pc().remoteDescription.sdp }));
    const relay = await openRelay(serverPort(sdp, 'udp'), onPacket);
    const guest = await openGuest(name);
    guests.push({ close: () => relay.close() });
    await guest.run(`(raw, port) => {
      const plain = RTCPeerConnection.prototype.setRemoteDescription;
      RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }) {
        return plain.call(this, { type, sdp: sdp.replace(/^a=candidate:\\S+ \\d+ tcp .*\\r\\n/gim, '')
          .replace(/^(a=candidate:\\S+ \\d+ udp \\d+ \\S+) \\d+/gim, '$1 ' + port) });
      };
    }`, relay.port);
    return { guest, relay };
  }

  test('a router that gives another address in the middle of the call', async () => {
    const { guest, relay } = await openBehind('Router');
    await guest.run('(raw, wish) => raw.answer(wish)', { mic: TONE_HZ, camera: camera('green') });
    await untilShown(lecturer, 'Router', 'green');
    const { videoSsrc } = await untilReceives(guest);
    for (const colour of ['yellow', 'blue']) {
      await relay.move();
      await guest.run('(raw, size) => raw.resize(...size)', camera(colour));
      await untilReceives(guest);
      await untilShown(lecturer, 'Router', colour);
    }
    assert.equal((await guest.stats()).videoSsrc, videoSsrc, 'it is still the same stream');
    const offers = await guest.run('(raw) => raw.offers.length');
    assert.equal(offers, 1, 'without a word of signalling');
  });

  test('new ICE credentials on the same peer, from another address', async () => {
    const { guest, relay } = await openBehind('Restarted');
    await guest.run('(raw, wish) => raw.answer(wish)', { mic: TONE_HZ, camera: camera('green') });
    const before = await untilReceives(guest);
    await relay.move();
    await guest.run("(raw) => raw.request('rtc.restart')");
    const [first, second] = await until('a second offer', () => guest.run('(raw) => raw.offers.length === 2 && raw.offers'));
    assert.equal(second.fresh, false);
    assert.ok(second.v > first.v);
    assert.notEqual(readSdp(second.sdp).media[0].ufrag, readSdp(first.sdp).media[0].ufrag);
    const now = await untilReceives(guest);
    await until('the new credentials are in use', async () => (await guest.stats()).iceUfrag !== before.iceUfrag);
    assert.equal(now.videoSsrc, before.videoSsrc, 'it is still the same stream');
    await guest.run('(raw, size) => raw.resize(...size)', camera('blue'));
    await untilShown(lecturer, 'Restarted', 'blue');
  });

  test('a client that speaks DTLS 1.3 settles for 1.2', async () => {
    const hellos = [];
    const { guest } = await openBehind('Hello', (data, toServer) => {
      const versions = toServer ? helloVersions(data) : null;
      if (versions) hellos.push(versions);
    });
    await guest.run('(raw) => raw.answer({})');
    const { tlsVersion, srtpCipher } = await untilReceives(guest);
    assert.ok(hellos.some((versions) => versions.includes('fefc')), `its hello: ${JSON.stringify(hellos)}`);
    assert.equal(tlsVersion, 'FEFD');
    assert.match(srtpCipher, /AES_CM_128_HMAC_SHA1_80|AEAD_AES_128_GCM/);
  });
});

test('all the time the others saw one picture and heard one sound', async () => {
  const { members } = await snapshot(lecturer);
  assert.ok(members.filter((one) => one.state === 'here').length <= 2, JSON.stringify(members));
  const first = await stats(lecturer);
  await sleep(1000);
  const now = await stats(lecturer);
  assert.deepEqual([now.inboundVideo, now.inboundAudio], [1, 1]);
  assert.ok(now.frames > first.frames);
  assert.deepEqual(lecturer.errors, []);
});
