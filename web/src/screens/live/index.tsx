// What was recorded so far of a class that runs: going back in it, and watching it without a seat. Loaded late, with texts and
// a style of its own.

import type { Texts } from '../../core/i18n';
import style from '../../style/live.css?late';
import { dress } from '../../ui/dress';
import '../shell'; // what is loaded first stays one chunk

export { BackSheet } from './back';
export { LivePlayer } from './player';
export { WatchPage } from './watch';

const TEXTS: Texts = {
  en: () => import('../../../i18n/live/en.json'),
  ru: () => import('../../../i18n/live/ru.json'),
};

/** Texts and style are there. */
export const dressed = dress(style, TEXTS);
