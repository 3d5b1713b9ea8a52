// Which sheet or panel is open.

import { signal } from '@preact/signals';
import { state } from '../core/state';

export type SheetName = '' | 'class' | 'groups' | 'more' | 'people' | 'recordings' | 'quality' | 'hands' | 'poll' | 'timer' | 'record' | 'back';

export const sheet = signal<SheetName>('');

export function openSheet(name: SheetName): void {
  sheet.value = name;
}

export function closeSheet(): void {
  sheet.value = '';
}

export function toggleChat(): void {
  state.chatOpen.value = !state.chatOpen.value;
  if (state.chatOpen.value) state.unread.value = 0;
}
