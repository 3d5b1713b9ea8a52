// What the own camera and screen send: as much as the server asks for, never more than the user wants to spend.

import type { Ask, WishName } from './protocol';

export type Picture = 'camera' | 'screen';

export interface Limit {
  h: number;
  fps: number;
  kbps: number;
}

/** What RTCRtpEncodingParameters are set to. */
export interface Sending {
  active: boolean;
  scaleResolutionDownBy: number;
  maxBitrate: number;
  maxFramerate: number;
}

/** Until the server has asked for something. */
const FIRST: Record<Picture, Ask> = {
  camera: { on: true, h: 0, fps: 15, kbps: 400 },
  screen: { on: true, h: 0, fps: 15, kbps: 1200 },
};

/** Who saves data sends little, too: the own picture small, the own screen slowly. */
const SAVING: Record<Picture, Limit> = {
  camera: { h: 180, fps: 10, kbps: 160 },
  screen: { h: 720, fps: 5, kbps: 600 },
};

export function limitOf(wish: WishName, picture: Picture): Limit | null {
  return wish === 'auto' ? null : SAVING[picture];
}

function least(asked: number, limit: number | undefined): number {
  if (!limit) return asked;
  return asked > 0 ? Math.min(asked, limit) : limit;
}

/** How many lines the track should have; 0: whatever it has. */
export function linesOf(ask: Ask | null, limit: Limit | null): number {
  return ask?.on ? least(ask.h, limit?.h) : 0;
}

/** `capturedH`: lines of the track as it is now, 0 when unknown. */
export function sendingOf(picture: Picture, ask: Ask | null, limit: Limit | null, capturedH: number): Sending {
  const wanted = ask ?? FIRST[picture];
  const h = least(wanted.h, limit?.h);
  const scale = h > 0 && capturedH > h ? capturedH / h : 1;
  return {
    active: wanted.on,
    scaleResolutionDownBy: Math.round(scale * 1000) / 1000,
    maxBitrate: Math.max(30, least(wanted.kbps || FIRST[picture].kbps, limit?.kbps)) * 1000,
    maxFramerate: Math.max(1, least(wanted.fps || FIRST[picture].fps, limit?.fps)),
  };
}

function same(a: RTCRtpEncodingParameters, b: Sending): boolean {
  return (
    (a.active ?? true) === b.active &&
    (a.scaleResolutionDownBy ?? 1) === b.scaleResolutionDownBy &&
    a.maxBitrate === b.maxBitrate &&
    a.maxFramerate === b.maxFramerate
  );
}

/** False: the browser refused, as some do before all is agreed. To be tried again. */
export async function apply(sender: RTCRtpSender, sending: Sending): Promise<boolean> {
  const params = sender.getParameters();
  const encoding = params.encodings?.[0];
  if (!encoding) return false;
  if (same(encoding, sending)) return true;
  Object.assign(encoding, sending);
  try {
    await sender.setParameters(params);
    return true;
  } catch {
    return false;
  }
}
