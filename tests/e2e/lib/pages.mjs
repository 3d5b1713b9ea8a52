// Is a shared page of text readable? Compared with the page itself, which each page of the tests can draw.

/**
 * Waits in the page of `pupil` until page `number` is seen in the tile: {atMs, likeness}; after `ms` what there was then,
 * with atMs 0. Likeness: structural similarity, 1 for the same picture.
 */
export function untilReadable(pupil, tile, number, { readable = 0.75, ms = 10000 } = {}) {
  return pupil.page.evaluate(
    async ({ tile, number, readable, ms }) => {
      const WINDOW = 8;
      const video = document.querySelector('video#class');
      const canvasOf = (w, h) => Object.assign(document.createElement('canvas'), { width: w, height: h });
      const whole = canvasOf(1280, 720);
      window.__fakes.drawPage(whole, number);
      const greys = (pen, x, y, w, h) => {
        const { data } = pen.getImageData(x, y, w, h);
        const out = new Float32Array(w * h);
        for (let i = 0; i < out.length; i++) out[i] = 0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2];
        return out;
      };
      const like = (a, b, w, h) => {
        let sum = 0;
        let n = 0;
        for (let y = 0; y + WINDOW <= h; y += WINDOW) {
          for (let x = 0; x + WINDOW <= w; x += WINDOW) {
            let [ma, mb, aa, bb, ab] = [0, 0, 0, 0, 0];
            for (let j = 0; j < WINDOW; j++) {
              for (let i = 0; i < WINDOW; i++) {
                const [p, q] = [a[(y + j) * w + x + i], b[(y + j) * w + x + i]];
                ma += p;
                mb += q;
                aa += p * p;
                bb += q * q;
                ab += p * q;
              }
            }
            const size = WINDOW * WINDOW;
            ma /= size;
            mb /= size;
            const [va, vb, cov] = [aa / size - ma * ma, bb / size - mb * mb, ab / size - ma * mb];
            if (va < 30) continue; // no letters here: nothing to read
            sum += ((2 * ma * mb + 6.5) * (2 * cov + 58.5)) / ((ma * ma + mb * mb + 6.5) * (va + vb + 58.5));
            n++;
          }
        }
        return n ? sum / n : 0;
      };
      const look = () => {
        // the tile in pixels of the picture as it is now, and the page inside of it
        const [sx, sy] = [video.videoWidth / tile.map.w, video.videoHeight / tile.map.h];
        const box = { x: tile.x * sx, y: tile.y * sy, w: tile.w * sx, h: tile.h * sy };
        const scale = Math.min(box.w / 1280, box.h / 720);
        const [w, h] = [Math.floor(1280 * scale), Math.floor(720 * scale)];
        const [x, y] = [box.x + (box.w - w) / 2, box.y + (box.h - h) / 2];
        const wanted = canvasOf(w, h).getContext('2d', { willReadFrequently: true });
        wanted.imageSmoothingQuality = 'high';
        wanted.drawImage(whole, 0, 0, w, h);
        const shown = canvasOf(w, h).getContext('2d', { willReadFrequently: true });
        shown.drawImage(video, x, y, w, h, 0, 0, w, h);
        return like(greys(wanted, 0, 0, w, h), greys(shown, 0, 0, w, h), w, h);
      };
      const end = Date.now() + ms;
      let likeness = 0;
      while (Date.now() < end) {
        likeness = look();
        if (likeness >= readable) return { atMs: Date.now(), likeness };
        await new Promise((go) => setTimeout(go, 20));
      }
      return { atMs: 0, likeness };
    },
    { tile, number, readable, ms },
  );
}
