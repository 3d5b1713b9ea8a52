// The browser's Media Source, also the one that telephones of Apple have (ManagedMediaSource).

import type { Buffer, Source } from './feed';

type Maker = { new (): MediaSource; isTypeSupported(type: string): boolean };

function maker(): Maker | null {
  const { MediaSource: usual, ManagedMediaSource: managed } = globalThis as unknown as { MediaSource?: Maker; ManagedMediaSource?: Maker };
  return managed ?? usual ?? null;
}

export function hasSource(): boolean {
  return maker() !== null;
}

export function plays(video: HTMLVideoElement): boolean {
  return video.canPlayType('application/vnd.apple.mpegurl') !== '';
}

/** Gives the <video> a source; `forget` takes it away. */
export function sourceOf(video: HTMLVideoElement): Source & { forget(): void } {
  const Made = maker()!;
  const media = new Made();
  const url = URL.createObjectURL(media);
  video.disableRemotePlayback = true; // else the managed one never opens
  video.src = url;
  return {
    open: () =>
      new Promise((ok) => {
        if (media.readyState === 'open') ok();
        else media.addEventListener('sourceopen', () => ok(), { once: true });
      }),
    buffer: (type) => media.addSourceBuffer(type) as unknown as Buffer,
    whole: (s) => {
      if (media.readyState === 'open' && !(Math.abs(media.duration - s) < 0.01)) media.duration = s;
    },
    end: () => {
      if (media.readyState === 'open') media.endOfStream();
    },
    playable: (type) => Made.isTypeSupported(type),
    forget: () => {
      URL.revokeObjectURL(url);
      video.removeAttribute('src');
      video.load();
    },
  };
}
