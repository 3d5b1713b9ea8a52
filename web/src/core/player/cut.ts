// The part of a recording that is to become one of its own: where it begins and ends, in seconds.

export interface Cut {
  from: number;
  to: number;
}

export type End = keyof Cut;

export const LEAST_S = 1;

function rounded(s: number): number {
  return Math.round(s * 10) / 10;
}

/** One of its ends goes elsewhere; the other one stays where it is, and so much lies between them. */
export function moved(cut: Cut, end: End, s: number, whole: number): Cut {
  if (!Number.isFinite(s)) return cut;
  if (end === 'from') return { from: Math.max(0, Math.min(rounded(s), cut.to - LEAST_S)), to: cut.to };
  return { from: cut.from, to: Math.min(whole, Math.max(rounded(s), cut.from + LEAST_S)) };
}

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };

/** Where a key leads to; null: it is none of these. With shift by tenths of a second. */
export function keyPlace(key: string, shift: boolean, at: number, whole: number): number | null {
  if (key === 'Home') return 0;
  if (key === 'End') return whole;
  const step = STEPS[key];
  return step === undefined ? null : at + (shift ? step / 10 : step);
}

/** "1:02.5" of 62.5 */
export function precise(s: number): string {
  const tenths = Math.max(0, Math.round(s * 10));
  const two = (n: number) => String(n).padStart(2, '0');
  const [h, m, rest] = [Math.floor(tenths / 36000), Math.floor(tenths / 600) % 60, tenths % 600];
  const seconds = `${two(Math.floor(rest / 10))}.${rest % 10}`;
  return h ? `${h}:${two(m)}:${seconds}` : `${m}:${seconds}`;
}

/** Seconds of "1:02.5", "62,5" and "1:00:00"; NaN when it is none. */
export function readTime(typed: string): number {
  const parts = /^(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,5}(?:[.,]\d{1,3})?)$/.exec(typed.trim());
  if (!parts) return NaN;
  return Number(parts[1] ?? 0) * 3600 + Number(parts[2] ?? 0) * 60 + Number(parts[3]!.replace(',', '.'));
}
