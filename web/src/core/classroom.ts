// One visit to a class: the socket, the media and the devices, put together.

import { back } from './back';
import { Devices } from './devices';
import { forgetDirector } from './director';
import { Health } from './health';
import { forgetVisit, keepDevices, keepSpent, keepVisit, recallCosts, recallSpent } from './kept';
import { netHint, Prefer } from './prefer';
import { Presence } from './presence';
import {
  Refusal,
  type Ask,
  type ByeWhy,
  type Layout,
  type LinkHistory,
  type Snapshot,
  type StillPart,
} from './protocol';
import { applyEvent, applySnapshot } from './reduce';
import { wantsVp8 } from './route';
import { Rtc, type Mid } from './rtc';
import { Socket, type Link, type SocketUser } from './socket';
import { forgetClass, may, notify, NOTHING_USED, state } from './state';
import { StillParts } from './still';
import { recall, remember } from './store';
import { TileClock } from './tilemap';
import { Turn } from './turn';
import { groupTitle } from './tools';
import { WakeLock } from './wakelock';
import { Wire } from './wire';

export interface Visit {
  code: string;
  name: string;
  token: string;
  /** False for a visit that only looks things up. */
  media: boolean;
}

const KEEP_S = 5; // how often what was used is kept, for a reload

/** So long frames may still come that were on their way when the class became another one. */
const OLD_MS = 250;

const CLOSES: Record<number, ByeWhy> = { 1000: 'left', 1008: 'too_fast', 4409: 'replaced' };

export class Classroom implements SocketUser {
  readonly devices = new Devices();
  readonly rtc: Rtc;
  readonly tiles = new TileClock((layout) => {
    state.layout.value = layout;
  });
  private readonly turn = new Turn(this.tiles, () => this.rtc.peer);
  readonly prefer: Prefer;
  readonly wire = new Wire();
  /** Events that are about no class: of a console. */
  other: (t: string, d: Record<string, unknown>) => void = () => undefined;
  private readonly stills = new StillParts();
  private readonly socket: Socket;
  private readonly health: Health;
  private readonly presence = new Presence(
    (sight) => this.prefer.see(sight),
    () => state.chatOpen.value,
  );
  private readonly wake = new WakeLock(() => {
    if (state.awake.value) notify('note.no_wake_lock');
    state.awake.value = false;
  });
  private visit: Visit = { code: '', name: '', token: '', media: true };
  private session = '';
  private entered: { ok(): void; fail(why: Refusal): void } | null = null;
  private framesOf = -1;
  private joinedMs = 0;
  private movedMs = -OLD_MS;
  private seconds = 0;
  /** Before the class: connected as far as can be, so that it is there at once. */
  private warm: 'no' | 'asking' | 'ready' = 'no';
  /** It knocked: somebody of the class must let it in. */
  private knocked = false;
  private round = 0; // rises with each attempt to enter

  constructor() {
    const url = `${location.protocol === 'http:' ? 'ws' : 'wss'}://${location.host}/ws`;
    this.socket = new Socket(url, this);
    this.rtc = new Rtc(
      {
        answer: (sdp, v) => this.tell('rtc.answer', { sdp, v }),
        restart: () => this.tell('rtc.restart'),
        broken: () => this.rejoin(),
        state: (ice) => {
          state.ice.value = ice;
        },
      },
      wantsVp8(),
    );
    this.prefer = new Prefer({
      tell: (d) => (this.visit.media && (this.session || this.warm === 'ready') ? this.socket.request('rtc.prefer', d) : Promise.resolve()),
      used: () => this.wire.used.in + this.wire.used.out,
      changed: (wish) => {
        state.wish.value = wish;
        this.spend();
      },
    });
    this.health = new Health(this.rtc, this.socket, this.wire, () => this.second());
    recallCosts();
    state.chatOpen.subscribe(() => this.presence.turn());
    state.quality.subscribe(() => this.spend());
    state.handOpensMic.value = recall('hand-mic') === '1';
    addEventListener('pagehide', (event) => {
      if (this.session && this.visit.media) this.keepUsed();
      if (!event.persisted) this.socket.tell('leave');
    });
    addEventListener('pageshow', (event) => event.persisted && this.socket.retryNow());
    const connection = (navigator as { connection?: EventTarget }).connection;
    connection?.addEventListener('change', () => state.ice.value === 'lost' && this.rtc.restart());
  }

  /** While the devices are looked at: the connection is made; nobody in the class knows of it. */
  warmUp(visit: Visit): void {
    if (this.entered) return; // it is being joined already
    this.cool();
    this.visit = visit;
    this.session = '';
    forgetClass();
    this.warm = 'asking';
    this.socket.start();
  }

  /** Not after all, or not so. `joining`: also when it is being joined in earnest. */
  cool(joining = false): void {
    if (this.warm === 'no' && !joining) return;
    this.warm = 'no';
    this.knocked = false;
    this.socket.tell('leave');
    this.socket.stop();
    this.rtc.reset();
    state.link.value = 'idle';
    state.ice.value = 'new';
  }

  /** Does not wait in the lobby any longer. */
  giveUp(): void {
    this.round++;
    this.cool(this.entered !== null);
    this.outside(new Refusal('gave_up'));
  }

  /** It is not in the class, and will not be: said to who asked for it, else by the form. */
  private outside(why: Refusal): void {
    const { entered } = this;
    this.entered = null;
    if (!entered && !['join', 'check'].includes(state.screen.value)) {
      this.finish('left', why);
      return;
    }
    this.presence.off();
    entered?.fail(why);
  }

  /** Resolves when inside; a refusal has the server's code. */
  async enter(visit: Visit): Promise<void> {
    const round = ++this.round;
    if (this.warm === 'ready' && visit.code === this.visit.code && visit.token === this.visit.token) {
      if (await this.enterWarm(visit)) return;
      if (round !== this.round) throw new Refusal('gave_up'); // it was thought better of meanwhile
    }
    this.cool();
    await this.join(visit);
  }

  /** False: it must be joined in the plain way, which also tells what is wrong. */
  private async enterWarm(visit: Visit): Promise<boolean> {
    this.visit = visit;
    this.recallUsed();
    this.presence.on();
    this.joinedMs = performance.now();
    this.prefer.say(netHint()); // the first picture is chosen by it
    this.devices.user = (mid, track) => void this.rtc.setTrack(mid, track); // said when inside
    for (const mid of ['a', 'c'] as const) void this.rtc.setTrack(mid, this.devices.track(mid));
    try {
      await this.comeIn();
    } catch {
      this.presence.off();
      this.devices.user = null;
      return false;
    }
    if (!this.knocked) return true;
    await new Promise<void>((ok, fail) => {
      this.entered = { ok, fail };
    });
    return true;
  }

  /** Enters from where it waits; where it must be let in first, it has knocked by that. */
  private async comeIn(): Promise<void> {
    const { name } = this.visit;
    const snap = await this.socket.request('enter', { name, mic: state.mic.value.on, cam: state.cam.value.on });
    if (snap.lobby === true) {
      this.wait();
      return;
    }
    this.knocked = false;
    this.warm = 'no';
    state.restarting.value = false;
    this.applySnapshot(snap as unknown as Snapshot);
    this.startMedia();
    this.sayDevices();
    this.link('open', 0);
    if (this.entered) this.entered.ok();
    else if (state.screen.value === 'waiting') state.screen.value = 'class'; // it had been inside before
    this.entered = null;
  }

  /** Let in, or back at the door after the connection was lost. Lost now, it is tried again with the next one. */
  private comeInAtLast(): void {
    this.prefer.say(netHint()); // the connection may be another one than it was said on
    this.comeIn().catch((why: Refusal) => why.code !== 'offline' && this.notLetIn(why));
  }

  private wait(): void {
    this.knocked = true;
    state.screen.value = 'waiting';
  }

  private notLetIn(why: Refusal): void {
    this.knocked = false;
    this.cool();
    this.outside(why);
  }

  private join(visit: Visit): Promise<void> {
    this.visit = visit;
    this.session = '';
    forgetClass();
    if (visit.media) {
      this.recallUsed();
      this.presence.on();
    }
    return new Promise((ok, fail) => {
      this.entered = { ok, fail };
      this.socket.start();
    });
  }

  /** What was before is watched: of the class itself only the least comes, and whoever cannot hear it is not heard. */
  aside(on: boolean): void {
    state.aside.value = on;
    this.presence.aside(on);
    if (on && state.mic.value.on) void this.devices.setMic(false);
  }

  leave(): void {
    this.socket.tell('leave');
    this.finish('left');
  }

  retryNow(): void {
    this.socket.retryNow();
  }

  request(t: string, d: object = {}): Promise<Record<string, unknown>> {
    return this.socket.request(t, d);
  }

  /** A request whose refusal is told to the user. */
  async act(t: string, d: object = {}): Promise<boolean> {
    try {
      await this.socket.request(t, d);
      return true;
    } catch (why) {
      notify(`error.${why instanceof Refusal ? why.code : 'unknown'}`);
      return false;
    }
  }

  /** The last minutes of a member's link; for lecturers. `code`: of another class, for administrators. */
  async linkHistory(member: string, code = ''): Promise<LinkHistory> {
    return (await this.socket.request('link.history', { member, ...(code && { code }) })) as unknown as LinkHistory;
  }

  /** The <video> showed a frame. */
  frame(rtpTimestamp: number | undefined): void {
    if (performance.now() - this.movedMs < OLD_MS) return; // the last ones of the class before
    this.tiles.frame(rtpTimestamp);
    if (!state.firstFrame.value) state.firstFrame.value = true;
    if (this.framesOf === this.rtc.version) return;
    this.framesOf = this.rtc.version;
    this.tell('view.ready', { v: this.rtc.version, ms: Math.round(performance.now() - this.joinedMs) });
  }

  /** The class it is in, or was in last: it may have been moved to another one. */
  get code(): string {
    return this.visit.code;
  }

  /** With or without H.264: takes a new connection. */
  setCompatible(on: boolean): void {
    this.rtc.noH264 = on;
    this.rejoin();
  }

  // --- what the socket tells ---

  hello(): { t: 'join' | 'resume'; d: object } {
    if (this.session) return { t: 'resume', d: { token: this.session, seq: this.socket.seq } };
    const { code, name, token } = this.visit;
    this.rtc.reset();
    this.rtc.ask(null);
    this.stills.clear();
    this.tiles.clear();
    this.framesOf = -1;
    this.joinedMs = performance.now();
    this.socket.seq = 0;
    const d = { code, name, ...(token && { token }), ...(this.seat() && { seat: this.seat() }) };
    if (this.warm === 'no') return { t: 'join', d };
    this.warm = 'asking';
    return { t: 'join', d: { ...d, warm: true } };
  }

  welcome(t: 'join' | 'resume', d: Record<string, unknown>): void {
    if (this.warm !== 'no') {
      if (d.warm !== true) return this.cool(); // a server that has not heard of it
      this.atTheDoor(d);
      if (this.knocked) this.comeInAtLast();
      return;
    }
    if (d.lobby === true) {
      this.atTheDoor(d);
      this.wait();
      return;
    }
    if (d.replayed !== true) this.applySnapshot(d as unknown as Snapshot);
    if (t === 'resume' && this.visit.media && !this.rtc.connected()) this.rtc.restart();
    if (t === 'join' && this.visit.media) this.startMedia();
    if (this.visit.media) {
      if (d.replayed === true) this.prefer.sayAgain();
      else this.prefer.say(t === 'join' ? netHint() : {}); // before any answer: the first picture is chosen by it
      this.sayDevices();
    }
    state.restarting.value = false;
    this.entered?.ok();
    this.entered = null;
  }

  refused(t: 'join' | 'resume', why: Refusal): boolean {
    if (this.knocked) {
      this.notLetIn(why);
      return false;
    }
    if (this.warm !== 'no') {
      this.warm = 'no'; // said when it is joined in earnest
      return false;
    }
    if (t === 'resume') {
      this.session = ''; // too long away: enter by the door
      return true;
    }
    const bye = ({ no_room: 'ended', banned: 'removed' } as const)[why.code];
    if (!this.entered && bye) this.finish(bye);
    else this.outside(why);
    return false;
  }

  event(t: string, d: Record<string, unknown>): void {
    if (t === 'layout' || t === 'quality') this.turn.note(d);
    if (t === 'rtc.offer') {
      if (this.visit.media) {
        void this.rtc.offer(String(d.sdp), Number(d.v), d.fresh as boolean | undefined);
      }
    } else if (t === 'rtc.state') {
      if (d.state === 'lost') this.rtc.restart(); // the server gave the peer up: a new one is offered
    } else if (t === 'send') {
      this.rtc.ask(d as { camera?: Ask; screen?: Ask });
    } else if (t === 'still') {
      const bytes = this.stills.push(d as unknown as StillPart);
      if (bytes) state.still.value = { bytes, atMs: Date.now() };
    } else if (t === 'layout') {
      this.tiles.push(d as unknown as Layout);
    } else if (t === 'muted') {
      void this.devices.setMic(false);
      notify('note.muted');
    } else if (t === 'admitted') {
      if (this.knocked) this.comeInAtLast();
    } else if (t === 'moved') {
      this.moved(d as unknown as Snapshot & { why: string });
    } else if (t === 'bye') {
      this.bye(d as { why: ByeWhy; after_ms?: number });
    } else {
      if (!applyEvent(t, d)) this.other(t, d);
      if (t === 'hand' && d.floor === true) this.called();
      if (t === 'caps') this.obey();
    }
  }

  /** In another class, or a group, from here on; the call is the same. */
  private moved(snap: Snapshot & { why: string }): void {
    const { seq } = this.socket;
    const code = snap.room?.parent || snap.room?.code || this.visit.code;
    if (code !== this.visit.code) {
      this.visit = { ...this.visit, code, token: '' }; // a link is of one class
      history.replaceState(null, '', `/j/${code}`);
      keepVisit(this.visit.code, this.visit.name); // a reload leads back to where it is now
    }
    state.still.value = null;
    state.poster.value = '';
    state.speakers.value = [];
    state.links.value = null;
    state.reactions.value = [];
    state.unread.value = 0;
    forgetDirector();
    this.stills.clear();
    this.framesOf = -1;
    this.movedMs = performance.now();
    state.firstFrame.value = false;
    this.applySnapshot(snap);
    this.socket.seq = seq; // that of the event itself
    keepDevices();
    notify(snap.why === 'group' ? 'note.in_group' : snap.why === 'back' ? 'note.in_class' : 'note.moved', { title: groupTitle(snap.room?.title ?? '') });
  }

  /** The floor is ours: the microphone goes on only where its owner wanted that. */
  private called(): void {
    if (state.handOpensMic.value && !state.mic.value.on) void this.devices.setMic(true);
  }

  link(link: Link, tries: number): void {
    if (this.warm !== 'no') return; // nobody waits for it
    state.link.value = link;
    state.tries.value = tries;
    back.link(link === 'open', state.recording.value, this.serverMs());
    if (link === 'open' && this.visit.media) this.health.start();
  }

  private serverMs(): number {
    return Date.now() + state.clockSkewMs.value;
  }

  traffic(kind: 'open' | 'in' | 'out', text: string): void {
    if (kind === 'open') this.wire.opened();
    else if (kind === 'in') this.wire.heard(text, Date.now());
    else this.wire.said(text);
  }

  closed(code: number): void {
    if (this.knocked) {
      this.notLetIn(new Refusal('denied'));
      return;
    }
    if (this.warm !== 'no') {
      this.cool();
      return;
    }
    this.finish(CLOSES[code] ?? 'left');
  }

  // --- inner parts ---

  private seat(): string {
    return recall(`seat.${this.visit.code}`);
  }

  /** Connected, and not in the class. */
  private atTheDoor(d: Record<string, unknown>): void {
    this.socket.seq = Number(d.seq);
    this.warm = 'ready';
    if (d.seat) remember(`seat.${this.visit.code}`, String(d.seat));
  }

  /** What may not be sent is switched off here as well: the server has done it already. */
  private obey(): void {
    if (state.mic.value.on && !may('speak')) {
      void this.devices.setMic(false);
      notify('barred.speak');
    }
    if (state.cam.value.on && !may('camera')) {
      void this.devices.setCam(false);
      notify('barred.camera');
    }
    if (state.share.value.on && !may('share')) {
      void this.devices.setScreen(false);
      notify('barred.share');
    }
  }

  private applySnapshot(snap: Snapshot): void {
    this.session = snap.session;
    this.socket.seq = snap.seq;
    applySnapshot(snap);
    if (this.visit.media) back.came(state.recording.value, this.serverMs());
    if (snap.seat) remember(`seat.${this.visit.code}`, snap.seat);
    this.obey();
    this.turn.set(snap.quality);
    this.tiles.set(snap.layout ?? null);
  }

  private startMedia(): void {
    keepVisit(this.visit.code, this.visit.name);
    this.wake.on();
    this.devices.user = (mid, track) => this.send(mid, track);
    keepDevices(); // as they were chosen at the door
    for (const mid of ['a', 'c', 's'] as const) void this.rtc.setTrack(mid, this.devices.track(mid));
  }

  /** Said after every welcome: what changed while the socket was away was said to nobody. */
  private sayDevices(): void {
    this.tell('media.set', { mic: state.mic.value.on, cam: state.cam.value.on });
    if (state.share.value.on) void this.sendScreen(true);
  }

  /** A device changed: the track first, then the word, so that nobody sees an empty tile. */
  private send(mid: Mid, track: MediaStreamTrack | null): void {
    void this.rtc.setTrack(mid, track);
    if (mid === 's') void this.sendScreen(!!track);
    else this.tell('media.set', mid === 'a' ? { mic: !!track } : { cam: !!track });
    if (mid !== 's') keepDevices();
    if (track) this.obey(); // it may have been forbidden while the browser asked its user
  }

  private async sendScreen(on: boolean): Promise<void> {
    try {
      await this.socket.request('screen.set', { on });
    } catch (why) {
      const code = why instanceof Refusal ? why.code : 'unknown';
      if (code !== 'offline') notify(`error.${code}`);
      const unheard = code === 'offline' || code === 'timeout'; // not refused: said after the next welcome
      if (on && !unheard) void this.devices.setScreen(false);
    }
  }

  /** A reload, and a second visit, go on counting where the class was left. */
  private recallUsed(): void {
    const was = recallSpent(this.visit.code);
    this.wire.restore(was?.used ?? NOTHING_USED);
    this.prefer.begin(was?.untilMs);
    state.used.value = { ...NOTHING_USED, ...this.wire.used, untilMs: this.prefer.untilMs };
  }

  private keepUsed(): void {
    keepSpent(this.visit.code, { used: this.wire.used, untilMs: this.prefer.untilMs });
  }

  private second(): void {
    if (state.used.value.untilMs !== this.prefer.untilMs) {
      state.used.value = { ...state.used.value, untilMs: this.prefer.untilMs };
    }
    if (++this.seconds % KEEP_S === 0) this.keepUsed();
  }

  /** Where the data would not last for more than it receives, it does not last for a large picture of its own either. */
  private spend(): void {
    const { wish } = state.wish.value;
    this.rtc.spend(wish === 'auto' && state.quality.value?.why === 'budget' ? 'save' : wish);
  }

  private tell(t: string, d: object = {}): void {
    this.socket.request(t, d).catch(() => undefined); // said again after the next welcome, or no longer true
  }

  private bye(d: { why: ByeWhy; after_ms?: number }): void {
    if (this.knocked && d.why !== 'restart') {
      this.notLetIn(new Refusal(d.why === 'removed' ? 'banned' : d.why));
      return;
    }
    if (this.warm !== 'no') {
      if (this.knocked) this.socket.comeBack(Math.max(500, d.after_ms ?? 2000));
      else this.cool();
      return;
    }
    if (d.why !== 'restart') {
      this.finish(d.why);
      return;
    }
    this.session = '';
    state.restarting.value = true;
    this.socket.comeBack(Math.max(500, d.after_ms ?? 2000));
  }

  private rejoin(): void {
    this.socket.tell('leave');
    this.session = '';
    this.socket.comeBack(200);
  }

  /** `refused`: back to the form, which says what it was. */
  private finish(why: ByeWhy, refused?: Refusal): void {
    this.socket.stop();
    this.health.stop();
    this.wake.off();
    this.presence.off();
    this.prefer.stop();
    if (this.visit.media) this.keepUsed();
    this.rtc.reset();
    this.tiles.clear();
    this.devices.close();
    forgetVisit();
    state.link.value = 'idle';
    state.ice.value = 'new';
    if (!this.visit.media) return; // the screens of lists stay
    state.bye.value = why;
    const told = refused && refused.code !== 'gave_up';
    state.joinError.value = told ? { code: refused.code, field: refused.field ?? '' } : { code: '', field: '' };
    state.screen.value = refused ? 'join' : 'bye';
  }
}
