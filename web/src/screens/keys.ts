// Single keys in class. Never while somebody types, never with a modifier, never under a dialog.

import { classroom } from '../app';
import { decks } from '../core/decks';
import { may, state } from '../core/state';
import { toggleCam, toggleMic } from './controls';
import { pressHand } from './hands';
import { openSheet, sheet, toggleChat } from './panels';
import { canVote, choose } from './polls';
import { toggleSigns } from './reactions';

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null;
}

/** By the place on the keyboard where letters are not Latin, else by the letter. */
function letterOf(event: KeyboardEvent): string {
  const key = event.key.toLowerCase();
  return /^[a-z0-9]$/.test(key) ? key : event.code.replace(/^(Key|Digit)/, '').toLowerCase();
}

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || typing(event.target) || sheet.value) return;
  const letter = letterOf(event);
  if (letter === 'm') toggleMic();
  else if (letter === 'v') toggleCam();
  else if (letter === 'c') toggleChat();
  else if (letter === 'q') openSheet('quality');
  else if (letter === 'h') pressHand();
  else if (letter === 'r') toggleSigns();
  else if (letter === 'z' && decks.shown.value) decks.zoom.value = !decks.zoom.value;
  else if (letter === 'p' && may('poll')) openSheet('poll');
  else if (/^[1-9]$/.test(letter) && !may('poll') && canVote()) choose(Number(letter));
  else if (/^[1-9]$/.test(letter) && may('layout')) {
    const name = state.layouts.value[Number(letter) - 1];
    if (name) void classroom.act('layout.set', { name });
  } else return;
  event.preventDefault();
}

export function listenToKeys(): () => void {
  addEventListener('keydown', onKey);
  return () => removeEventListener('keydown', onKey);
}
