// A member without media, and without a browser: a bare WebSocket that joins a class and answers pings.

import { randomBytes } from 'node:crypto';
import { connect } from 'node:tls';

const HEAD = '\r\n\r\n';

/** One masked frame of a client (RFC 6455, 5.2). */
function frame(first, payload) {
  const data = Buffer.from(payload);
  const mask = randomBytes(4);
  const head = data.length < 126 ? Buffer.from([first, 0x80 | data.length]) : Buffer.alloc(4);
  if (data.length >= 126) {
    head[0] = first;
    head[1] = 0x80 | 126;
    head.writeUInt16BE(data.length, 2);
  }
  for (let i = 0; i < data.length; i++) data[i] ^= mask[i % 4];
  return Buffer.concat([head, mask, data]);
}

/** The whole frames at the beginning of `bytes`, and what is left. */
function cut(bytes) {
  const frames = [];
  for (;;) {
    if (bytes.length < 2) break;
    let len = bytes[1] & 0x7f;
    let at = 2;
    if (len === 126 && bytes.length >= 4) [len, at] = [bytes.readUInt16BE(2), 4];
    else if (len === 127 && bytes.length >= 10) [len, at] = [Number(bytes.readBigUInt64BE(2)), 10];
    else if (len >= 126) break;
    if (bytes.length < at + len) break;
    frames.push({ first: bytes[0], data: bytes.subarray(at, at + len) });
    bytes = bytes.subarray(at + len);
  }
  return { frames, rest: bytes };
}

/** Resolves when it is in the class: {id, events, request(t, d), close()}. `joined: false` for who must wait. */
export async function takeSeat({ port, code, name, token }) {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  const events = [];
  const waiting = new Map();
  let bytes = Buffer.alloc(0);
  let open = false;
  let nextId = 1;
  const take = ({ first, data }) => {
    if (first === 0x89) socket.write(frame(0x8a, data));
    if (first !== 0x81) return;
    const message = JSON.parse(data);
    const done = waiting.get(message.id);
    if (done) {
      waiting.delete(message.id);
      done(message);
    } else {
      events.push(message);
    }
  };
  const opened = new Promise((ok, fail) => {
    socket.once('error', fail);
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (!open) {
        const end = bytes.indexOf(HEAD);
        if (end < 0) return;
        open = true;
        bytes = bytes.subarray(end + HEAD.length);
        ok();
      }
      const { frames, rest } = cut(bytes);
      bytes = rest;
      frames.forEach(take);
    });
  });
  socket.write(
    `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Protocol: aula.v1${HEAD}`,
  );
  await opened;
  socket.on('error', () => undefined);
  const request = (t, d = {}) =>
    new Promise((ok) => {
      const id = nextId++;
      waiting.set(id, ok);
      socket.write(frame(0x81, JSON.stringify({ t, id, d })));
    });
  const { t, d, code: why } = await request('join', { code, name, ...(token ? { token } : {}) });
  if (t !== 'ok') throw new Error(`${name} cannot join: ${why}`);
  return { id: d.self?.id ?? d.self, events, snapshot: d, request, close: () => socket.destroy() };
}
