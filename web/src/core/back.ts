// Going back in a class that runs: how much there is to go back in, and who is offered it by itself.

import { signal } from '@preact/signals-core';
import type { RecordState } from './protocol';
import { recallTab, rememberTab } from './store';

const LATE_MS = 120_000; // behind the beginning: who comes then has missed something
const CUT_MS = 20_000; // without a connection
const OFFER_MS = 60_000; // then it is not offered any more
export const SHORT_BACK_S = 120;

export type Offer = '' | 'late' | 'cut';

/** How much was recorded by now; `nowMs` by the server's clock, as everywhere here. */
export function recordedMs(recording: RecordState, nowMs: number): number {
  if (!recording.on) return 0;
  if (recording.paused) return recording.at_ms ?? 0;
  return Math.max(0, nowMs - recording.since_ms);
}

export class Back {
  readonly offer = signal<Offer>('');
  /** Where it shall begin: seconds from the start, or below zero from the end. */
  startS = 0;
  private cutMs = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  dismiss(): void {
    this.set('');
  }

  /** It is in the class, with a snapshot of it. */
  came(recording: RecordState, nowMs: number): void {
    const cut = this.cutMs > 0 && nowMs - this.cutMs > CUT_MS;
    const known = recallTab('back') === recording.id;
    this.cutMs = 0;
    if (!recording.live || !recording.id) {
      this.set('');
      return;
    }
    rememberTab('back', recording.id); // a reload is no reason to offer it again
    if (cut) this.set('cut');
    else if (!known && recordedMs(recording, nowMs) > LATE_MS) this.set('late');
  }

  /** The connection is lost, or is there again. */
  link(open: boolean, recording: RecordState, nowMs: number): void {
    if (!open) this.cutMs ||= nowMs;
    else if (this.cutMs) this.came(recording, nowMs);
  }

  /** Who was there when it began has missed nothing. */
  changed(recording: RecordState): void {
    if (!recording.live) this.set('');
    else if (recording.id) rememberTab('back', recording.id);
  }

  forget(): void {
    this.cutMs = 0;
    this.set('');
  }

  private set(offer: Offer): void {
    clearTimeout(this.timer);
    this.offer.value = offer;
    if (offer) this.timer = setTimeout(() => this.set(''), OFFER_MS);
  }
}

export const back = new Back();
