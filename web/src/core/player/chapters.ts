// Chapters with what they begin with: chapters.json of a recording.

import { type Cue, KINDS } from './vtt';

const MOST = 5000;

interface Row {
  ms?: unknown;
  end_ms?: unknown;
  title?: unknown;
  kind?: unknown;
}

/** What is none is passed over; of a kind that is not known it is a mark. */
export function readChapters(file: unknown): Cue[] {
  if (!Array.isArray(file)) return [];
  const cues: Cue[] = [];
  for (const { ms, end_ms, title, kind } of file.slice(0, MOST).map((row) => (row ?? {}) as Row)) {
    if (typeof ms !== 'number' || !(ms >= 0) || !Number.isFinite(ms)) continue;
    const known = KINDS.find((one) => one === kind);
    cues.push({
      startS: ms / 1000,
      endS: typeof end_ms === 'number' && end_ms >= ms ? end_ms / 1000 : ms / 1000,
      text: typeof title === 'string' ? title.trim() : '',
      ...(known && { kind: known }),
    });
  }
  return cues.sort((a, b) => a.startS - b.startS);
}
