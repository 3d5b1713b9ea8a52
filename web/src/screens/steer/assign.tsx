// People in boxes, one a group: moved by a list beside each name, or by dragging the name.

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { t } from '../../core/i18n';
import type { GroupMember } from '../../core/protocol';
import { groupTitle } from '../../core/tools';

const KIND = 'text/aula-member';

interface Place {
  group: number; // 0: the class
  title: string;
}

interface RowProps {
  one: GroupMember;
  group: number;
  places: Place[];
  onMove(member: string, group: number): void;
}

export function PersonRow({ one, group, places, onMove }: RowProps) {
  return (
    <li
      class="row group-person"
      draggable
      data-member={one.id}
      onDragStart={(event) => {
        event.dataTransfer?.setData(KIND, one.id);
        if (event.dataTransfer) event.dataTransfer.effectAllowed = 'move';
      }}
    >
      <bdi class="grow">{one.name}</bdi>
      <select
        class="chip"
        data-act="assign"
        aria-label={t('steer.group_of', { name: one.name })}
        value={group}
        onChange={(event) => onMove(one.id, Number(event.currentTarget.value))}
      >
        {places.map((place) => (
          <option key={place.group} value={place.group}>
            {place.group ? groupTitle(place.title) : t('steer.no_group')}
          </option>
        ))}
      </select>
    </li>
  );
}

interface BoxProps {
  group: number;
  head: ComponentChildren;
  people: GroupMember[];
  places: Place[];
  calls?: boolean;
  label: string;
  onMove(member: string, group: number): void;
}

export function GroupBox({ group, head, people, places, calls, label, onMove }: BoxProps) {
  const [over, setOver] = useState(false);
  const mine = (event: DragEvent) => event.dataTransfer?.types.includes(KIND) ?? false;
  return (
    <section
      class={['group-box', over && 'is-over', calls && 'is-calling'].filter(Boolean).join(' ')}
      aria-label={label}
      data-box={group}
      onDragOver={(event) => {
        if (!mine(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const member = event.dataTransfer?.getData(KIND);
        if (member) onMove(member, group);
      }}
    >
      <header class="group-head">{head}</header>
      {people.length ? (
        <ul class="rows">
          {people.map((one) => (
            <PersonRow key={one.id} one={one} group={group} places={places} onMove={onMove} />
          ))}
        </ul>
      ) : (
        <p class="fine">{t('steer.nobody')}</p>
      )}
    </section>
  );
}
