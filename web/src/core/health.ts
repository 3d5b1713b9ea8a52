// Once a second: how the connection does, and what to do about it.

import type { Level } from './protocol';
import { Rates } from './rates';
import type { Rtc } from './rtc';
import type { Socket } from './socket';
import { notify, state } from './state';
import { StatsReader } from './stats';
import type { Wire } from './wire';

const WEAK_LOSS_PCT = 8;
const WEAK_RTT_MS = 900;
const FROZEN_S = 2;

export class Health {
  private reader = new StatsReader();
  private readonly rates = new Rates();
  private counted: RTCPeerConnection | null = null;
  private timer = 0;
  private reading: RTCPeerConnection | null = null;
  private weakS = 0;
  private frozenS = 0;
  private level: Level | undefined;
  private before = { packets: 0, frames: 0 };

  constructor(
    private readonly rtc: Rtc,
    private readonly socket: Socket,
    private readonly wire: Wire,
    /** Once a second, with what was used. */
    private readonly second: () => void,
  ) {}

  start(): void {
    if (!this.timer) this.timer = window.setInterval(() => void this.tick(), 1000);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = 0;
    this.rates.clear();
    state.weak.value = false;
  }

  private async tick(): Promise<void> {
    const pc = this.rtc.peer;
    if (pc && this.reading === pc) return; // a slow device is not asked twice at once
    this.reading = pc;
    try {
      if (pc) await this.read(pc);
    } catch (why) {
      console.warn('stats', why); // of a peer that is closed meanwhile
    }
    if (this.reading === pc) this.reading = null;
    if (!this.timer) return; // the class is over
    if (state.link.value === 'open') this.wire.silence(Date.now());
    if (state.quality.value?.level !== this.level) this.rates.restart();
    this.level = state.quality.value?.level;
    const { in: got, out } = this.wire.used;
    state.used.value = { ...state.used.value, in: got, out, kbps: this.rates.push(got + out, performance.now()) };
    this.second();
  }

  private async read(pc: RTCPeerConnection): Promise<void> {
    const stats = await this.reader.read(pc);
    if (this.rtc.peer !== pc) {
      this.reader = new StatsReader();
      return;
    }
    if (this.counted !== pc) this.wire.newPeer();
    this.counted = pc;
    this.wire.peer(this.reader.rows);
    state.stats.value = stats;
    void this.rtc.tune();
    const silent = stats.packets > 0 && stats.packets === this.before.packets;
    if (silent) this.socket.probe(1500); // no sound, no picture: is the server still there?
    this.frozen(stats.videoKbps > 0 && stats.frames === this.before.frames);
    this.weakness(stats.lossPct >= WEAK_LOSS_PCT || stats.rttMs >= WEAK_RTT_MS);
    this.before = { packets: stats.packets, frames: stats.frames };
  }

  private frozen(now: boolean): void {
    this.frozenS = now && document.visibilityState === 'visible' ? this.frozenS + 1 : 0;
    if (this.frozenS < FROZEN_S) return;
    this.frozenS = 0;
    this.socket.tell('key.want');
  }

  /** Comes after 2 bad seconds, goes after 5 good ones, so that it does not flicker. */
  private weakness(bad: boolean): void {
    this.weakS = bad ? Math.min(7, Math.max(this.weakS, 0) + 1) : this.weakS - 1;
    if (!state.weak.value && this.weakS >= 2) {
      state.weak.value = true;
      this.weakS = 5;
      notify('banner.weak');
    } else if (state.weak.value && this.weakS <= 0) {
      state.weak.value = false;
    }
    this.weakS = Math.max(0, this.weakS);
  }
}
