// A member without media: the protocol aula.v1 over a WebSocket (RFC 6455), for who only asks and listens.

import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:tls';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

function frame(opcode, payload) {
  const n = payload.length;
  const head = n < 126 ? Buffer.from([0x80 | opcode, 0x80 | n]) : Buffer.from([0x80 | opcode, 0x80 | 126, n >> 8, n & 255]);
  if (n > 65535) throw new Error('too long for a request');
  const mask = randomBytes(4);
  return Buffer.concat([head, mask, payload.map((byte, i) => byte ^ mask[i % 4])]);
}

/** The first frame in `data`: {opcode, payload, size}, or null when it is not whole. */
function parse(data) {
  if (data.length < 2) return null;
  let size = 2;
  let n = data[1] & 127;
  if (n === 126) {
    if (data.length < 4) return null;
    n = data.readUInt16BE(2);
    size = 4;
  } else if (n === 127) {
    if (data.length < 10) return null;
    n = Number(data.readBigUInt64BE(2));
    size = 10;
  }
  if (data.length < size + n) return null;
  return { opcode: data[0] & 15, payload: data.subarray(size, size + n), size: size + n };
}

function shakeHands(socket, port) {
  const key = randomBytes(16).toString('base64');
  const accept = createHash('sha1').update(key + GUID).digest('base64');
  socket.write(
    `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: aula.v1\r\n\r\n`,
  );
  return (head) => {
    if (!head.startsWith('HTTP/1.1 101') || !head.includes(accept)) throw new Error(`no WebSocket: ${head.split('\r\n')[0]}`);
  };
}

/** link: of a class, with its token or without. onEvent(t, d, ms): what is told, and when it came. */
export async function openMember({ link, name, onEvent = () => undefined }) {
  const url = new URL(link);
  const port = Number(url.port);
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  const waiting = new Map();
  let id = 0;
  let data = Buffer.alloc(0);
  let opened = false;
  await new Promise((ok, fail) => {
    socket.once('secureConnect', ok);
    socket.once('error', fail);
  });
  socket.setNoDelay(true);
  const check = shakeHands(socket, port);
  const opening = new Promise((ok, fail) => {
    waiting.set(0, { ok, fail });
  });
  const message = (text) => {
    const said = JSON.parse(text);
    const one = waiting.get(said.id);
    if (said.t !== 'ok' && said.t !== 'err') return onEvent(said.t, said.d, performance.now());
    waiting.delete(said.id);
    if (said.t === 'ok') return one?.ok(said.d);
    return one?.fail(Object.assign(new Error(said.code), said));
  };
  const head = () => {
    const end = data.indexOf('\r\n\r\n');
    if (end < 0) return;
    check(data.subarray(0, end).toString());
    data = data.subarray(end + 4);
    opened = true;
    waiting.get(0).ok();
  };
  const read = () => {
    if (!opened) head();
    for (let one = opened && parse(data); one; one = parse(data)) {
      data = data.subarray(one.size);
      if (one.opcode === TEXT) message(one.payload.toString());
      else if (one.opcode === PING) socket.write(frame(PONG, one.payload));
      else if (one.opcode === CLOSE) socket.end();
    }
  };
  const fail = (why) => waiting.forEach((one) => one.fail(why));
  socket.on('data', (chunk) => {
    data = Buffer.concat([data, chunk]);
    try {
      read();
    } catch (why) {
      fail(why);
      socket.destroy();
    }
  });
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the connection was closed')));
  await opening;
  const request = (t, d = {}) =>
    new Promise((ok, no) => {
      waiting.set(++id, { ok, fail: no });
      socket.write(frame(TEXT, Buffer.from(JSON.stringify({ t, id, d }))));
    });
  const close = () => {
    socket.removeAllListeners('close');
    socket.destroy();
  };
  const token = /t=([^&]+)/.exec(url.hash)?.[1];
  const welcome = await request('join', { code: url.pathname.split('/')[2] ?? '', name, ...(token && { token }) });
  return { welcome, request, close };
}
