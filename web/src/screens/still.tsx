// The class in single pictures, where the link carries no moving ones. Drawn, not loaded: no address of an image is needed.

import { useEffect, useRef } from 'preact/hooks';
import { t } from '../core/i18n';
import { state } from '../core/state';
import { mimeOf } from '../core/still';

export interface Size {
  w: number;
  h: number;
}

/** Draws an encoded picture in its own size, and tells it. */
export async function draw(canvas: HTMLCanvasElement, bytes: Uint8Array<ArrayBuffer>): Promise<Size> {
  const image = await createImageBitmap(new Blob([bytes], { type: mimeOf(bytes) }));
  const size = { w: image.width, h: image.height };
  canvas.width = size.w;
  canvas.height = size.h;
  canvas.getContext('2d')?.drawImage(image, 0, 0);
  image.close();
  return size;
}

export function Still({ onSize }: { onSize(size: Size): void }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const still = state.still.value;
  useEffect(() => {
    if (still && canvas.current) void draw(canvas.current, still.bytes).then(onSize, () => undefined);
  }, [still]);
  return <canvas class="picture still" ref={canvas} role="img" aria-label={t('still.label')} />;
}
