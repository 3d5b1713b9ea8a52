// A camera is opened small. When the class wants more lines of it than that, it is asked for them, as far as it can.

export interface Frame {
  width: number;
  height: number;
}

/** The size to ask the camera for; null when it has that many lines, or was asked for them before. */
export function larger(wantedH: number, has: Partial<Frame>, askedH: number): Frame | null {
  const { width = 0, height = 0 } = has;
  if (!width || height >= wantedH || askedH >= wantedH) return null;
  if (height > width) return null; // held upright: of its lines only some are shown
  return { width: Math.round((wantedH * 16) / 9), height: wantedH };
}

const asked = new WeakMap<MediaStreamTrack, number>();

/** True when the track is another size now. What a camera refuses is not asked of it again. */
export async function enlarge(track: MediaStreamTrack, wantedH: number): Promise<boolean> {
  const before = track.getSettings();
  const size = larger(wantedH, before, asked.get(track) ?? 0);
  if (!size || track.readyState !== 'live') return false;
  asked.set(track, wantedH);
  const { frameRate = { ideal: 15, max: 30 } } = track.getConstraints();
  const [width, height] = [{ ideal: size.width }, { ideal: size.height }];
  try {
    await track.applyConstraints({ width, height, frameRate });
  } catch {
    return false; // it goes on as it was
  }
  return track.getSettings().height !== before.height;
}
