// Who hears whom: a lecturer's rule for the class, and the language that one listens to.

import { classroom } from '../app';
import { t } from '../core/i18n';
import type { HearingRule } from '../core/protocol';
import { state } from '../core/state';
import { orBack } from '../ui/choose';
import { Icon } from '../ui/icon';

const RULES: HearingRule[] = ['all', 'lecturers', 'apart'];

function choose(select: HTMLSelectElement, was: string, d: object): void {
  void orBack(select, was, classroom.act('class.hearing', d));
}

export function RuleChoice() {
  return (
    <label class="switch">
      <Icon name="people" />
      <span class="grow">{t('hearing')}</span>
      <select
        data-act="hearing"
        value={state.hearing.value.rule}
        onChange={(event) => choose(event.currentTarget, state.hearing.value.rule, { rule: event.currentTarget.value })}
      >
        {RULES.map((rule) => (
          <option key={rule} value={rule}>
            {t(`hearing.${rule}`)}
          </option>
        ))}
      </select>
    </label>
  );
}

export function SeesChoice() {
  const { rule, sees } = state.hearing.value;
  return (
    <label class="switch">
      <Icon name="cam" />
      <span class="grow">{t('seeing')}</span>
      <select
        data-act="seeing"
        value={sees ?? 'all'}
        onChange={(event) => choose(event.currentTarget, sees ?? 'all', { rule, sees: event.currentTarget.value })}
      >
        {RULES.map((one) => (
          <option key={one} value={one}>
            {t(`seeing.${one}`)}
          </option>
        ))}
      </select>
    </label>
  );
}

async function listenTo(channel: string): Promise<boolean> {
  const done = await classroom.act('sound.channel', { channel });
  if (done) state.channel.value = channel;
  return done;
}

/** Nothing while nobody interprets in this class. */
export function ChannelChoice() {
  const { languages } = state.hearing.value;
  if (!languages.length) return null;
  return (
    <label class="switch">
      <Icon name="sound" />
      <span class="grow">{t('channel')}</span>
      <select data-act="channel" value={state.channel.value} onChange={(event) => void orBack(event.currentTarget, state.channel.value, listenTo(event.currentTarget.value))}>
        <option value="">{t('channel.floor')}</option>
        {languages.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
