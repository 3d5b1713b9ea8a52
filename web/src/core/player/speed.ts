// How fast a recording is played.

import { language } from '../i18n';

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];

export function readSpeed(text: string): number {
  const speed = Number(text);
  return SPEEDS.includes(speed) ? speed : 1;
}

/** The next one of them; at the end it stays. */
export function nextSpeed(speed: number, by: 1 | -1): number {
  const rest = by > 0 ? SPEEDS.filter((one) => one > speed) : SPEEDS.filter((one) => one < speed).reverse();
  return rest[0] ?? speed;
}

/** "1.25×" */
export function speedText(speed: number): string {
  return `${new Intl.NumberFormat(language.value, { maximumFractionDigits: 2 }).format(speed)}×`;
}
