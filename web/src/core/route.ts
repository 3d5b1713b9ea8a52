// The address of the page: which screen, which class, which token.

import { recallTab, rememberTab } from './store';

export interface Route {
  page: 'join' | 'admin' | 'recordings' | 'shared' | 'watch';
  code: string;
  token: string;
}

/** Codes are shown as K7M-4QXW and typed in any way. */
export function cleanCode(typed: string): string {
  return typed.replace(/[\s-]/g, '').toUpperCase();
}

export function showCode(code: string): string {
  return code.length > 3 ? `${code.slice(0, 3)}-${code.slice(3)}` : code;
}

/** A broken escape is no reason to show nothing. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

/** Reads the address; a token of the fragment moves into the tab's memory and out of sight. */
export function readRoute(): Route {
  const [, first = '', second = ''] = location.pathname.split('/');
  if (first === 's') return { page: 'shared', code: '', token: decoded(second) };
  const code = cleanCode(decoded(second));
  const page = first === 'admin' ? 'admin' : first === 'rec' ? 'recordings' : first === 'w' ? 'watch' : 'join';
  const key = `token.${page === 'admin' ? 'admin' : code}`;
  const given = new URLSearchParams(location.hash.slice(1)).get('t');
  if (given) {
    rememberTab(key, given);
    history.replaceState(null, '', location.pathname + location.search);
  }
  return { page, code: page === 'admin' ? '' : code, token: recallTab(key) };
}

export function tokenOf(code: string): string {
  return recallTab(`token.${code}`);
}

export function goTo(path: string): void {
  if (location.pathname !== path) history.replaceState(null, '', path + location.search);
}

export function wantsVp8(): boolean {
  return new URLSearchParams(location.search).get('codec') === 'vp8';
}
