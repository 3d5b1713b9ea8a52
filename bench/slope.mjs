// How fast something grows, when single samples may be far off: the median of the slopes between all pairs of samples
// (Theil 1950, Sen 1968), and its 95 % interval by ranks (Sen's, from the variance of Kendall's tau without ties). The
// interval takes the samples for independent; memory is not quite, so it is narrower than the truth.

const Z = 1.96;

const sorted = (list) => Float64Array.from(list).sort();

export function median(list) {
  const s = sorted(list);
  const half = s.length >> 1;
  if (!s.length) return NaN;
  return s.length % 2 ? s[half] : (s[half - 1] + s[half]) / 2;
}

/** samples: [x, y], at least 10 with different x. Slopes are y per x. */
export function slope(samples) {
  const n = samples.length;
  if (n < 10) throw new Error(`${n} samples say nothing of a slope`);
  const all = new Float64Array((n * (n - 1)) / 2);
  let k = 0;
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) all[k++] = (samples[j][1] - samples[i][1]) / (samples[j][0] - samples[i][0]);
  all.sort();
  const wide = Z * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const at = (rank) => all[Math.min(k - 1, Math.max(0, Math.round(rank)))];
  return { value: median(all), least: at((k - wide) / 2 - 1), most: at((k + wide) / 2) };
}
