// A bad network between one page and the media port of the server: tests/lab/impair, which the build makes.

import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { until } from './until.mjs';

const HEAD_BYTES = 28; // IPv4 and UDP, in front of each datagram

function binary() {
  if (process.env.AULA_IMPAIR) return process.env.AULA_IMPAIR;
  if (!process.env.AULA_BIN) throw new Error('set AULA_IMPAIR (tests/lab/impair of a build)');
  return join(dirname(process.env.AULA_BIN), 'tests/lab/impair');
}

/** Where the server takes media over UDP, as it tells a page that is inside: IP:PORT. */
export async function mediaPort(pupil) {
  return until('the server tells its media port', () =>
    pupil.page.evaluate(() => {
      const sdp = window.__aula.pc()?.remoteDescription?.sdp ?? '';
      const found = /^a=candidate:\S+ 1 udp \d+ (\S+) (\d+)/im.exec(sdp);
      return found && `${found[1]}:${found[2]}`;
    }),
  );
}

/**
 * For one page: give its `port` to openPage. server: IP:PORT. settings: as impair takes them, without the dashes:
 * {rate: '80k', queue: 300, delay: 20}.
 */
export async function openLink(server, settings = {}) {
  const words = Object.entries(settings).flatMap(([key, value]) => [`--${key}`, String(value)]);
  const child = spawn(binary(), ['--server', server, ...words], { stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = new Promise((done) => child.once('close', done));
  const waiting = [];
  child.stdin.on('error', () => undefined); // it ended before us: the reader notices
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.ok(line));
  gone.then(() => waiting.splice(0).forEach((one) => one.fail(new Error('impair has ended'))));
  const answer = () => new Promise((ok, fail) => waiting.push({ ok, fail }));
  const say = async (line) => {
    const reply = answer();
    child.stdin.write(`${line}\n`);
    const text = await reply;
    if (text.startsWith('err')) throw new Error(`impair: ${line}: ${text}`);
    return text;
  };
  const { listen: port } = JSON.parse(await answer());
  return {
    port,
    /** "down rate 80k", "both link off". */
    order: say,
    rebind: () => say('rebind'),
    stats: async () => JSON.parse(await say('stats')),
    /** Bytes that came out at the other end of it, as a provider counts them: {in, out} of the page. */
    async carried() {
      const { up, down } = JSON.parse(await say('stats'));
      return {
        in: down.bytes_out + HEAD_BYTES * down.packets_out,
        out: up.bytes_in + HEAD_BYTES * up.packets_in,
      };
    },
    async close() {
      if (child.exitCode === null && child.signalCode === null) child.kill();
      await gone;
    },
  };
}

/** Runs in the page: all media goes to another port than the server tells, and nowhere else. */
export function sendElsewhere(port) {
  const plain = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }) {
    const moved = sdp
      .replace(/^a=candidate:\S+ \d+ tcp .*\r\n/gim, '')
      .replace(/^(a=candidate:\S+ \d+ udp \d+ \S+) \d+/gim, `$1 ${port}`);
    return plain.call(this, { type, sdp: moved });
  };
}
