// Decks of pages: the one that is shown to the class, and whether its parts of the page are open.

import { signal } from '@preact/signals-core';
import type { Clip, Deck, Snapshot } from './protocol';

export const decks = {
  shown: signal<Deck | null>(null),
  clip: signal<Clip | null>(null),
  /** Rises when the list is another one. */
  changes: signal(0),
  open: signal(false), // the panel of who shows them
  zoom: signal(false), // the sharp page over the picture
};

export function applyDecks(snap: Snapshot): void {
  decks.shown.value = snap.deck ?? null;
  decks.clip.value = snap.clip ?? null;
  decks.changes.value++;
  if (!snap.deck) decks.zoom.value = false;
}

/** Another class: its slides and its panel are others. */
export function forgetDecks(): void {
  decks.shown.value = null;
  decks.clip.value = null;
  decks.open.value = decks.zoom.value = false;
}

/** An event without anything in it: none is shown any more. */
const orNone = <T extends { id: string }>(d: Partial<T> | null): T | null => (d?.id ? (d as T) : null);

function setDeck(d: Partial<Deck> | null): void {
  decks.shown.value = orNone<Deck>(d);
  if (!decks.shown.value) decks.zoom.value = false;
}

export const DECK_EVENTS = {
  deck: setDeck,
  clip: (d: Partial<Clip> | null) => {
    decks.clip.value = orNone<Clip>(d);
  },
  decks: () => {
    decks.changes.value++;
  },
};

/** The page that is meant by a step, or null when there is none. */
export function stepTo(deck: Deck | null, by: number): number | null {
  const page = (deck?.page ?? 0) + by;
  return deck && page >= 1 && page <= deck.pages ? page : null;
}

/** Where a clip is, by the server's clock. */
export function clipAt(clip: Clip, serverNowMs: number): number {
  const gone = clip.playing ? Math.max(0, serverNowMs - clip.now_ms) : 0;
  return Math.min(clip.at_ms + gone, clip.length_ms || clip.at_ms);
}
