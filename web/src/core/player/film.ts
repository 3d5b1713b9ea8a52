// Plays a long file by the pieces that its table tells of: after a jump nothing comes but what is needed from there on.

import { type Clock, Feed, type Source } from '../hls/feed';
import { type Piece, pieceAt } from '../hls/list';
import { filmOf } from '../hls/stock';

/** Where a file is, and its table. */
export interface Reel {
  url: string;
  table: string;
}

export interface FilmUser {
  /** Where it plays, and how fast. */
  at(): number;
  speed(): number;
  /** It plays, or has played: before, little is fetched. */
  begun(): boolean;
  /** The link is good no more. */
  stale(): void;
  /** It cannot be played so; 'away': nothing came for a while, though it did before. */
  failed(why: 'kind' | 'away'): void;
}

const FIRST_S = 4; // ahead, while nobody has begun to watch
const EXACT_MS = 600; // to wait for what lies between the key frame and the place: else it begins with the key frame
const EARLY_S = 15; // at most: slides have key frames further apart
const INSIDE_S = 0.02; // a piece: times are rounded
const TRIES_NEW = 2; // of what never came
const TRIES = 6;

/** Where to begin for who wants to go from `atS` to `toS`: there, or a little before where the link is thin. */
export function beginAt(pieces: Piece[], atS: number, toS: number, pace: number): number {
  const piece = pieces[pieceAt({ pieces, ended: true, targetS: 0 }, toS)];
  if (!piece || !pace || !piece.lenS) return toS;
  const needed = ((piece.bytes ?? 0) * (toS - piece.startS)) / piece.lenS;
  const from = piece.startS + INSIDE_S;
  if (needed / pace <= EXACT_MS || from >= toS || toS - from > EARLY_S) return toS;
  return toS > atS && from <= atS + 1 ? toS : from; // who goes on does not come back
}

export class Film {
  private readonly feed: Feed;
  private readonly source: Source & { forget(): void };

  /** `source`: what gives the <video> its pieces. */
  constructor(
    private reel: Reel,
    source: Source & { forget(): void },
    private readonly user: FilmUser,
    clock?: Clock,
  ) {
    this.source = source;
    const own = {
      at: () => user.at(),
      speed: () => user.speed(),
      aheadS: () => (user.begun() ? 30 : FIRST_S),
      listed: () => undefined,
      stale: () => user.stale(),
      failed: () => user.failed('kind'),
      missed: (tries: number) => this.missed(tries),
    };
    this.feed = new Feed(reel.url, source, own, clock, filmOf(() => this.reel.table));
    void this.feed.run();
  }

  /** Ends it; the <video> has no source then. */
  stop(): void {
    this.feed.stop();
    this.source.forget();
  }

  renew(reel: Reel): void {
    this.reel = reel;
    this.feed.renew(reel.url);
  }

  jumped(): void {
    this.feed.jumped();
  }

  /** A place that it can soon play from, at `toS` or a little before; exactly there when that has come already. */
  near(toS: number): number {
    const { list, pace } = this.feed;
    if (!list || this.feed.holds(toS)) return toS;
    return beginAt(list.pieces, this.user.at(), toS, pace);
  }

  private missed(tries: number): void {
    const { came } = this.feed;
    if (tries >= (came ? TRIES : TRIES_NEW)) this.user.failed(came ? 'away' : 'kind');
  }
}
