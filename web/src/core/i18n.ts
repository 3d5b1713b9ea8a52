// Texts: one flat dictionary a language, {name} for values, plural forms by Intl.PluralRules.

import { signal } from '@preact/signals-core';
import en from '../../i18n/en.json';
import { recall, remember } from './store';

type Text = string | Record<string, string>;
type Dictionary = Record<string, Text>;

export const LANGUAGES: Record<string, string> = { en: 'English', ru: 'Русский' };
const LOADERS: Record<string, (() => Promise<{ default: Dictionary }>) | undefined> = {
  ru: () => import('../../i18n/ru.json') as Promise<{ default: Dictionary }>,
};
const RTL = ['ar', 'fa', 'he', 'ur'];

const dictionary = signal<Dictionary>(en);
export const language = signal('en');
let plural = new Intl.PluralRules('en');

export function t(key: string, vars: Record<string, string | number> = {}): string {
  let text: Text | undefined = dictionary.value[key] ?? (en as Dictionary)[key];
  if (text === undefined) return key.startsWith('error.') ? t('error.unknown') : key;
  if (typeof text !== 'string') text = text[plural.select(Number(vars.n))] ?? text.other ?? '';
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(vars[name] ?? ''));
}

export async function setLanguage(code: string): Promise<void> {
  const load = LOADERS[code];
  dictionary.value = load ? (await load()).default : en;
  const used = load ? code : 'en';
  plural = new Intl.PluralRules(used);
  document.documentElement.lang = used;
  document.documentElement.dir = RTL.includes(used) ? 'rtl' : 'ltr';
  language.value = used;
}

/** The remembered language, else the first of the browser's that we have. */
export async function startLanguage(): Promise<void> {
  const wishes = [recall('lang'), ...navigator.languages].map((one) => one.slice(0, 2));
  const code = wishes.find((one) => one in LANGUAGES) ?? 'en';
  if (code !== 'en') await setLanguage(code).catch(() => undefined);
}

export async function chooseLanguage(code: string): Promise<void> {
  remember('lang', code);
  await setLanguage(code).catch(() => undefined);
}
