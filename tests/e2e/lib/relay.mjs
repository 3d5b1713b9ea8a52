// A UDP relay between browsers and the server, as a router with NAT is one: it can move to another address in the middle
// of a call, and it shows what passes.

import { createSocket } from 'node:dgram';

function bound(onMessage) {
  return new Promise((ok, fail) => {
    const socket = createSocket('udp4');
    socket.on('message', onMessage);
    socket.once('error', fail);
    socket.bind(0, '127.0.0.1', () => ok(socket));
  });
}

/** For one client. server: {port, address}. onPacket(data, toServer) sees everything. */
export async function openRelay(server, onPacket = () => undefined) {
  let client;
  let outside;
  let inside;
  const dial = () =>
    bound((data) => {
      onPacket(data, false);
      if (client) inside.send(data, client.port, client.address);
    });
  inside = await bound((data, from) => {
    client = from;
    onPacket(data, true);
    outside?.send(data, server.port, server.address);
  });
  outside = await dial();
  return {
    port: inside.address().port,
    /** From now on the server sees packets from elsewhere, and nothing comes through the old address. */
    async move() {
      const old = outside;
      outside = await dial();
      old.close();
      return outside.address().port;
    },
    close() {
      inside.close();
      outside.close();
    },
  };
}

/** Does this packet begin a DTLS ClientHello? Returns the versions of its supported_versions extension, or null. */
export function helloVersions(data) {
  const HANDSHAKE = 22;
  const CLIENT_HELLO = 1;
  if (data.length < 60 || data[0] !== HANDSHAKE || data[13] !== CLIENT_HELLO) return null;
  const at = data.indexOf(Buffer.from([0x00, 0x2b]), 60); // an extension's type; its length and its list follow
  for (let i = at; i > 0 && i + 5 < data.length; i = data.indexOf(Buffer.from([0x00, 0x2b]), i + 1)) {
    const length = data.readUInt16BE(i + 2);
    const list = data[i + 4];
    if (list !== length - 1 || i + 5 + list > data.length) continue;
    const versions = [];
    for (let k = 0; k < list; k += 2) versions.push(data.readUInt16BE(i + 5 + k).toString(16));
    if (versions.every((one) => /^fe/.test(one) || /^[0-9a-f]a[0-9a-f]a$/.test(one))) return versions;
  }
  return [];
}
