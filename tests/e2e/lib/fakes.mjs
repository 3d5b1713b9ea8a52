// Runs inside the page before anything else: a camera of one colour, a microphone of one tone, a screen of another colour.
// A canvas and an oscillator, because one browser process has only one fake camera.

export function installFakes({ colour, toneHz, screenColour }) {
  const CAMERA = { w: 640, h: 360, fps: 15 };
  const SCREEN = { w: 1280, h: 720, fps: 10 };
  const VOLUME = 0.25;
  const fakes = { cameras: 0, mics: 0, screens: 0, refuse: '' };
  window.__fakes = fakes;

  const picture = (size, fill) => {
    const canvas = document.createElement('canvas');
    canvas.width = size.w;
    canvas.height = size.h;
    const pen = canvas.getContext('2d');
    let at = 0;
    const draw = () => {
      pen.fillStyle = fill;
      pen.fillRect(0, 0, size.w, size.h);
      pen.fillStyle = 'rgb(20, 20, 20)'; // moves, away from the middle and from the edges
      pen.fillRect(size.w * 0.1 + at, size.h * 0.8, size.w * 0.05, size.h * 0.05);
      at = (at + size.w * 0.02) % (size.w * 0.7);
    };
    draw();
    const timer = setInterval(draw, 1000 / size.fps);
    const track = canvas.captureStream(size.fps).getVideoTracks()[0];
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
      stream.addTrack(picture(CAMERA, colour));
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
    return new MediaStream([picture(SCREEN, screenColour)]);
  };
}
