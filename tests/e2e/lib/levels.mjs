// Which level a page gets and how that changes, and what it receives, as the page itself tells.

import { snapshot } from './pupil.mjs';
import { sleep, until } from './until.mjs';

export const LEVELS = ['sound', 'still', 'low', 'mid', 'main', 'high'];

export const rank = (level) => LEVELS.indexOf(level);

export async function levelOf(pupil) {
  return (await snapshot(pupil)).quality?.level ?? '';
}

/** Waits until check(quality) holds; returns {ms, quality}. */
export async function untilQuality(pupil, what, check, ms = 30000) {
  const start = Date.now();
  const quality = await until(
    `${pupil.name} gets ${what}`,
    async () => {
      const { quality } = await snapshot(pupil);
      if (!quality || !check(quality)) throw new Error(`it is ${quality?.level}: ${quality?.why}`);
      return quality;
    },
    { ms },
  );
  return { ms: Date.now() - start, quality };
}

export const untilLevel = (pupil, level, ms) => untilQuality(pupil, level, (now) => now.level === level, ms);

/** Keeps each change of the level from now on: [{ms, level, why}]; the first row is how it was. */
export async function watchLevels(pupil) {
  await pupil.page.evaluate(() => {
    clearInterval(window.__levels?.timer);
    const start = performance.now();
    const rows = [];
    const look = () => {
      const { level, why } = window.__aula.snapshot().quality ?? {};
      if (level && rows.at(-1)?.level !== level) rows.push({ ms: Math.round(performance.now() - start), level, why });
    };
    look();
    window.__levels = { rows, timer: setInterval(look, 50) };
  });
  return { rows: () => pupil.page.evaluate(() => window.__levels.rows) };
}

/** {video: packets, audio: packets, concealed, samples, frames, freezes, frozen: s} of what came in since the page joined. */
export function received(pupil) {
  return pupil.page.evaluate(async () => {
    const out = { video: 0, audio: 0, concealed: 0, samples: 0, frames: 0, freezes: 0, frozen: 0 };
    (await window.__aula.pc().getStats()).forEach((row) => {
      if (row.type !== 'inbound-rtp') return;
      out[row.kind] += row.packetsReceived ?? 0;
      if (row.kind === 'audio') {
        out.concealed += row.concealedSamples ?? 0;
        out.samples += row.totalSamplesReceived ?? 0;
      } else {
        out.frames += row.framesDecoded ?? 0;
        out.freezes += row.freezeCount ?? 0;
        out.frozen += row.totalFreezesDuration ?? 0;
      }
    });
    return out;
  });
}

/** What came in within `ms`. */
export async function receivedIn(pupil, ms) {
  const before = await received(pupil);
  await sleep(ms);
  const after = await received(pupil);
  return Object.fromEntries(Object.keys(after).map((key) => [key, after[key] - before[key]]));
}

/** What the page sends of its camera now: {active, h, fps, bytes, packets}. */
export function sent(pupil) {
  return pupil.page.evaluate(async () => {
    const pc = window.__aula.pc();
    const at = pc.getTransceivers().find((one) => one.mid === 'c');
    const out = { active: at?.sender.getParameters().encodings[0]?.active ?? false, h: 0, fps: 0, bytes: 0, packets: 0 };
    (await at.sender.getStats()).forEach((row) => {
      if (row.type !== 'outbound-rtp') return;
      out.h = row.frameHeight ?? 0;
      out.fps = row.framesPerSecond ?? 0;
      out.bytes += row.bytesSent ?? 0;
      out.packets += row.packetsSent ?? 0;
    });
    return out;
  });
}
