// What is in a media file, as ffprobe and ffmpeg see it.

import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const RATE_HZ = 48000;
const WINDOW = RATE_HZ / 2;

/** {durationS, streams: [{kind, codec, startS, durationS, width, height, channels}]} */
export async function probe(file) {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-of', 'json', '-show_format', '-show_streams', file]);
  const { format, streams } = JSON.parse(stdout);
  return {
    durationS: Number(format.duration),
    streams: streams.map((one) => ({
      kind: one.codec_type,
      codec: one.codec_name,
      startS: Number(one.start_time),
      durationS: Number(one.duration),
      width: one.width,
      height: one.height,
      channels: one.channels,
    })),
  };
}

/** When each picture is shown, in s, in order. Fails when anything of the file cannot be decoded. */
export async function pictureTimes(file) {
  const { stdout, stderr } = await run(
    'ffmpeg',
    ['-v', 'error', '-xerror', '-i', file, '-map', '0:v:0', '-fps_mode', 'passthrough', '-f', 'framecrc', '-'],
    { maxBuffer: 1 << 24 },
  );
  if (stderr) throw new Error(`ffmpeg about the pictures of ${file}: ${stderr}`);
  const unit = /^#tb 0: (\d+)\/(\d+)/m.exec(stdout);
  const lines = stdout.split('\n').filter((line) => line && !line.startsWith('#'));
  return lines.map((line) => (Number(line.split(',')[2]) * Number(unit[1])) / Number(unit[2]));
}

/** Audio stream number `index`, decoded, as samples of one channel. */
export function samples(file, index) {
  return new Promise((ok, fail) => {
    const line = ['-v', 'error', '-xerror', '-i', file, '-map', `0:a:${index}`, '-ac', '1', '-ar', RATE_HZ, '-f', 'f32le', '-'];
    const child = spawn('ffmpeg', line.map(String), { stdio: ['ignore', 'pipe', 'pipe'] });
    const parts = [];
    let complaint = '';
    child.stdout.on('data', (part) => parts.push(part));
    child.stderr.on('data', (part) => (complaint += part));
    child.once('close', (code) => {
      if (code || complaint) return fail(new Error(`ffmpeg about the sound of ${file}: ${complaint}`));
      const all = Buffer.concat(parts);
      return ok(new Float32Array(all.buffer.slice(all.byteOffset, all.byteOffset + (all.length & ~3))));
    });
  });
}

/** The level of one frequency in dBFS: Goertzel over one window, weighted after Hann. */
function level(pcm, from, hz) {
  const turn = 2 * Math.cos((2 * Math.PI * hz) / RATE_HZ);
  let s1 = 0;
  let s2 = 0;
  for (let i = 0; i < WINDOW; i++) {
    const weight = 1 - Math.cos((2 * Math.PI * i) / WINDOW);
    const s0 = pcm[from + i] * weight + turn * s1 - s2;
    s2 = s1;
    s1 = s0;
  }
  const power = s1 * s1 + s2 * s2 - turn * s1 * s2;
  return 20 * Math.log10((2 * Math.sqrt(Math.max(power, 1e-18))) / WINDOW);
}

/** For each frequency its levels in dBFS, one for each half second. */
export function toneLevels(pcm, frequencies) {
  const windows = Math.floor(pcm.length / WINDOW);
  return frequencies.map((hz) => Array.from({ length: windows }, (_none, i) => level(pcm, i * WINDOW, hz)));
}

export const secondsOf = (pcm) => pcm.length / RATE_HZ;
