import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countersOf, datagramHead, messageCost, Wire } from '../src/core/wire';

/** Of a browser that tells all, as one row each. */
function rows(part: { bytes?: number; packets?: number; checks?: number; address?: string; transport?: boolean } = {}) {
  const { bytes = 0, packets = 0, checks = 0, address = '192.0.2.1', transport = true } = part;
  return [
    ...(transport
      ? [{ type: 'transport', id: 'T', selectedCandidatePairId: 'P', bytesReceived: bytes, bytesSent: 0, packetsReceived: packets, packetsSent: 0 }]
      : []),
    {
      type: 'candidate-pair',
      id: 'P',
      nominated: true,
      remoteCandidateId: 'R',
      bytesReceived: bytes,
      bytesSent: 0,
      requestsSent: checks,
      responsesReceived: checks,
    },
    { type: 'remote-candidate', id: 'R', address, protocol: 'udp' },
    { type: 'inbound-rtp', id: 'I', bytesReceived: bytes / 2, packetsReceived: packets },
  ];
}

test('each datagram has a head', () => {
  assert.equal(datagramHead('192.0.2.1', 'udp'), 28);
  assert.equal(datagramHead('2001:db8::1', 'udp'), 48);
  assert.equal(datagramHead('', 'udp'), 28);
});

test('bytes of the transport, heads, and the checks of ICE', () => {
  const wire = new Wire();
  wire.peer(rows({ bytes: 100_000, packets: 100, checks: 2 }));
  assert.equal(wire.used.in, 100_000 + 100 * 28 + 2 * (64 + 28));
  assert.equal(wire.used.out, 2 * (100 + 28));
});

test('only what came since the last time, and a new peer from nothing', () => {
  const wire = new Wire();
  wire.peer(rows({ bytes: 1000, packets: 10 }));
  wire.peer(rows({ bytes: 1500, packets: 12 }));
  assert.equal(wire.used.in, 1500 + 12 * 28);
  wire.newPeer();
  wire.peer(rows({ bytes: 2000, packets: 20 }));
  assert.equal(wire.used.in, 3500 + 32 * 28);
});

test('a pair that is forgotten takes nothing back', () => {
  const wire = new Wire();
  wire.peer(rows({ bytes: 1000, packets: 10, transport: false }));
  wire.peer(rows({ bytes: 400, packets: 11, transport: false }));
  assert.equal(wire.used.in, 1400 + 11 * 28);
});

test('without a row of the transport the pairs are taken, and the packets of the streams', () => {
  const counters = countersOf(rows({ bytes: 1000, packets: 7, transport: false }));
  assert.equal(counters.bytesIn, 1000);
  assert.equal(counters.packetsIn, 7);
});

test('version 6 costs 20 more a packet', () => {
  const wire = new Wire();
  wire.peer(rows({ bytes: 0, packets: 10, address: '2001:db8::1' }));
  assert.equal(wire.used.in, 480);
});

test('as a relay between two browsers counted it, to the byte of what is not a check', () => {
  // 20 s of video at 1.6 Mbit/s and of voice in Chromium, then silence; every datagram went through a counting relay
  const wire = new Wire();
  const carried = { bytesReceived: 137_645, packetsReceived: 1264, bytesSent: 4_275_826, packetsSent: 5198 };
  const checks = { requestsReceived: 12, responsesSent: 12, requestsSent: 12, responsesReceived: 11 };
  wire.peer([
    { type: 'transport', id: 'T', selectedCandidatePairId: 'P', ...carried },
    { type: 'candidate-pair', id: 'P', ...carried, ...checks },
  ]);
  const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < b * 0.001, `${a} ${b}`);
  close(wire.used.in, 139_501 + 1287 * 28);
  close(wire.used.out, 4_277_794 + 5222 * 28);
});

test('texts cost their frames, records and segments', () => {
  assert.deepEqual(messageCost('x'.repeat(100), false), { there: 100 + 2 + 22 + 52, back: 52 });
  assert.deepEqual(messageCost('é'.repeat(1500), false), { there: 3000 + 4 + 22 + 3 * 52, back: 2 * 52 });
  const wire = new Wire();
  wire.opened();
  const before = { ...wire.used };
  wire.heard('x'.repeat(100), 1000);
  wire.said('x'.repeat(100));
  assert.equal(wire.used.in - before.in, 176 + 52);
  assert.equal(wire.used.out - before.out, 176 + 4 + 52);
});

test('a silence has pings', () => {
  const wire = new Wire();
  wire.silence(9000);
  assert.equal(wire.used.in, 0);
  wire.heard('', 10_000);
  const before = wire.used.in;
  wire.silence(13_000);
  assert.equal(wire.used.in, before);
  wire.silence(14_000);
  assert.ok(wire.used.in > before);
});
