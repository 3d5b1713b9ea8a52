// What is in the received picture, in pixels of the picture itself.

import { looksLike } from './palette.mjs';
import { snapshot } from './pupil.mjs';
import { until } from './until.mjs';

/** The mean colour of each rectangle {x, y, w, h} of one and the same frame. */
export function colours(pupil, rects) {
  return pupil.page.evaluate((wanted) => {
    const video = document.querySelector('video#class');
    const canvas = document.createElement('canvas');
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    const pen = canvas.getContext('2d', { willReadFrequently: true });
    pen.drawImage(video, 0, 0);
    return wanted.map(({ x, y, w, h }) => {
      const { data } = pen.getImageData(Math.round(x), Math.round(y), Math.max(1, Math.round(w)), Math.max(1, Math.round(h)));
      const sum = [0, 0, 0];
      for (let i = 0; i < data.length; i += 4) {
        for (let part = 0; part < 3; part++) sum[part] += data[i + part];
      }
      return sum.map((part) => Math.round((part * 4) / data.length));
    });
  }, rects);
}

/** The middle of a tile. */
export function middle(tile) {
  return { x: tile.x + tile.w * 0.4, y: tile.y + tile.h * 0.4, w: tile.w * 0.2, h: tile.h * 0.2 };
}

/** The tiles in pixels of the picture that is shown, whatever rung it is of. */
async function scaled(pupil, layout) {
  if (!layout) return [];
  const [width, height] = await pupil.page.evaluate(() => {
    const video = document.querySelector('video#class');
    return [video?.videoWidth || 0, video?.videoHeight || 0];
  });
  const [sx, sy] = [width / layout.w, height / layout.h];
  return layout.tiles.map((tile) => ({ ...tile, x: tile.x * sx, y: tile.y * sy, w: tile.w * sx, h: tile.h * sy }));
}

export async function tiles(pupil) {
  return scaled(pupil, (await snapshot(pupil)).layout);
}

export async function tileOf(pupil, name, kind = 'camera') {
  const seen = await snapshot(pupil);
  const member = seen.members.find((one) => one.name === name);
  return (await scaled(pupil, seen.layout)).find((tile) => tile.member === member?.id && tile.kind === kind);
}

/** Waits until the tile of `name` shows `colour` to `pupil`. */
export function untilShown(pupil, name, colour, { kind = 'camera' } = {}) {
  return until(`${pupil.name} sees ${colour} in the ${kind} tile of ${name}`, async () => {
    const tile = await tileOf(pupil, name, kind);
    if (!tile) {
      const seen = await snapshot(pupil);
      throw new Error(`no such tile; ${JSON.stringify({ quality: seen.quality, layout: seen.layout })}`);
    }
    const [rgb] = await colours(pupil, [middle(tile)]);
    if (!looksLike(rgb, colour)) throw new Error(`it is ${rgb}`);
    return tile;
  });
}

/** Waits until `pupil` sees that colour nowhere in the middle of the camera tile of `name`. */
export function untilNotShown(pupil, name, colour) {
  return until(`${pupil.name} sees no ${colour} in the tile of ${name}`, async () => {
    const tile = await tileOf(pupil, name);
    if (!tile) return true;
    const [rgb] = await colours(pupil, [middle(tile)]);
    return !looksLike(rgb, colour);
  });
}

/**
 * Where the picture of a tile really begins and ends, walking inwards from `margin` px outside of the tile
 * along lines near its middle: {left, right, top, bottom} in px, right and bottom exclusive.
 */
export async function edges(pupil, tile, colour, margin = 8) {
  // not the very middle: the corner of a neighbour may be there, and mixes colours
  const midX = Math.round(tile.x + tile.w * 0.42);
  const midY = Math.round(tile.y + tile.h * 0.42);
  const row = { from: tile.x - margin, to: tile.x + tile.w + margin, at: midY };
  const column = { from: tile.y - margin, to: tile.y + tile.h + margin, at: midX };
  const points = [];
  for (let x = row.from; x < row.to; x++) points.push({ x, y: row.at - 1, w: 1, h: 3 });
  for (let y = column.from; y < column.to; y++) points.push({ x: column.at - 1, y, w: 3, h: 1 });
  const seen = (await colours(pupil, points)).map((rgb) => looksLike(rgb, colour));
  const across = seen.slice(0, row.to - row.from);
  const down = seen.slice(row.to - row.from);
  return {
    left: row.from + across.indexOf(true),
    right: row.from + across.lastIndexOf(true) + 1,
    top: column.from + down.indexOf(true),
    bottom: column.from + down.lastIndexOf(true) + 1,
  };
}
