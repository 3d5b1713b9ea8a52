// Everybody in class; for a lecturer with one row of actions each.

import { useState } from 'preact/hooks';
import { classroom } from '../app';
import { t } from '../core/i18n';
import type { Member } from '../core/protocol';
import { audience, isLecturer, may, state } from '../core/state';
import { Icon } from '../ui/icon';
import { Sheet } from '../ui/sheet';
import { ClassSwitches, Lobby, Person } from './order';
import { closeSheet } from './panels';
import { PinForMe } from './views';
import { Weak } from './weak';

const RANK = { admin: 0, lecturer: 1, moderator: 2, interpreter: 3, student: 4, guest: 5, observer: 6 };

/** Nobody acts upon one of a higher role. */
function below(member: Member): boolean {
  return RANK[member.role] >= RANK[state.role.value];
}

function byRoleAndName(a: Member, b: Member): number {
  return RANK[a.role] - RANK[b.role] || a.name.localeCompare(b.name);
}

function Marks({ member }: { member: Member }) {
  return (
    <span class="marks">
      {member.screen ? <Icon name="share" /> : null}
      <Icon name={member.cam ? 'cam' : 'cam_off'} />
      <Icon name={member.mic ? 'mic' : 'mic_off'} />
      <span class="unseen">
        {t(member.mic ? 'people.mic_on' : 'people.mic_off')} {t(member.cam ? 'people.cam_on' : 'people.cam_off')}
      </span>
    </span>
  );
}

function Actions({ member, open, onOpen }: { member: Member; open: boolean; onOpen(): void }) {
  const pinned = state.pinned.value === member.id;
  const self = member.id === state.self.value;
  return (
    <span class="row-actions">
      <button
        type="button"
        class={pinned ? 'row-button is-on' : 'row-button'}
        data-act="pin"
        aria-pressed={pinned}
        aria-label={t('people.pin', { name: member.name })}
        title={t('people.pin', { name: member.name })}
        onClick={() => void classroom.act('pin.set', { member: pinned ? '' : member.id })}
      >
        <Icon name="pin" />
      </button>
      {self ? null : (
        <button
          type="button"
          class="row-button"
          data-act="mute"
          disabled={!member.mic}
          aria-label={t('people.mute', { name: member.name })}
          title={t('people.mute', { name: member.name })}
          onClick={() => void classroom.act('member.mute', { member: member.id })}
        >
          <Icon name="mic_off" />
        </button>
      )}
      {self || !below(member) ? null : (
        <button
          type="button"
          class={open ? 'row-button is-on' : 'row-button'}
          data-act="person"
          aria-expanded={open}
          aria-label={t('order.person', { name: member.name })}
          title={t('order.person', { name: member.name })}
          onClick={onOpen}
        >
          <Icon name="more" />
        </button>
      )}
    </span>
  );
}

function WeakMark() {
  return (
    <span class="weak-mark" title={t('weak.mark')}>
      <Icon name="quality" />
      <span class="unseen">{t('weak.mark')}</span>
    </span>
  );
}

export function People() {
  const members = [...state.members.value.values()].sort(byRoleAndName);
  const lecturer = isLecturer();
  const [person, setPerson] = useState('');
  const weak = new Set(state.links.value?.weak.map((one) => one.member));
  return (
    <Sheet name="people" title={t('people.n', { n: members.length + audience() })} onClose={closeSheet}>
      <Lobby />
      {lecturer ? <ClassSwitches /> : null}
      {may('links') ? <Weak /> : null}
      <ul class="rows">
        {members.map((member) => (
          <li key={member.id} class={member.state === 'away' ? 'row is-away' : 'row'} data-member={member.id}>
            <span class="grow row-name">
              <bdi>{member.name}</bdi>
              {member.id === state.self.value ? <em>{t('people.you')}</em> : null}
              {member.role !== 'student' ? <em>{t(`role.${member.role}`)}</em> : null}
              {member.state === 'away' ? <em>{t('tile.away')}</em> : null}
            </span>
            {weak.has(member.id) ? <WeakMark /> : null}
            <Marks member={member} />
            {member.id === state.self.value || member.role === 'observer' ? null : <PinForMe id={member.id} name={member.name} />}
            {lecturer ? (
              <Actions member={member} open={person === member.id} onOpen={() => setPerson(person === member.id ? '' : member.id)} />
            ) : null}
            {lecturer && person === member.id ? <Person member={member} /> : null}
          </li>
        ))}
      </ul>
      {audience() ? <p class="fine">{t('people.audience', { n: audience() })}</p> : null}
    </Sheet>
  );
}
