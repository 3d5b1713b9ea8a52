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

/** A dictionary by language, loaded when it is needed. */
export type Texts = Record<string, () => Promise<{ default: Dictionary }>>;

const dictionary = signal<Dictionary>(en);
const parts: Texts[] = []; // of what was loaded later
export const language = signal('en');
let plural = new Intl.PluralRules('en');

export function t(key: string, vars: Record<string, string | number> = {}): string {
  let text: Text | undefined = dictionary.value[key] ?? (en as Dictionary)[key];
  if (text === undefined) return key.startsWith('error.') ? t('error.unknown') : key;
  if (typeof text !== 'string') text = text[plural.select(Number(vars.n))] ?? text.other ?? '';
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(vars[name] ?? ''));
}

let wanted = 'en';
let turn: Promise<void> = Promise.resolve(); // one load after the other: the last one knows of all parts

export function setLanguage(code: string): Promise<void> {
  wanted = LOADERS[code] ? code : 'en';
  turn = turn.catch(() => undefined).then(load);
  return turn;
}

async function load(): Promise<void> {
  const used = wanted;
  const all = [...parts.map((part) => part[used]?.()), LOADERS[used]?.()];
  const texts = (await Promise.all(all)).map((one) => one?.default ?? {});
  dictionary.value = Object.assign({}, en, ...texts) as Dictionary;
  plural = new Intl.PluralRules(used);
  document.documentElement.lang = used;
  document.documentElement.dir = RTL.includes(used) ? 'rtl' : 'ltr';
  language.value = used;
}

/** Texts of a part of the page that is loaded late; resolves when they are there. */
export async function addTexts(texts: Texts): Promise<void> {
  if (!parts.includes(texts)) parts.push(texts);
  await setLanguage(wanted);
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
