// Style and texts of a part of the page that is loaded late.

import { addTexts, type Texts } from '../core/i18n';

function loadStyle(href: string): Promise<void> {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = href;
  return new Promise((ok) => {
    link.onload = link.onerror = () => ok(); // plain is better than nothing
    document.head.append(link);
  });
}

/** Resolves when both are there, or cannot be had. */
export async function dress(style: string, texts: Texts): Promise<void> {
  await Promise.all([loadStyle(style), addTexts(texts).catch(() => undefined)]);
}
