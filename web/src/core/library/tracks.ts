// What each member sent, of a recording that keeps that: the list that lies beside the files, and where those are.

import { asFile } from './files';

export interface Track {
  file: string;
  owner: string;
  name: string;
  source: 'voice' | 'camera' | 'screen';
  codec: string;
  start_ms: number;
  end_ms: number;
}

/** The list as the server wrote it; what is none of it is left out. */
export function readTracks(json: unknown): Track[] {
  const list = (json as { tracks?: unknown })?.tracks;
  if (!Array.isArray(list)) return [];
  return list.filter(
    (one): one is Track =>
      /^\d{1,5}\.mkv$/.test(one?.file) &&
      typeof one.name === 'string' &&
      ['voice', 'camera', 'screen'].includes(one.source) &&
      Number.isFinite(one.start_ms) &&
      Number.isFinite(one.end_ms),
  );
}

/** Of a file, by the address of the list: one signature is good for the whole folder. */
export function trackUrl(list: string, file: string): string {
  return asFile(list.replace(/[?&]download=1$/, '').replace(/tracks\.json(?=\?|$)/, file));
}

export async function tracksAt(list: string): Promise<Track[]> {
  const reply = await fetch(list.replace(/[?&]download=1$/, ''));
  return reply.ok ? readTracks(await reply.json()) : [];
}
