// Where a picture lies inside the box that holds it.

export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** The same as CSS object-fit: contain, in the pixels of the holder. */
export function contain(holderW: number, holderH: number, pictureW: number, pictureH: number): Box {
  if (holderW <= 0 || holderH <= 0 || pictureW <= 0 || pictureH <= 0) return { x: 0, y: 0, w: 0, h: 0 };
  const scale = Math.min(holderW / pictureW, holderH / pictureH);
  const w = pictureW * scale;
  const h = pictureH * scale;
  return { x: (holderW - w) / 2, y: (holderH - h) / 2, w, h };
}
