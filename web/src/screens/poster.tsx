// A still of the class until the first frame comes.

import { useEffect, useRef } from 'preact/hooks';
import { t } from '../core/i18n';
import { state } from '../core/state';
import { fromBase64 } from '../core/still';
import { draw } from './still';

export function Poster() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const jpeg = state.poster.value;
  useEffect(() => {
    if (jpeg && canvas.current) void draw(canvas.current, fromBase64(jpeg)).catch(() => undefined);
  }, [jpeg]);
  return (
    <>
      {jpeg ? <canvas class="picture poster" ref={canvas} aria-hidden="true" /> : null}
      <p class="waiting">{t('stage.waiting')}</p>
    </>
  );
}
