// Runs inside the page before anything else: a camera of one colour, a microphone of one tone, a screen of another colour.
// A canvas and an oscillator, because one browser process has only one fake camera.

/** lines: the most that the camera can. busy: all around its middle moves, so that it costs what pictures cost. slides: the screen shows pages of text, turned by __fakes.turn(number). */
export function installFakes({ colour, toneHz, screenColour, lines = 360, busy = false, slides = false }) {
  const CAMERA = { w: 640, h: 360, fps: 15 };
  const SCREEN = { w: 1280, h: 720, fps: 10 };
  const VOLUME = 0.25;
  const fakes = { cameras: 0, mics: 0, screens: 0, refuse: '', page: 1 };
  window.__fakes = fakes;

  /** Many small squares, lighter and darker. */
  const grain = () => {
    const SIDE = 8;
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 1024;
    const pen = canvas.getContext('2d');
    for (let y = 0; y < canvas.height; y += SIDE) {
      for (let x = 0; x < canvas.width; x += SIDE) {
        pen.fillStyle = Math.random() < 0.5 ? 'rgba(255, 255, 255, 0.25)' : 'rgba(0, 0, 0, 0.25)';
        pen.fillRect(x, y, SIDE, SIDE);
      }
    }
    return canvas;
  };

  const picture = (size, fill, squares = null) => {
    const canvas = document.createElement('canvas');
    canvas.width = size.w;
    canvas.height = size.h;
    const pen = canvas.getContext('2d');
    let at = 0;
    let turns = 0;
    const draw = () => {
      const { width: w, height: h } = canvas;
      pen.fillStyle = fill;
      pen.fillRect(0, 0, w, h);
      if (squares) {
        const way = 150 * (1 - Math.cos(turns++ / 40)); // to and fro, as a hand with a phone moves
        pen.drawImage(squares, -way, -way / 2);
        for (let i = 0; i < 12; i++) pen.fillRect(Math.random() * w, Math.random() * h, 40, 24);
        pen.fillRect(w * 0.3, h * 0.3, w * 0.4, h * 0.4);
      }
      pen.fillStyle = 'rgb(20, 20, 20)'; // moves, away from the middle and from the edges
      pen.fillRect(w * (0.1 + at), h * 0.8, w * 0.05, h * 0.05);
      at = (at + 0.02) % 0.7;
    };
    draw();
    const timer = setInterval(draw, 1000 / size.fps);
    const track = canvas.captureStream(size.fps).getVideoTracks()[0];
    const stop = track.stop.bind(track);
    track.stop = () => {
      clearInterval(timer);
      stop();
    };
    track.getSettings = () => ({ width: canvas.width, height: canvas.height, frameRate: size.fps });
    track.applyConstraints = async (wish) => {
      const ask = (wish?.height?.ideal ?? canvas.height) || canvas.height;
      canvas.height = Math.min(ask, lines);
      canvas.width = Math.round((canvas.height * 16) / 9);
      draw();
    };
    return track;
  };

  /** A page of letters: the same number is the same page, here and in any other page. */
  fakes.drawPage = (canvas, number) => {
    const WORDS = 'light mirror lens focus image angle ray glass plane wave prism speed axis field point'.split(' ');
    const pen = canvas.getContext('2d', { willReadFrequently: true });
    pen.fillStyle = 'rgb(250, 250, 250)';
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.fillStyle = 'rgb(20, 20, 30)';
    pen.font = '600 64px sans-serif';
    pen.fillText(`${number}. The ${WORDS[number % WORDS.length]}`, 60, 110);
    pen.font = '34px sans-serif';
    for (let row = 0; row < 9; row++) {
      const words = Array.from({ length: 9 }, (_none, i) => WORDS[(number * 7 + row * 5 + i * (number + row + 3)) % WORDS.length]);
      pen.fillText(words.join(' '), 60, 190 + row * 58, canvas.width - 120);
    }
  };

  const pages = () => {
    const canvas = document.createElement('canvas');
    canvas.width = SCREEN.w;
    canvas.height = SCREEN.h;
    fakes.drawPage(canvas, fakes.page);
    const timer = setInterval(() => fakes.drawPage(canvas, fakes.page), 1000 / SCREEN.fps);
    fakes.turn = (number) => {
      fakes.page = number;
      fakes.drawPage(canvas, number);
      return Date.now();
    };
    const track = canvas.captureStream(SCREEN.fps).getVideoTracks()[0];
    const stop = track.stop.bind(track);
    track.stop = () => {
      clearInterval(timer);
      stop();
    };
    return track;
  };

  const tone = () => {
    const context = new AudioContext({ sampleRate: 48000 });
    const sink = context.createMediaStreamDestination();
    const gain = context.createGain();
    gain.gain.value = VOLUME;
    const source = context.createOscillator();
    source.frequency.value = toneHz;
    source.connect(gain).connect(sink);
    source.start();
    return sink.stream.getAudioTracks()[0];
  };

  navigator.mediaDevices.getUserMedia = async (wish) => {
    if (fakes.refuse) throw new DOMException('refused by the test', fakes.refuse);
    const stream = new MediaStream();
    if (wish.video) {
      fakes.cameras++;
      stream.addTrack(picture(CAMERA, colour, busy ? grain() : null));
    }
    if (wish.audio) {
      fakes.mics++;
      stream.addTrack(tone());
    }
    return stream;
  };
  navigator.mediaDevices.getDisplayMedia = async () => {
    if (fakes.refuse) throw new DOMException('refused by the test', fakes.refuse);
    fakes.screens++;
    return new MediaStream([slides ? pages() : picture(SCREEN, screenColour)]);
  };
}
