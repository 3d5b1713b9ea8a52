// What only the staff needs: loaded when it is opened for the first time.

import type { Texts } from '../../core/i18n';
import style from '../../style/steer.css?late';
import { dress } from '../../ui/dress';
import '../shell'; // what is loaded first stays one chunk

const TEXTS: Texts = {
  en: () => import('../../../i18n/steer/en.json'),
  ru: () => import('../../../i18n/steer/ru.json'),
};

/** Texts and style are there. */
export const dressed = dress(style, TEXTS);

export { ClassSheet } from './class_sheet';
export { GroupsSheet } from './groups_sheet';
export { RecordSheet } from './record_sheet';
