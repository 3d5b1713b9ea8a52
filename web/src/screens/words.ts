// What is received, and what it costs, in plain words.

import { roughly } from '../core/format';
import { t } from '../core/i18n';
import { mbPerHour, type Cost } from '../core/levels';
import type { Level, Why } from '../core/protocol';

export function costWords(cost: Cost): string {
  return t(cost.upTo ? 'cost.up_to' : 'cost.about', { mb: roughly(mbPerHour(cost.kbps)) });
}

/** "Small picture: your link carries no more now" */
export function levelWords(level: Level, why: Why | ''): string {
  return why ? t('quality.now', { level: t(`level.${level}`), why: t(`why.${why}`) }) : t(`level.${level}`);
}
