// Single keys in class. Never while somebody types, never with a modifier, never under a dialog.

import { classroom } from '../app';
import { isLecturer, state } from '../core/state';
import { toggleCam, toggleMic } from './controls';
import { openSheet, sheet, toggleChat } from './panels';

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
  else if (/^[1-9]$/.test(letter) && isLecturer()) {
    const name = state.layouts.value[Number(letter) - 1];
    if (name) void classroom.act('layout.set', { name });
  } else return;
  event.preventDefault();
}

export function listenToKeys(): () => void {
  addEventListener('keydown', onKey);
  return () => removeEventListener('keydown', onKey);
}
