// WebVTT of the W3C as far as recordings have it: chapters, and where the small pictures are.

/** What a chapter begins with; without one it is a mark. */
export const KINDS = ['mark', 'slide', 'screen', 'clip', 'speaker', 'hand', 'layout'] as const;
export type Kind = (typeof KINDS)[number];

export interface Cue {
  startS: number;
  endS: number;
  text: string;
  kind?: Kind;
}

/** A part of a sheet of small pictures. */
export interface Tile {
  file: string;
  x: number;
  y: number;
  w: number;
  h: number;
}

const MOST_CUES = 20_000; // a picture every ten seconds of two days, and more

const SIGNS: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&nbsp;': '\u00a0', '&lrm;': '\u200e', '&rlm;': '\u200f' };

/** "01:02:03.500" and "02:03.500" in seconds; NaN when it is neither. */
export function timeOf(text: string): number {
  const parts = /^(?:(\d{2,4}):)?([0-5]\d):([0-5]\d)\.(\d{3})$/.exec(text);
  if (!parts) return NaN;
  const [, h = '0', m, s, ms] = parts;
  return Number(h) * 3600 + Number(m) * 60 + Number(s) + Number(ms) / 1000;
}

/** Marks of voices and styles go, escaped signs become signs. */
export function plain(text: string): string {
  return text.replace(/<[^>]*>/g, '').replace(/&\w+;/g, (sign) => SIGNS[sign] ?? sign);
}

function cueOf(block: string): Cue | null {
  const lines = block.split('\n');
  const at = lines.findIndex((line) => line.includes('-->'));
  if (at < 0 || at > 1) return null; // a note, a style, or no cue
  const [from = '', after = ''] = lines[at]!.split('-->');
  const startS = timeOf(from.trim());
  const endS = timeOf(after.trim().split(/\s/)[0]!);
  if (!(endS >= startS)) return null;
  return { startS, endS, text: plain(lines.slice(at + 1).join('\n')).trim() };
}

/** The cues by time; what is none is passed over, and of a file that is none nothing is read. */
export function parseVtt(text: string): Cue[] {
  const whole = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  if (!/^WEBVTT(?=[ \t\n]|$)/.test(whole)) return [];
  const cues: Cue[] = [];
  for (const block of whole.split(/\n{2,}/).slice(1)) {
    const cue = cueOf(block.replace(/^\n+|\n+$/g, ''));
    if (cue) cues.push(cue);
    if (cues.length === MOST_CUES) break;
  }
  return cues.sort((a, b) => a.startS - b.startS);
}

/** "sprite-1.jpg#xywh=160,90,160,90" */
export function tileOf(text: string): Tile | null {
  const parts = /^([\w.-]+)#xywh=(?:pixel:)?(\d{1,5}),(\d{1,5}),(\d{1,5}),(\d{1,5})$/.exec(text);
  if (!parts) return null;
  const [x, y, w, h] = parts.slice(2).map(Number);
  return w && h ? { file: parts[1]!, x: x!, y: y!, w, h } : null;
}

const NEAR_S = 0.005; // browsers round a place that they were sent to, and may be just before it

/** Which one began last at that time; -1: none has. */
export function cueAt(cues: Cue[], s: number): number {
  let from = 0;
  let to = cues.length;
  while (from < to) {
    const mid = (from + to) >> 1;
    if (cues[mid]!.startS <= s + NEAR_S) from = mid + 1;
    else to = mid;
  }
  return from - 1;
}

const AGAIN_S = 3; // so long in a chapter, back leads to its own begin

/** Where the chapter before or after begins; `wholeS`: behind the last one. */
export function chapterStep(cues: Cue[], s: number, by: 1 | -1, wholeS: number): number {
  const at = cueAt(cues, s);
  if (by > 0) return cues[at + 1]?.startS ?? wholeS;
  const own = cues[at]?.startS ?? 0;
  return s - own > AGAIN_S ? own : (cues[at - 1]?.startS ?? 0);
}
