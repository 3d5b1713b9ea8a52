// The rows of the configuration: which are shown.

import type { Setting } from './types';

export function settingFound(setting: Setting, words: string): boolean {
  const wanted = words.trim().toLowerCase();
  return !wanted || setting.key.toLowerCase().includes(wanted) || (!setting.secret && setting.value.toLowerCase().includes(wanted));
}

/** Said by somebody, and other than the default. */
export function changedOnly(setting: Setting): boolean {
  return setting.from !== 'default' && (setting.secret || setting.value !== setting.usual);
}
