// Where in the console one is: the tab, and the class whose drawer is open. It stands in the address.

import { signal } from '@preact/signals-core';
import { cleanCode } from '../route';

export const TABS = ['rooms', 'people', 'links', 'layouts', 'plugins', 'settings', 'audit', 'health'] as const;
export type Tab = (typeof TABS)[number];

export interface Place {
  tab: Tab;
  /** Of the open class; empty: none. */
  code: string;
}

export function parsePlace(path: string): Place {
  const [, , first = '', second = ''] = path.split('/');
  const tab = TABS.find((one) => one === first) ?? 'rooms';
  let code = '';
  if (tab === 'rooms') {
    try {
      code = cleanCode(decodeURIComponent(second));
    } catch {
      // no address of ours
    }
  }
  return { tab, code };
}

export function pathOf({ tab, code }: Place): string {
  if (tab === 'rooms') return code ? `/admin/rooms/${encodeURIComponent(code)}` : '/admin';
  return `/admin/${tab}`;
}

export const place = signal<Place>({ tab: 'rooms', code: '' });

/** Goes there; the browser's way back leads here again. */
export function go(to: Place): void {
  const path = pathOf(to);
  if (location.pathname !== path) history.pushState(null, '', path);
  place.value = to;
}

/** Follows the address; returns what ends that. */
export function followAddress(): () => void {
  const read = () => {
    place.value = parsePlace(location.pathname);
  };
  read();
  addEventListener('popstate', read);
  return () => removeEventListener('popstate', read);
}
