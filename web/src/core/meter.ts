// How loud a track is, for the check of the microphone.

export class Meter {
  private readonly context = new AudioContext();
  private readonly source: MediaStreamAudioSourceNode;
  private readonly samples: Float32Array<ArrayBuffer>;
  private readonly analyser: AnalyserNode;
  private timer: number;

  /** `show` gets 0 to 1 on a scale of 60 dB, ten times a second. */
  constructor(track: MediaStreamTrack, show: (level: number) => void) {
    this.source = this.context.createMediaStreamSource(new MediaStream([track]));
    this.analyser = this.context.createAnalyser();
    this.analyser.fftSize = 1024;
    this.samples = new Float32Array(this.analyser.fftSize);
    this.source.connect(this.analyser);
    this.timer = window.setInterval(() => show(this.level()), 100);
  }

  close(): void {
    clearInterval(this.timer);
    this.source.disconnect();
    void this.context.close();
  }

  private level(): number {
    this.analyser.getFloatTimeDomainData(this.samples);
    let sum = 0;
    for (const sample of this.samples) sum += sample * sample;
    const db = 10 * Math.log10(sum / this.samples.length + 1e-12);
    return Math.max(0, Math.min(1, (db + 60) / 60));
  }
}

/** A short friendly sound, to check the loudspeaker. */
export async function testSound(): Promise<void> {
  const context = new AudioContext();
  const gain = context.createGain();
  gain.connect(context.destination);
  gain.gain.setValueAtTime(0, context.currentTime);
  [523, 659, 784].forEach((hz, i) => {
    const at = context.currentTime + 0.05 + i * 0.22;
    const tone = context.createOscillator();
    tone.frequency.value = hz;
    tone.connect(gain);
    gain.gain.linearRampToValueAtTime(0.2, at + 0.02);
    gain.gain.linearRampToValueAtTime(0, at + 0.2);
    tone.start(at);
    tone.stop(at + 0.22);
  });
  await new Promise((done) => setTimeout(done, 900));
  await context.close();
}
