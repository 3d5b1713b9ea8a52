// The own microphone, camera and screen: on, off, and refused. They live through both the check and the class.

import type { Signal } from '@preact/signals-core';
import { MediaRefused, openCam, openMic, openScreen } from './media';
import type { Mid } from './rtc';
import { notify, state, type DeviceState } from './state';

/** Told of every change: the track to send, null for none. */
export type DeviceUser = (mid: Mid, track: MediaStreamTrack | null) => void;

type Device = 'mic' | 'cam' | 'share';

export class Devices {
  user: DeviceUser | null = null;
  private mic: MediaStreamTrack | null = null;
  private cam: MediaStreamTrack | null = null;
  private screen: MediaStreamTrack | null = null;
  private readonly wanted = { mic: 0, cam: 0, share: 0 }; // rises when what is being opened is not wanted any more

  track(mid: Mid): MediaStreamTrack | null {
    if (mid === 'a') return state.mic.value.on ? this.mic : null;
    if (mid === 'c') return this.cam;
    return this.screen;
  }

  async setMic(on: boolean): Promise<void> {
    if (state.mic.value.busy) {
      if (!on) this.giveUp('mic');
      return;
    }
    if (on && this.mic?.readyState !== 'live') {
      const track = await this.open('mic', openMic);
      if (!track) return;
      this.mic = track;
      track.onended = () => this.micStopped();
      state.micTrack.value = track;
    }
    if (this.mic) this.mic.enabled = on; // kept open: to speak up must be instant
    state.mic.value = { on, busy: false, fault: '' };
    this.user?.('a', on ? this.mic : null);
  }

  async setCam(on: boolean): Promise<void> {
    if (state.cam.value.busy) {
      if (!on) this.giveUp('cam');
      return;
    }
    if (!on) {
      this.cam?.stop(); // so that the lamp goes out
      this.setCamTrack(null);
      return;
    }
    const track = await this.open('cam', openCam);
    if (!track) return;
    track.onended = () => this.setCamTrack(null);
    this.setCamTrack(track);
  }

  async setScreen(on: boolean): Promise<void> {
    if (state.share.value.busy) {
      if (!on) this.giveUp('share');
      return;
    }
    if (!on) {
      this.screen?.stop();
      this.setScreenTrack(null);
      return;
    }
    const track = await this.open('share', openScreen);
    if (!track) return;
    track.onended = () => this.setScreenTrack(null); // the browser's own "Stop sharing"
    this.setScreenTrack(track);
  }

  close(): void {
    this.user = null;
    for (const track of [this.mic, this.cam, this.screen]) {
      if (track) track.onended = null;
      track?.stop();
    }
    this.mic = this.cam = this.screen = null;
    state.micTrack.value = state.camTrack.value = null;
    for (const one of ['mic', 'cam', 'share'] as const) this.giveUp(one);
  }

  /** The browser may still ask the user: what it answers then is closed again at once. */
  private giveUp(which: Device): void {
    this.wanted[which]++;
    state[which].value = { on: false, busy: false, fault: '' };
  }

  private async open(device: Device, ask: () => Promise<MediaStreamTrack>): Promise<MediaStreamTrack | null> {
    const which: Signal<DeviceState> = state[device];
    const round = ++this.wanted[device];
    which.value = { on: false, busy: true, fault: '' };
    try {
      const track = await ask();
      if (round === this.wanted[device]) return track;
      track.stop();
      return null;
    } catch (why) {
      if (round !== this.wanted[device]) return null;
      const fault = why instanceof MediaRefused ? why.fault : 'busy';
      const turnedDown = device === 'share' && fault === 'denied'; // the picker was closed: not worth a word
      which.value = { on: false, busy: false, fault: turnedDown ? '' : fault };
      return null;
    }
  }

  private micStopped(): void {
    this.mic = null;
    state.micTrack.value = null;
    const was = state.mic.value.on;
    state.mic.value = { on: false, busy: false, fault: '' };
    this.user?.('a', null);
    if (was) notify('note.mic_stopped');
  }

  private setCamTrack(track: MediaStreamTrack | null): void {
    this.cam = track;
    state.camTrack.value = track;
    state.cam.value = { on: !!track, busy: false, fault: '' };
    this.user?.('c', track);
  }

  private setScreenTrack(track: MediaStreamTrack | null): void {
    if (this.screen && this.screen !== track) this.screen.onended = null;
    this.screen = track;
    state.share.value = { on: !!track, busy: false, fault: '' };
    this.user?.('s', track);
  }
}
