// All that is set for a class: its kind and switches, who hears whom, links, interpreters, bans.

import { useEffect, useState } from 'preact/hooks';
import { classroom } from '../../app';
import { t } from '../../core/i18n';
import { may, state } from '../../core/state';
import { orBack } from '../../ui/choose';
import { CopyLink } from '../../ui/copy';
import { Sheet } from '../../ui/sheet';
import { RuleChoice } from '../hearing';
import { ClassSwitches } from '../order';
import { closeSheet } from '../panels';
import { Interpreters } from './interpreters';

const KINDS = ['discussion', 'lecture', 'seminar', 'exam', 'one-to-one'];

function Kind() {
  const { kind } = state.policy.value;
  if (!may('room')) return <p>{t(`kind.${kind}`)}</p>;
  return (
    <label class="switch">
      <span class="grow">
        {t('steer.kind')}
        <small>{t(`kind.${kind}.why`)}</small>
      </span>
      <select data-act="kind" value={kind} onChange={(event) => void orBack(event.currentTarget, kind, classroom.act('room.set', { kind: event.currentTarget.value }))}>
        {KINDS.map((one) => (
          <option key={one} value={one}>
            {t(`kind.${one}`)}
          </option>
        ))}
      </select>
    </label>
  );
}

interface RoleLink {
  role: string;
  url: string;
}

function Links() {
  const [links, setLinks] = useState<RoleLink[]>([]);
  useEffect(() => {
    classroom.request('room.links').then(
      (reply) => setLinks((reply.links as RoleLink[]) ?? []),
      () => undefined,
    );
  }, []);
  return (
    <section aria-label={t('steer.links')}>
      <h3>{t('steer.links')}</h3>
      <p class="fine">{t('steer.links_why')}</p>
      {links.map(({ role, url }) => (
        <CopyLink key={role} name={`role-${role}`} label={t(`steer.role.${role}`)} url={url} />
      ))}
    </section>
  );
}

interface Ban {
  id: string;
  name: string;
  since_ms: number;
}

function Bans() {
  const [bans, setBans] = useState<Ban[]>([]);
  const load = () =>
    classroom.request('member.bans').then(
      (reply) => setBans((reply.bans as Ban[]) ?? []),
      () => undefined,
    );
  useEffect(() => void load(), []);
  const unban = async (id: string) => {
    await classroom.act('member.unban', { id });
    await load();
  };
  return (
    <section aria-label={t('steer.bans')}>
      <h3>{t('steer.bans')}</h3>
      {bans.length ? null : <p class="fine">{t('steer.no_bans')}</p>}
      <ul class="rows">
        {bans.map((one) => (
          <li key={one.id} class="row" data-ban={one.id}>
            <span class="grow row-name">
              <bdi>{one.name}</bdi> <em>{new Date(one.since_ms).toLocaleString()}</em>
            </span>
            <button
              type="button"
              class="row-button"
              data-act="unban"
              aria-label={t('steer.unban_name', { name: one.name })}
              onClick={() => void unban(one.id)}
            >
              {t('steer.unban')}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function ClassSheet() {
  const group = !!state.room.value.parent;
  return (
    <Sheet name="class" title={t('steer.class')} onClose={closeSheet}>
      <Kind />
      <h3>{t('order.class')}</h3>
      <ClassSwitches />
      {may('room') ? <RuleChoice /> : null}
      {may('room') && !group ? <Links /> : null}
      {may('room') ? <Interpreters /> : null}
      {group ? null : <Bans />}
    </Sheet>
  );
}
