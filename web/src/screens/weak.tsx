// For the lecturer: whose link is weak, what they get, and how it was in the last minutes.

import { useEffect, useState } from 'preact/hooks';
import { classroom } from '../app';
import { t } from '../core/i18n';
import { LEVELS, summary } from '../core/levels';
import type { LinkMinute, Links, WeakLink } from '../core/protocol';
import { state } from '../core/state';

const LOSSY = 5;

function words(link: WeakLink): string {
  return t('weak.line', {
    level: t(`level.${link.level}`),
    why: t(`weak.why.${link.why}`),
    loss: link.loss,
    rtt: link.rtt_ms,
  });
}

function Bars({ minutes }: { minutes: LinkMinute[] }) {
  return (
    <div class="minutes" aria-hidden="true">
      {minutes.map((one, i) => (
        <i
          key={i}
          data-level={one.level}
          data-lossy={one.loss >= LOSSY}
          style={{ blockSize: `${(100 * (LEVELS.indexOf(one.level) + 1)) / LEVELS.length}%` }}
        />
      ))}
    </div>
  );
}

function inWords(minutes: LinkMinute[]): string {
  const { spans, loss, changes } = summary(minutes);
  const each = spans.map(({ level, n }) => `${t(`level.${level}`)}: ${t('weak.minutes', { n })}`);
  return [...each, t('weak.loss', { loss }), t('weak.changes', { n: changes })].join('; ');
}

export function History({ member, code = '' }: { member: string; code?: string }) {
  const [minutes, setMinutes] = useState<LinkMinute[] | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    classroom.linkHistory(member, code).then(
      (reply) => setMinutes(reply.minutes ?? []),
      () => setFailed(true),
    );
  }, [member, code]);
  if (failed) return <p class="fine">{t('error.unknown')}</p>;
  if (!minutes) return <p class="fine">{t('connecting')}</p>;
  if (!minutes.length) return <p class="fine">{t('weak.new')}</p>;
  return (
    <>
      <Bars minutes={minutes} />
      <p class="fine">
        {t('weak.history', { n: minutes.length })} {inWords(minutes)}
      </p>
    </>
  );
}

function Row({ link }: { link: WeakLink }) {
  const [open, setOpen] = useState(false);
  const name = state.members.value.get(link.member)?.name ?? '';
  return (
    <li data-weak={link.member}>
      <button type="button" class="switch" data-act="weak" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span class="grow">
          <bdi>{name}</bdi>
          <small>{words(link)}</small>
        </span>
      </button>
      {open ? <History member={link.member} /> : null}
    </li>
  );
}

function counts(links: Links): string {
  return [...LEVELS]
    .reverse()
    .filter((level) => links.levels[level])
    .map((level) => `${t(`level.${level}`)}: ${links.levels[level]}`)
    .join(' · ');
}

export function Weak() {
  const links = state.links.value;
  if (!links) return null;
  const { weak, n_weak } = links;
  return (
    <section class="weak" aria-label={t('weak.title', { n: n_weak })}>
      <h3>{t('weak.title', { n: n_weak })}</h3>
      <p class="fine">{counts(links)}</p>
      <ul class="weak-rows">
        {weak.map((link) => (
          <Row key={link.member} link={link} />
        ))}
      </ul>
      {n_weak > weak.length ? <p class="fine">{t('weak.others', { n: n_weak - weak.length })}</p> : null}
    </section>
  );
}
