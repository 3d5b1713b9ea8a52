// What arrives and what leaves, once a second, from getStats.

export interface Stats {
  inboundVideo: number; // streams that carried anything
  inboundAudio: number;
  videoKbps: number;
  audioKbps: number;
  sentKbps: number;
  rttMs: number;
  lossPct: number; // of the last second, video and audio
  width: number;
  height: number;
  fps: number;
  frames: number;
  freezes: number;
  freezeMs: number;
  codec: string;
  path: string; // protocol of the selected pair
  packets: number;
}

export const NO_STATS: Stats = {
  inboundVideo: 0,
  inboundAudio: 0,
  videoKbps: 0,
  audioKbps: 0,
  sentKbps: 0,
  rttMs: 0,
  lossPct: 0,
  width: 0,
  height: 0,
  fps: 0,
  frames: 0,
  freezes: 0,
  freezeMs: 0,
  codec: '',
  path: '',
  packets: 0,
};

// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Row = Record<string, any>;

interface Sums {
  atMs: number;
  video: number;
  audio: number;
  sent: number;
  packets: number;
  lost: number;
}

export class StatsReader {
  /** All that the last reading said. */
  rows: Row[] = [];
  private last: Sums | null = null;

  async read(pc: RTCPeerConnection): Promise<Stats> {
    const rows = new Map<string, Row>();
    (await pc.getStats()).forEach((row: Row) => rows.set(row.id, row));
    this.rows = [...rows.values()];
    const out = { ...NO_STATS };
    const sums: Sums = { atMs: performance.now(), video: 0, audio: 0, sent: 0, packets: 0, lost: 0 };
    for (const row of rows.values()) this.add(row, rows, out, sums);
    this.rates(out, sums);
    return out;
  }

  private add(row: Row, rows: Map<string, Row>, out: Stats, sums: Sums): void {
    if (row.type === 'inbound-rtp' && row.bytesReceived > 0) {
      sums.packets += row.packetsReceived ?? 0;
      sums.lost += Math.max(0, row.packetsLost ?? 0);
      if (row.kind === 'video') this.picture(row, rows, out, sums);
      else {
        out.inboundAudio++;
        sums.audio += row.bytesReceived;
      }
    } else if (row.type === 'outbound-rtp') {
      sums.sent += row.bytesSent ?? 0;
    } else if (row.type === 'transport' && row.selectedCandidatePairId) {
      const pair = rows.get(row.selectedCandidatePairId);
      out.rttMs = Math.round((pair?.currentRoundTripTime ?? 0) * 1000);
      out.path = rows.get(pair?.localCandidateId)?.protocol ?? '';
    }
  }

  private picture(row: Row, rows: Map<string, Row>, out: Stats, sums: Sums): void {
    out.inboundVideo++;
    sums.video += row.bytesReceived;
    out.width = row.frameWidth ?? 0;
    out.height = row.frameHeight ?? 0;
    out.fps = row.framesPerSecond ?? 0;
    out.frames = row.framesDecoded ?? 0;
    out.freezes = row.freezeCount ?? 0;
    out.freezeMs = Math.round((row.totalFreezesDuration ?? 0) * 1000);
    out.codec = String(rows.get(row.codecId)?.mimeType ?? '').replace('video/', '');
  }

  private rates(out: Stats, sums: Sums): void {
    const last = this.last;
    this.last = sums;
    out.packets = sums.packets;
    if (!last || sums.packets < last.packets) return;
    const ms = Math.max(1, sums.atMs - last.atMs);
    const kbps = (now: number, then: number) => Math.max(0, Math.round(((now - then) * 8) / ms));
    out.videoKbps = kbps(sums.video, last.video);
    out.audioKbps = kbps(sums.audio, last.audio);
    out.sentKbps = kbps(sums.sent, last.sent);
    const lost = Math.max(0, sums.lost - last.lost);
    const all = sums.packets - last.packets + lost;
    out.lossPct = all ? Math.round((100 * lost) / all) : 0;
  }
}
