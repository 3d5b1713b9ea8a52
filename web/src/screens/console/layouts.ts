// What layouts are called.

import { t } from '../../core/i18n';

export function layoutLabel(name: string): string {
  const text = t(`layout.${name}`);
  return text === `layout.${name}` ? name : text;
}
