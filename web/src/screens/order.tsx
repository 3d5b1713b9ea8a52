// Keeping order: who waits outside, what the class may, and what one member may.

import { classroom } from '../app';
import { t } from '../core/i18n';
import type { Cap, Member } from '../core/protocol';
import { may, state } from '../core/state';
import { Icon } from '../ui/icon';
import { TwoStep } from '../ui/twostep';

/** Who knocked. */
export function Lobby() {
  const { n, waiting } = state.lobby.value;
  if (!n || !may('admit')) return null;
  return (
    <section class="lobby" aria-label={t('lobby.title', { n })}>
      <header class="lobby-head">
        <h3>{t('lobby.title', { n })}</h3>
        <button type="button" class="chip is-on" data-act="admit-all" onClick={() => void classroom.act('member.admit', { member: '' })}>
          {t('lobby.admit_all')}
        </button>
      </header>
      <ul class="rows">
        {waiting.map((one) => (
          <li key={one.id} class="row" data-waiting={one.id}>
            <span class="grow row-name">
              <bdi>{one.name}</bdi>
              {one.role !== 'student' ? <em>{t(`role.${one.role}`)}</em> : null}
            </span>
            <button
              type="button"
              class="chip"
              data-act="deny"
              aria-label={t('lobby.deny_name', { name: one.name })}
              onClick={() => void classroom.act('member.deny', { member: one.id })}
            >
              {t('lobby.deny')}
            </button>
            <button
              type="button"
              class="chip is-on"
              data-act="admit"
              aria-label={t('lobby.admit_name', { name: one.name })}
              onClick={() => void classroom.act('member.admit', { member: one.id })}
            >
              {t('lobby.admit')}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

const SWITCHES = ['locked', 'lobby', 'watch', 'unmute', 'camera', 'share', 'chat'] as const;

/** The switches of the class. */
export function ClassSwitches() {
  const policy = state.policy.value;
  return (
    <div class="layouts" role="group" aria-label={t('order.class')}>
      <button
        type="button"
        class="chip"
        data-act="mute-all"
        title={t('order.mute_all_why')}
        onClick={() => void classroom.act('member.mute', { member: '' })}
      >
        {t('people.mute_all')}
      </button>
      {SWITCHES.map((key) => (
        <button
          key={key}
          type="button"
          class={policy[key] ? 'chip is-on' : 'chip'}
          data-switch={key}
          aria-pressed={policy[key]}
          onClick={() => void classroom.act('room.set', { [key]: !policy[key] })}
        >
          {t(`order.${key}`)}
        </button>
      ))}
    </div>
  );
}

const PERSONAL: Cap[] = ['speak', 'camera', 'share', 'chat'];

type Word = 'grant' | 'deny' | 'usual';

/** What is said of it now. */
export function wordOf(member: Pick<Member, 'grants' | 'denies'>, cap: Cap): Word {
  if (member.grants?.includes(cap)) return 'grant';
  return member.denies?.includes(cap) ? 'deny' : 'usual';
}

/** As usual, allowed in spite of the class, denied in spite of it, and round again. */
export const NEXT: Record<Word, Word> = { usual: 'deny', deny: 'grant', grant: 'usual' };

const PARTS = ['interpreter', 'guest'] as const;

/** The places that some layouts keep. */
function PartChips({ member }: { member: Member }) {
  return (
    <span class="chips" role="group" aria-label={t('order.part')}>
      {PARTS.map((part) => {
        const on = state.parts.value[part] === member.id;
        return (
          <button
            key={part}
            type="button"
            class={on ? 'chip is-on' : 'chip'}
            data-part={part}
            aria-pressed={on}
            onClick={() => void classroom.act('layout.part', { part, member: on ? '' : member.id })}
          >
            {t(`part.${part}`)}
          </button>
        );
      })}
    </span>
  );
}

/** All about one member. */
export function Person({ member }: { member: Member }) {
  return (
    <div class="person" role="group" aria-label={t('order.person', { name: member.name })}>
      {PERSONAL.map((cap) => {
        const word = wordOf(member, cap);
        return (
          <button
            key={cap}
            type="button"
            class={`chip is-${word}`}
            data-cap={cap}
            data-word={word}
            onClick={() => void classroom.act('member.allow', { member: member.id, [NEXT[word]]: [cap] })}
          >
            {t(`cap.${cap}`)}: {t(`word.${word}`)}
          </button>
        );
      })}
      {may('layout') ? <PartChips member={member} /> : null}
      {member.cam ? (
        <button
          type="button"
          class="row-button"
          data-act="cam-off"
          onClick={() => void classroom.act('member.mute', { member: member.id, what: 'camera' })}
        >
          <Icon name="cam_off" />
          <span>{t('order.cam_off')}</span>
        </button>
      ) : null}
      <TwoStep
        act="remove"
        icon="remove"
        label={t('people.remove', { name: member.name })}
        sure={t('people.remove_sure')}
        onConfirm={() => void classroom.act('member.remove', { member: member.id })}
      />
    </div>
  );
}
