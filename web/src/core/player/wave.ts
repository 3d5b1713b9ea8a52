// How loud a recording is, to be drawn: JSON as audiowaveform writes it, pairs of the lowest and the highest sample.

export interface Wave {
  /** Seconds that a pair stands for. */
  stepS: number;
  /** 0 to 1, of each pair. */
  peaks: number[];
}

const MOST_PAIRS = 2_000_000; // more than two days

interface File {
  sample_rate?: unknown;
  samples_per_pixel?: unknown;
  bits?: unknown;
  channels?: unknown;
  data?: unknown;
}

export function readWave(file: unknown): Wave | null {
  const { sample_rate: rate, samples_per_pixel: samples, bits, channels = 1, data } = (file ?? {}) as File;
  const stepS = Number(samples) / Number(rate);
  if (!Array.isArray(data) || data.length < 2 || data.length > MOST_PAIRS * 2) return null;
  if (!(stepS > 0 && stepS < 60) || (bits !== 8 && bits !== 16) || channels !== 1) return null;
  const most = bits === 8 ? 128 : 32768;
  const peaks: number[] = [];
  for (let i = 0; i + 1 < data.length; i += 2) {
    const peak = Math.max(Math.abs(Number(data[i])), Math.abs(Number(data[i + 1]))) / most;
    peaks.push(peak > 0 ? Math.min(1, peak) : 0); // what is no number is silence
  }
  return { stepS, peaks };
}

/** The loudest of each of `n` parts of a recording of `wholeS`, as parts of the loudest of all: soft speech is seen, too. */
export function columnsOf(wave: Wave, n: number, wholeS: number): number[] {
  const columns: number[] = [];
  const per = wholeS / n / wave.stepS;
  let loudest = 0;
  for (let i = 0; i < n; i++) {
    const from = Math.floor(i * per);
    const to = Math.max(from + 1, Math.floor((i + 1) * per));
    let peak = 0;
    for (let at = from; at < to && at < wave.peaks.length; at++) peak = Math.max(peak, wave.peaks[at]!);
    columns.push(peak);
    loudest = Math.max(loudest, peak);
  }
  return loudest > 0 ? columns.map((peak) => peak / loudest) : columns;
}
