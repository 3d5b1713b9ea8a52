// Well separated colours: video shifts them, so a colour is judged by the nearest of these.

export const PALETTE = {
  red: [192, 48, 48],
  green: [48, 160, 64],
  blue: [48, 80, 200],
  yellow: [208, 192, 48],
  magenta: [176, 56, 176],
  cyan: [48, 176, 184],
  white: [232, 232, 232],
  black: [8, 8, 8],
};

export const TOLERANCE = 35;

export function css([r, g, b]) {
  return `rgb(${r}, ${g}, ${b})`;
}

function distance(a, b) {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

export function nearest(rgb) {
  let best = '';
  for (const name of Object.keys(PALETTE)) {
    if (!best || distance(rgb, PALETTE[name]) < distance(rgb, PALETTE[best])) best = name;
  }
  return best;
}

/** Within the tolerance in each channel, or nearer to it than to any other colour. */
export function looksLike(rgb, name) {
  const want = PALETTE[name];
  return want.every((part, i) => Math.abs(part - rgb[i]) <= TOLERANCE) || nearest(rgb) === name;
}
