// The class works in groups: where one is, how long still, and the ways to and fro.

import { useState } from 'preact/hooks';
import { classroom } from '../app';
import { clock } from '../core/format';
import { t } from '../core/i18n';
import type { Breakout } from '../core/protocol';
import { may, state } from '../core/state';
import { groupLeftMs, groupTitle } from '../core/tools';
import { openSheet } from './panels';
import { useSecond } from './topbar';

/** "4:10"; nothing where there is no end. */
export function GroupTime({ of }: { of: Breakout }) {
  useSecond();
  const left = groupLeftMs(of, Date.now() + state.clockSkewMs.value);
  if (left === null) return null;
  return (
    <span class={of.closing ? 'mono group-time is-closing' : 'mono group-time'} role="timer">
      {t('groups.left', { time: clock(Math.ceil(left / 1000) * 1000) })}
    </span>
  );
}

const go = (group: number) => void classroom.act('breakout.join', { group });

function Choice({ of }: { of: Breakout }) {
  const [group, setGroup] = useState(of.own || of.groups[0]?.group || 1);
  return (
    <>
      <select
        class="chip"
        data-act="group-choose"
        aria-label={t('groups.choose')}
        value={group}
        onChange={(event) => setGroup(Number(event.currentTarget.value))}
      >
        {of.groups.map((one) => (
          <option key={one.group} value={one.group}>
            {`${groupTitle(one.title)} (${one.n})`}
          </option>
        ))}
      </select>
      <button type="button" class="chip is-on" data-act="group-join" onClick={() => go(group)}>
        {t('groups.join')}
      </button>
    </>
  );
}

function words(of: Breakout): string {
  const here = of.groups.find((one) => one.group === of.at);
  if (of.at) return t('groups.in', { title: groupTitle(here?.title ?? String(of.at)) });
  return t(of.how === 'self' && !may('moderate') ? 'groups.choose_now' : 'groups.running', { n: of.n });
}

/** For who is in a group, or could be. */
function Buttons({ of }: { of: Breakout }) {
  const here = of.groups.find((one) => one.group === of.at);
  const staff = may('moderate');
  if (!of.at) {
    if (staff) return null;
    if (of.how === 'self') return <Choice of={of} />;
    return of.own ? (
      <button type="button" class="chip is-on" data-act="group-own" onClick={() => go(of.own)}>
        {t('groups.to_own')}
      </button>
    ) : null;
  }
  return (
    <>
      {staff ? null : (
        <button
          type="button"
          class={here?.calls ? 'chip is-on' : 'chip'}
          data-act="group-help"
          aria-pressed={here?.calls ?? false}
          onClick={() => void classroom.act('breakout.call', { on: !here?.calls })}
        >
          {t(here?.calls ? 'groups.help_asked' : 'groups.help')}
        </button>
      )}
      <button type="button" class="chip" data-act="group-back" onClick={() => go(0)}>
        {t('groups.back')}
      </button>
    </>
  );
}

export function GroupBanner() {
  const of = state.breakout.value;
  if (!of) return null;
  const calls = may('moderate') ? of.groups.filter((one) => one.calls).length : 0;
  return (
    <section class="group-banner" aria-label={t('groups')} data-group={of.at}>
      <span class="grow" role="status">
        {words(of)} <GroupTime of={of} />
      </span>
      <Buttons key={`${of.own}/${of.at}`} of={of} />
      {may('moderate') ? (
        <button type="button" class={calls ? 'chip is-on' : 'chip'} data-act="groups-open" aria-haspopup="dialog" onClick={() => openSheet('groups')}>
          {calls ? t('groups.calls', { n: calls }) : t('groups')}
        </button>
      ) : null}
    </section>
  );
}
