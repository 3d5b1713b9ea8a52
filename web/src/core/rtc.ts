// The one connection for media: the server offers, the page answers. Sections by their mid:
// a = own microphone out and the mix in, v = the picture in, c = own camera out, s = own screen out.

import { enlarge } from './enlarge';
import type { Ask, WishName } from './protocol';
import { origin } from './sdp';
import { apply, limitOf, linesOf, sendingOf, type Picture } from './send';

export type Mid = 'a' | 'c' | 's';
export type IceState = 'new' | 'connected' | 'lost';

export interface RtcUser {
  answer(sdp: string, v: number): void;
  /** Asks for an offer with new ICE credentials. */
  restart(): void;
  /** The peer is beyond repair: join anew. */
  broken(): void;
  state(state: IceState): void;
}

const DISCONNECTED_MS = 3000;
const RESTART_GAP_MS = 4000;

function without264(): RTCRtpCodec[] {
  const codecs = RTCRtpReceiver.getCapabilities?.('video')?.codecs ?? [];
  return codecs.filter((codec) => !/\/h264$/i.test(codec.mimeType));
}

type Pictures = Record<Picture, Ask | null>;

const NO_ASKS: Pictures = { camera: null, screen: null };

export class Rtc {
  /** Both received tracks, for the one <video>. */
  readonly stream = new MediaStream();
  version = 0;
  private pc: RTCPeerConnection | null = null;
  private from = '';
  private queue: Promise<void> = Promise.resolve();
  private round = 0; // offers of a connection that was forgotten are not answered
  private tracks: Record<Mid, MediaStreamTrack | null> = { a: null, c: null, s: null };
  private asks: Pictures = NO_ASKS;
  private wish: WishName = 'auto';
  private tuning: RTCPeerConnection | null = null;
  private restartTimer = 0;
  private restartedMs = 0;

  constructor(
    private readonly user: RtcUser,
    public noH264 = false,
  ) {}

  get peer(): RTCPeerConnection | null {
    return this.pc;
  }

  /** Offers are taken one after the other, in the order in which they came. */
  offer(sdp: string, v: number, fresh?: boolean): Promise<void> {
    const { round } = this;
    this.queue = this.queue
      .then(() => (round === this.round ? this.take(sdp, v, fresh) : undefined))
      .catch((why) => {
        console.warn('offer', v, why);
      });
    return this.queue;
  }

  async setTrack(mid: Mid, track: MediaStreamTrack | null): Promise<void> {
    this.tracks[mid] = track;
    const at = this.find(mid);
    try {
      if (at && at.sender.track !== track) await at.sender.replaceTrack(track);
    } catch (why) {
      console.warn('track', mid, why); // a peer on its way out; the next one begins with this track
    }
    await this.tune();
  }

  /** What the server wants to be sent; null: it has not said anything yet. */
  ask(asks: Partial<Pictures> | null): void {
    this.asks = asks ? { ...this.asks, ...asks } : NO_ASKS;
    void this.tune();
  }

  /** What the user wants to spend. */
  spend(wish: WishName): void {
    if (this.wish === wish) return;
    this.wish = wish;
    void this.tune();
  }

  /** Brings the senders to what is asked for now. Called each second, too: tracks turn, and browsers refuse at times. */
  async tune(): Promise<void> {
    const { pc } = this;
    if (!pc || this.tuning === pc) return;
    this.tuning = pc;
    try {
      await this.tuneOne('camera', 'c');
      await this.tuneOne('screen', 's');
    } finally {
      if (this.tuning === pc) this.tuning = null;
    }
  }

  /**
   * Forgets the peer: the server will offer a new one. What is being awaited of the old one may never settle (a closed
   * RTCPeerConnection keeps silent), so that nothing of the new one may wait for it.
   */
  reset(): void {
    this.round++;
    this.queue = Promise.resolve();
    this.drop();
  }

  private drop(): void {
    clearTimeout(this.restartTimer);
    this.restartTimer = 0;
    const pc = this.pc;
    this.pc = null;
    this.from = '';
    if (pc) {
      pc.ontrack = pc.oniceconnectionstatechange = pc.onconnectionstatechange = null;
      pc.close();
    }
    for (const track of this.stream.getTracks()) this.stream.removeTrack(track);
  }

  /** After a change of network, or when the state says so. */
  restart(): void {
    if (!this.pc) return;
    clearTimeout(this.restartTimer);
    const since = Date.now() - this.restartedMs;
    if (since < RESTART_GAP_MS) {
      this.restartTimer = window.setTimeout(() => this.restart(), RESTART_GAP_MS - since);
      return;
    }
    this.restartedMs = Date.now();
    this.user.restart();
    this.restartTimer = window.setTimeout(() => {
      if (!this.connected()) this.restart();
    }, RESTART_GAP_MS);
  }

  connected(): boolean {
    const state = this.pc?.iceConnectionState;
    return state === 'connected' || state === 'completed';
  }

  private find(mid: string): RTCRtpTransceiver | undefined {
    return this.pc?.getTransceivers().find((one) => one.mid === mid);
  }

  /** fresh: the server says that it is a new peer; without its word the description tells. */
  private async take(sdp: string, v: number, fresh?: boolean): Promise<void> {
    const { round } = this;
    const from = origin(sdp);
    if (this.pc && (fresh ?? from !== this.from)) this.drop();
    try {
      await this.answer(this.pc ?? this.create(from), sdp, v);
    } catch (why) {
      if (round !== this.round || !this.pc || this.pc.signalingState === 'closed') throw why;
      console.warn('a new peer after', why);
      this.drop(); // a description that the old peer cannot follow
      await this.answer(this.create(from), sdp, v);
    }
  }

  private create(from: string): RTCPeerConnection {
    const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    pc.ontrack = (event) => this.receive(event.track);
    pc.oniceconnectionstatechange = () => this.pc === pc && this.watch(pc);
    pc.onconnectionstatechange = () => {
      if (this.pc === pc && pc.connectionState === 'failed' && this.connected()) this.user.broken();
    };
    this.pc = pc;
    this.from = from;
    this.user.state('new');
    return pc;
  }

  private async answer(pc: RTCPeerConnection, sdp: string, v: number): Promise<void> {
    await pc.setRemoteDescription({ type: 'offer', sdp });
    if (this.pc !== pc) return;
    this.version = v;
    for (const at of pc.getTransceivers()) await this.direct(at);
    await pc.setLocalDescription();
    const local = pc.localDescription;
    if (this.pc !== pc || !local) return;
    this.user.answer(local.sdp, v);
    await this.tune();
  }

  private async tuneOne(picture: Picture, mid: Mid): Promise<void> {
    const at = this.find(mid);
    if (!at || at.currentDirection === 'stopped') return;
    const [track, ask, limit] = [this.tracks[mid], this.asks[picture], limitOf(this.wish, picture)];
    if (track && picture === 'camera') await enlarge(track, linesOf(ask, limit));
    await apply(at.sender, sendingOf(picture, ask, limit, track?.getSettings().height ?? 0));
  }

  private async direct(at: RTCRtpTransceiver): Promise<void> {
    if (at.currentDirection === 'stopped') return;
    const mid = at.mid;
    if ((mid === 'v' || mid === 'c' || mid === 's') && this.noH264) at.setCodecPreferences?.(without264());
    if (mid === 'a') at.direction = 'sendrecv';
    else if (mid === 'v') at.direction = 'recvonly';
    else if (mid === 'c' || mid === 's') at.direction = 'sendonly';
    if (mid === 'a' || mid === 'c' || mid === 's') {
      const track = this.tracks[mid];
      if (at.sender.track !== track) await at.sender.replaceTrack(track);
    }
  }

  private receive(track: MediaStreamTrack): void {
    for (const old of this.stream.getTracks()) {
      if (old.kind === track.kind && old !== track) this.stream.removeTrack(old);
    }
    this.stream.addTrack(track);
  }

  private watch(pc: RTCPeerConnection): void {
    const state = pc.iceConnectionState;
    if (state === 'connected' || state === 'completed') {
      clearTimeout(this.restartTimer);
      this.user.state('connected');
    } else if (state === 'failed') {
      this.user.state('lost');
      this.restart();
    } else if (state === 'disconnected') {
      this.user.state('lost');
      clearTimeout(this.restartTimer);
      this.restartTimer = window.setTimeout(() => this.restart(), DISCONNECTED_MS);
    }
  }
}
