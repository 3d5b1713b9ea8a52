// The moment between two pictures of a class: the one before goes on until the first key frame of the other.

import { pictureOf, type TileClock } from './tilemap';

const LOOK_MS = 120;
const LONGEST_MS = 2500; // a key frame comes within two seconds, and some browsers do not count them

async function keyFrames(pc: RTCPeerConnection | null): Promise<number> {
  let n = 0;
  const rows = await pc?.getStats().catch(() => null); // of one that is closed
  rows?.forEach((row: { type: string; kind?: string; keyFramesDecoded?: number }) => {
    if (row.type === 'inbound-rtp' && row.kind === 'video') n += row.keyFramesDecoded ?? 0;
  });
  return n;
}

export class Turn {
  private now = '';
  private round = 0;

  constructor(
    private readonly tiles: TileClock,
    private readonly peer: () => RTCPeerConnection | null,
  ) {}

  /** Of a snapshot: there is no picture before it. */
  set(d: { picture?: string; front?: string } | undefined): void {
    this.round++;
    this.now = d ? pictureOf(d) : '';
  }

  /** An event names the picture that the member is shown. */
  note(d: { picture?: string; front?: string }): void {
    const next = pictureOf(d);
    const before = this.now;
    this.now = next;
    if (!before || next === before) return;
    this.tiles.hold();
    void this.wait(++this.round);
  }

  private async wait(round: number): Promise<void> {
    const end = performance.now() + LONGEST_MS;
    const before = await keyFrames(this.peer());
    while (performance.now() < end) {
      await new Promise((go) => setTimeout(go, LOOK_MS));
      if (round !== this.round) return;
      if ((await keyFrames(this.peer())) > before) break;
    }
    if (round === this.round) this.tiles.release();
  }
}
