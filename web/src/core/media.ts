// Microphone, camera and screen, with a plain word for each way in which they are refused.

export type Fault = 'denied' | 'missing' | 'busy' | 'unsupported';

export class MediaRefused extends Error {
  constructor(readonly fault: Fault) {
    super(fault);
  }
}

function faultOf(why: unknown): Fault {
  const name = why instanceof DOMException ? why.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'missing';
  if (name === 'TypeError' || name === 'NotSupportedError') return 'unsupported';
  return 'busy';
}

async function first(ask: () => Promise<MediaStream>, kind: 'audio' | 'video'): Promise<MediaStreamTrack> {
  if (!navigator.mediaDevices) throw new MediaRefused('unsupported');
  let stream: MediaStream;
  try {
    stream = await ask();
  } catch (why) {
    throw new MediaRefused(faultOf(why));
  }
  const track = stream.getTracks().find((one) => one.kind === kind);
  if (!track) throw new MediaRefused('missing');
  return track;
}

export function openMic(): Promise<MediaStreamTrack> {
  const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  return first(() => navigator.mediaDevices.getUserMedia({ audio }), 'audio');
}

export function openCam(): Promise<MediaStreamTrack> {
  const video = {
    width: { ideal: 640 },
    height: { ideal: 360 },
    frameRate: { ideal: 15, max: 30 },
    facingMode: 'user',
  };
  return first(() => navigator.mediaDevices.getUserMedia({ video }), 'video');
}

export async function openScreen(): Promise<MediaStreamTrack> {
  const video = { frameRate: { max: 15 }, width: { max: 1920 }, height: { max: 1080 } };
  const track = await first(() => navigator.mediaDevices.getDisplayMedia({ video, audio: false }), 'video');
  track.contentHint = 'detail'; // letters must stay sharp, motion may stutter
  return track;
}

export function canShareScreen(): boolean {
  return typeof navigator.mediaDevices?.getDisplayMedia === 'function';
}
