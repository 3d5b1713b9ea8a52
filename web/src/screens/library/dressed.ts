// Texts and style of the library, and of what stands beside it.

import type { Texts } from '../../core/i18n';
import style from '../../style/library.css?late';
import { dress } from '../../ui/dress';

const TEXTS: Texts = {
  en: () => import('../../../i18n/library/en.json'),
  ru: () => import('../../../i18n/library/ru.json'),
};

/** They are there. */
export const dressed = dress(style, TEXTS);
