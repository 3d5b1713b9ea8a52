// What is in the received sound: the level of each tone in dB of full scale.

import { sleep } from './until.mjs';

/** Listens for `ms` and returns the median level in dBFS of each frequency. */
export function tones(pupil, frequencies, ms = 2500) {
  return pupil.page.evaluate(
    async ({ frequencies, ms }) => {
      const WINDOW_DB = 7.5; // what a Blackman window takes from a sine
      const context = new AudioContext({ sampleRate: 48000 });
      const tracks = window.__aula.stream().getAudioTracks();
      const source = context.createMediaStreamSource(new MediaStream(tracks));
      const analyser = context.createAnalyser();
      analyser.fftSize = 32768;
      analyser.smoothingTimeConstant = 0;
      source.connect(analyser);
      const hz = context.sampleRate / analyser.fftSize;
      const bins = new Float32Array(analyser.frequencyBinCount);
      const heard = frequencies.map(() => []);
      const end = performance.now() + ms;
      await new Promise((go) => setTimeout(go, 800)); // one whole window
      while (performance.now() < end) {
        analyser.getFloatFrequencyData(bins);
        frequencies.forEach((frequency, i) => {
          const bin = Math.round(frequency / hz);
          heard[i].push(Math.max(...bins.slice(bin - 3, bin + 4)) + WINDOW_DB);
        });
        await new Promise((go) => setTimeout(go, 150));
      }
      source.disconnect();
      await context.close();
      return heard.map((all) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)]);
    },
    { frequencies, ms },
  );
}

/** Listens until `check(levels)` holds, at most so many times: a mix needs a moment to settle, and a busy machine more. */
export async function untilHeard(pupil, frequencies, check, tries = 15) {
  let levels = [];
  for (let i = 0; i < tries; i++) {
    levels = await tones(pupil, frequencies, 1500);
    if (check(levels)) return levels;
    await sleep(300);
  }
  const text = frequencies.map((hz, i) => `${hz} Hz ${levels[i].toFixed(1)} dB`).join(', ');
  throw new Error(`${pupil.name} hears ${text}`);
}
