// Where pieces come from: a class that runs, as lists and files; or one long file with a table beside it.

import { joinLists, type List, type Piece, readList } from './list';
import { readTable } from './table';

export interface Range {
  from: number;
  bytes: number;
}

/** Fetches what has that name beside the feed's own address; empty: that itself. null: there is no such list. */
export type Request = (name: string, range?: Range) => Promise<Response | null>;

export interface Stock {
  /** Seconds of what was played that stay. */
  readonly behindS: number;
  /** What there is now; null: it is no list. */
  look(request: Request, known: List | null): Promise<List | null>;
  map(request: Request, name: string): Promise<ArrayBuffer>;
  place(piece: Piece): { name: string; range?: Range };
}

async function newest(request: Request): Promise<List | null> {
  const reply = await request('live.m3u8');
  return reply ? readList(await reply.text()) : null;
}

/** All of it once; then what is newest, as long as there is no hole. */
export const LIVE: Stock = {
  behindS: 30,
  look: async (request, known) => {
    const more = known && (await newest(request));
    const list = known && more ? joinLists(known, more) : null;
    if (list) return list;
    const reply = await request('index.m3u8');
    if (!reply) throw new Error('nothing is there yet');
    return readList(await reply.text());
  },
  map: async (request, name) => (await request(name))!.arrayBuffer(),
  place: ({ name }) => ({ name }),
};

/** Of a file whose table has that address. */
export function filmOf(table: () => string): Stock {
  let map: ArrayBuffer | null = null;
  return {
    behindS: 120, // to hear a sentence again costs nothing
    look: async (request, known) => {
      if (known) return known;
      const read = readTable(await (await request(table()))!.arrayBuffer());
      map = read?.map ?? null;
      return read?.list ?? null;
    },
    map: () => Promise.resolve(map!),
    place: ({ from = 0, bytes = 0 }) => ({ name: '', range: { from, bytes } }),
  };
}
