// A list of HLS (RFC 8216) as our server writes it: pieces of fragmented MP4 with their maps, by relative names. What is
// not of that kind is refused whole: it would play wrongly, or lead elsewhere.

export interface Piece {
  name: string;
  /** Of the file with the settings of its pictures and its sound. */
  map: string;
  startS: number;
  lenS: number;
  /** Where it lies in the one file that has all of them. */
  from?: number;
  bytes?: number;
}

export interface List {
  pieces: Piece[];
  /** Nothing comes after the last one. */
  ended: boolean;
  targetS: number;
}

const MOST_TEXT = 1 << 20;
const MOST_PIECES = 20_000;
const LONGEST_S = 60;
const PIECE = /^[a-z0-9]{1,20}\.(m4s|mp4)$/;

function seconds(text: string): number {
  return /^\d{1,6}(\.\d{1,9})?$/.test(text) ? Number(text) : NaN;
}

function mapOf(attributes: string): string {
  if (/(^|,)BYTERANGE=/.test(attributes)) return '';
  const [, name = ''] = /(?:^|,)URI="([^"]*)"/.exec(attributes) ?? [];
  return PIECE.test(name) ? name : '';
}

/** What has been read so far; a line is taken, or the list is not good. */
class Reader {
  readonly list: List = { pieces: [], ended: false, targetS: 0 };
  private map = '';
  private lenS = NaN;
  private atS = 0;

  take(line: string): boolean {
    if (!line || this.list.ended) return true;
    if (!line.startsWith('#')) return this.piece(line);
    const [, tag = '', value = ''] = /^#(EXT[A-Z0-9-]*)(?::(.*))?$/.exec(line) ?? [];
    if (tag === 'EXTINF') {
      this.lenS = seconds(value.split(',')[0]!.trim());
      return this.lenS >= 0 && this.lenS <= LONGEST_S;
    }
    if (tag === 'EXT-X-MAP') {
      this.map = mapOf(value);
      return this.map !== '';
    }
    if (tag === 'EXT-X-TARGETDURATION') {
      this.list.targetS = seconds(value.trim());
      return this.list.targetS >= 0 && this.list.targetS <= LONGEST_S;
    }
    if (tag === 'EXT-X-ENDLIST') this.list.ended = true;
    return tag !== 'EXT-X-BYTERANGE' && tag !== 'EXT-X-STREAM-INF' && !(tag === 'EXT-X-KEY' && !value.includes('METHOD=NONE'));
  }

  private piece(name: string): boolean {
    if (!PIECE.test(name) || !this.map || Number.isNaN(this.lenS) || this.list.pieces.length >= MOST_PIECES) return false;
    this.list.pieces.push({ name, map: this.map, startS: this.atS, lenS: this.lenS });
    this.atS += this.lenS;
    this.lenS = NaN;
    return true;
  }
}

/** null: it is none that can be played. */
export function readList(text: string): List | null {
  if (text.length > MOST_TEXT || !/^#EXTM3U\s*(\r?\n|$)/.test(text)) return null;
  const reader = new Reader();
  for (const line of text.split('\n')) if (!reader.take(line.trim())) return null;
  return reader.list;
}

export function wholeOf(list: List): number {
  const last = list.pieces.at(-1);
  return last ? last.startS + last.lenS : 0;
}

/** The short list of what is newest, added to what is known of all; null: there is a hole between them. */
export function joinLists(all: List, newest: List): List | null {
  const last = all.pieces.at(-1);
  const from = last ? newest.pieces.findIndex(({ name }) => name === last.name) : -1;
  if (from < 0) return null;
  let atS = wholeOf(all);
  const more = newest.pieces.slice(from + 1).map((piece) => {
    const placed = { ...piece, startS: atS };
    atS += piece.lenS;
    return placed;
  });
  return { pieces: more.length ? [...all.pieces, ...more] : all.pieces, ended: newest.ended, targetS: newest.targetS || all.targetS };
}

/** The piece at that time; those before the first and behind the last have none (-1). */
export function pieceAt(list: List, atS: number): number {
  let [low, high] = [0, list.pieces.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const { startS, lenS } = list.pieces[middle]!;
    if (!(atS >= startS)) high = middle - 1;
    else if (atS >= startS + lenS) low = middle + 1;
    else return middle;
  }
  return -1;
}
