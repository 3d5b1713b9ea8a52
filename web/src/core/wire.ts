// How many bytes this visit costs on the wire, both ways: what a mobile contract counts.
//
// The transport of getStats counts whole datagrams: RTP and RTCP with their headers and the tags of SRTP, and DTLS. It
// does not count what IP and UDP put in front of each, nor the checks of ICE. The WebSocket is counted by its texts.

import type { Row } from './stats';

export interface Bytes {
  in: number;
  out: number;
}

const UDP = 8;
const TCP = 32; // with its timestamps
const IP4 = 20;
const IP6 = 40;
const ICE_REQUEST = 100; // a check with name, role, priority, integrity and fingerprint
const ICE_REPLY = 64;

const SEGMENT = 1400; // of a TCP stream
const TLS_RECORD = 22;
const OPEN_IN = 4500; // TCP, TLS with a chain of certificates, HTTP
const OPEN_OUT = 2000;
/** The server asks for a sign of life after this silence; pages are not told. */
const PING_AFTER_MS = 4000;

interface Counters {
  bytesIn: number;
  bytesOut: number;
  packetsIn: number;
  packetsOut: number;
  stunIn: number;
  stunOut: number;
}

const NONE: Counters = { bytesIn: 0, bytesOut: 0, packetsIn: 0, packetsOut: 0, stunIn: 0, stunOut: 0 };

function sum(rows: Row[], key: string): number {
  return rows.reduce((all, row) => all + (Number(row[key]) || 0), 0);
}

/** What a datagram carries in front of its payload. */
export function datagramHead(remoteAddress: string, protocol: string): number {
  return (remoteAddress.includes(':') ? IP6 : IP4) + (protocol === 'tcp' ? TCP + 2 : UDP);
}

/** A text message on its way, with the acknowledgement that comes back. */
export function messageCost(text: string, v6: boolean): { there: number; back: number } {
  const payload = new TextEncoder().encode(text).length;
  const frame = payload < 126 ? 2 : payload < 65536 ? 4 : 10;
  const stream = payload + frame + TLS_RECORD;
  const head = (v6 ? IP6 : IP4) + TCP;
  const segments = Math.ceil(stream / SEGMENT);
  return { there: stream + segments * head, back: Math.ceil(segments / 2) * head };
}

/** The sums of one peer since it began. */
export function countersOf(rows: Row[]): Counters {
  const of = (type: string) => rows.filter((row) => row.type === type);
  const pairs = of('candidate-pair');
  const transports = of('transport').filter((row) => row.bytesReceived !== undefined);
  const carriers = transports.length ? transports : pairs;
  const packets = (carrier: string, rtp: string) =>
    carriers.some((row) => row[carrier] !== undefined) ? sum(carriers, carrier) : sum(of(rtp), carrier);
  return {
    bytesIn: sum(carriers, 'bytesReceived'),
    bytesOut: sum(carriers, 'bytesSent'),
    packetsIn: packets('packetsReceived', 'inbound-rtp'),
    packetsOut: packets('packetsSent', 'outbound-rtp'),
    stunIn: sum(pairs, 'requestsReceived') * ICE_REQUEST + sum(pairs, 'responsesReceived') * ICE_REPLY,
    stunOut: sum(pairs, 'requestsSent') * ICE_REQUEST + sum(pairs, 'responsesSent') * ICE_REPLY,
  };
}

function stunPackets(rows: Row[], ...keys: string[]): number {
  const pairs = rows.filter((row) => row.type === 'candidate-pair');
  return keys.reduce((all, key) => all + sum(pairs, key), 0);
}

export class Wire {
  readonly used: Bytes = { in: 0, out: 0 };
  private last: Counters = NONE;
  private v6 = false;
  private heardMs = 0;

  /** Figures of the peer, the same one as before. */
  peer(rows: Row[]): void {
    const now = countersOf(rows);
    now.packetsIn += stunPackets(rows, 'requestsReceived', 'responsesReceived');
    now.packetsOut += stunPackets(rows, 'requestsSent', 'responsesSent');
    const head = this.headOf(rows);
    const grown = (key: keyof Counters) => {
      const by = now[key] - this.last[key];
      return by >= 0 ? by : now[key]; // pairs may be forgotten: what there is began anew
    };
    this.used.in += grown('bytesIn') + grown('stunIn') + head * grown('packetsIn');
    this.used.out += grown('bytesOut') + grown('stunOut') + head * grown('packetsOut');
    this.last = now;
  }

  /** Another peer begins to count from nothing. */
  newPeer(): void {
    this.last = NONE;
  }

  opened(): void {
    this.used.in += OPEN_IN;
    this.used.out += OPEN_OUT;
  }

  heard(text: string, nowMs: number): void {
    const { there, back } = messageCost(text, this.v6);
    this.used.in += there;
    this.used.out += back;
    this.heardMs = nowMs;
  }

  said(text: string): void {
    const { there, back } = messageCost(text, this.v6);
    this.used.out += there + 4; // the mask
    this.used.in += back;
  }

  /** Each second while the socket is open: after a silence there was a ping. */
  silence(nowMs: number): void {
    if (this.heardMs && nowMs - this.heardMs >= PING_AFTER_MS) {
      this.heard('', nowMs);
      this.said('');
    }
  }

  restore(before: Bytes): void {
    this.used.in = before.in;
    this.used.out = before.out;
    this.last = NONE;
    this.heardMs = 0;
  }

  private headOf(rows: Row[]): number {
    const transport = rows.find((row) => row.type === 'transport' && row.selectedCandidatePairId);
    const pair =
      rows.find((row) => row.id === transport?.selectedCandidatePairId) ??
      rows.find((row) => row.type === 'candidate-pair' && (row.selected || row.nominated));
    const remote = rows.find((row) => row.id === pair?.remoteCandidateId);
    const address = String(remote?.address ?? remote?.ip ?? '');
    if (address) this.v6 = address.includes(':');
    return datagramHead(address, String(remote?.protocol ?? 'udp'));
  }
}
