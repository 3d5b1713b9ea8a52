// The wall clock as a bar code in a picture: 32 black or white cells in the top 2/9, 24 bits of milliseconds and
// 8 bits of checksum. Survives scaling, any codec, and a tile that cuts the sides off: the cells lie in the middle
// 70 % of the width. Both functions run inside a page, so each stands for itself.

/** From now on the camera is a picture with the time in it, instead of the one colour of fakes.mjs. */
export function installClockCamera() {
  const W = 640;
  const H = 360;
  // Nearly the 15 a second of a camera, but so that each moment of the mixer's own beat is met in turn: else the
  // figure would depend on when this page was opened.
  const FRAME_MS = 69;
  const CELLS = 32;
  const LEFT = W * 0.15;
  const CELL = (W * 0.7) / CELLS;
  const camera = () => {
    const canvas = document.createElement('canvas');
    canvas.width = W;
    canvas.height = H;
    const pen = canvas.getContext('2d');
    const draw = () => {
      const ms = Math.floor(performance.timeOrigin + performance.now()) % 2 ** 24;
      const sum = ((ms >> 16) + (ms >> 8) + ms + 0x5a) & 0xff;
      pen.fillStyle = 'rgb(60, 90, 120)';
      pen.fillRect(0, 0, W, H);
      pen.fillStyle = 'rgb(200, 150, 120)';
      pen.fillRect((ms / 10) % W, H / 2, W / 8, H / 4);
      for (let i = 0; i < CELLS; i++) {
        const bit = i < 24 ? (ms >> (23 - i)) & 1 : (sum >> (31 - i)) & 1;
        pen.fillStyle = bit ? 'white' : 'black';
        pen.fillRect(LEFT + CELL * i, 0, CELL, (H * 2) / 9);
      }
    };
    draw();
    const timer = setInterval(draw, FRAME_MS);
    const track = canvas.captureStream().getVideoTracks()[0];
    const stop = track.stop.bind(track);
    track.stop = () => {
      clearInterval(timer);
      stop();
    };
    return track;
  };
  const before = navigator.mediaDevices.getUserMedia;
  navigator.mediaDevices.getUserMedia = async (wish) => {
    const stream = await before({ ...wish, video: undefined });
    if (wish.video) stream.addTrack(camera());
    return stream;
  };
}

/** Reads the time out of each frame that is shown, for `ms`: how old they are, and how many could not be read. */
export function readClock({ tile, ms }) {
  const CELLS = 32;
  const video = document.querySelector('video#class');
  const canvas = document.createElement('canvas');
  canvas.width = CELLS * 4;
  canvas.height = 3;
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  // the tile shows the middle of a 16:9 picture, at its full height
  const w = tile.h * (16 / 9) * 0.7;
  const x = tile.x + tile.w / 2 - w / 2;
  const read = () => {
    // a thin strip through the middle of the cells
    pen.drawImage(video, x, tile.y + tile.h / 9 - 2, w, 4, 0, 0, canvas.width, canvas.height);
    const { data } = pen.getImageData(0, 1, canvas.width, 1);
    let code = 0;
    let sum = 0;
    for (let i = 0; i < CELLS; i++) {
      const bit = data[(i * 4 + 1) * 4 + 1] + data[(i * 4 + 2) * 4 + 1] > 255 ? 1 : 0;
      if (i < 24) code = code * 2 + bit;
      else sum = sum * 2 + bit;
    }
    return (((code >> 16) + (code >> 8) + code + 0x5a) & 0xff) === sum ? code : -1;
  };
  return new Promise((done) => {
    const times = [];
    let misread = 0;
    const end = performance.now() + ms;
    let last = -1;
    const next = () => {
      const now = Math.floor(performance.timeOrigin + performance.now()) % 2 ** 24;
      const code = read();
      // a frame that shows the same moment once more says nothing new
      if (code < 0) misread++;
      else if (code !== last) times.push((now - code + 2 ** 24) % 2 ** 24);
      last = code;
      if (performance.now() < end) video.requestVideoFrameCallback(next);
      else done({ times, misread });
    };
    video.requestVideoFrameCallback(next);
    setTimeout(() => done({ times, misread }), ms + 1000); // no frames come
  });
}
