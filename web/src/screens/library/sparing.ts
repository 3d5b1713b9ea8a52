// Somebody who saves data is not sent what is only pleasant.

import type { WishName } from '../../core/protocol';
import { state } from '../../core/state';

function browserSaves(): boolean {
  return (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
}

export function wishName(): WishName {
  const { wish } = state.wish.value;
  return wish === 'auto' && browserSaves() ? 'save' : wish;
}

export function sparing(): boolean {
  return wishName() !== 'auto';
}
