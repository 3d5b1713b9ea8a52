// A still of the class until the first frame comes. Drawn, not loaded: no address of an image is needed.

import { useEffect, useRef } from 'preact/hooks';
import { t } from '../core/i18n';
import { state } from '../core/state';

async function draw(canvas: HTMLCanvasElement, base64: string): Promise<void> {
  const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext('2d')?.drawImage(image, 0, 0);
  image.close();
}

export function Poster() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const jpeg = state.poster.value;
  useEffect(() => {
    if (jpeg && canvas.current) void draw(canvas.current, jpeg).catch(() => undefined);
  }, [jpeg]);
  return (
    <>
      {jpeg ? <canvas class="picture poster" ref={canvas} aria-hidden="true" /> : null}
      <p class="waiting">{t('stage.waiting')}</p>
    </>
  );
}
