// Where the pieces of one long file lie: the table beside it, as derive/pieces.h of the server has it. What makes no sense is
// refused whole.

import type { List, Piece } from './list';

export interface Table {
  /** The settings of its pictures and its sound. */
  map: ArrayBuffer;
  list: List;
}

const MARK = 'AIX1';
const MOST_MAP = 1 << 16;
const MOST_PIECES = 1 << 16;
const MOST_BYTES = 2 ** 31; // of one piece
const MOST_MS = 3_600_000; // of one piece
const MOST_DIGITS = 7;

/** Numbers, seven bits a byte, the lowest first. NaN: there is none. */
class Numbers {
  at = MARK.length;

  constructor(private readonly bytes: Uint8Array) {}

  next(): number {
    let [value, weight] = [0, 1];
    for (let digits = 0; digits < MOST_DIGITS && this.at < this.bytes.length; digits++) {
      const byte = this.bytes[this.at++]!;
      value += (byte & 0x7f) * weight;
      if (byte < 0x80) return value;
      weight *= 0x80;
    }
    return NaN;
  }
}

function within(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}

/** null: it is none. */
export function readTable(file: ArrayBuffer): Table | null {
  const bytes = new Uint8Array(file);
  if (String.fromCharCode(...bytes.subarray(0, MARK.length)) !== MARK) return null;
  const numbers = new Numbers(bytes);
  const [mapBytes, first, n] = [numbers.next(), numbers.next(), numbers.next()];
  if (!within(mapBytes, 1, MOST_MAP) || !within(first, 1, Number.MAX_SAFE_INTEGER) || !within(n, 1, MOST_PIECES)) return null;
  const map = file.slice(numbers.at, numbers.at + mapBytes);
  numbers.at += mapBytes;
  const pieces: Piece[] = [];
  let [from, ms] = [first, 0];
  for (let i = 0; i < n; i++) {
    const [length, size] = [numbers.next(), numbers.next()];
    if (!within(length, 0, MOST_MS) || !within(size, 1, MOST_BYTES)) return null;
    pieces.push({ name: String(i), map: '', startS: ms / 1000, lenS: length / 1000, from, bytes: size });
    from += size;
    ms += length;
  }
  if (numbers.at !== bytes.length) return null;
  return { map, list: { pieces, ended: true, targetS: ms / 1000 / n } };
}
