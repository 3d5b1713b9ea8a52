// How large captions are shown.

import { recall, remember } from '../store';

export const CAPTION_SIZES = ['small', 'usual', 'large'] as const;
export type CaptionSize = (typeof CAPTION_SIZES)[number];

const KEY = 'player.captions';

export function keptSize(): CaptionSize {
  const kept = recall(KEY);
  return CAPTION_SIZES.find((one) => one === kept) ?? 'usual';
}

export function keepSize(size: string): CaptionSize {
  remember(KEY, size);
  return keptSize();
}
