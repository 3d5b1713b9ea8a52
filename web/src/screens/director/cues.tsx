// The cue list: taken by one key, or when their time comes.

import { useState } from 'preact/hooks';
import { classroom } from '../../app';
import { director, nextTime, type Cue } from '../../core/director';
import { clock } from '../../core/format';
import { t } from '../../core/i18n';
import { state } from '../../core/state';
import { Icon } from '../../ui/icon';
import { TwoStep } from '../../ui/twostep';
import { layoutLabel, offeredLayouts } from '../lecturerbar';
import { useSecond } from '../topbar';
import { go } from './take';

export const next = () => go(0);

const hours = (ms: number) => new Date(ms).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });

function When({ cue }: { cue: Cue }) {
  useSecond();
  const left = (cue.due_ms ?? 0) - (Date.now() + state.clockSkewMs.value);
  let text = t('director.by_hand');
  if (cue.at_ms !== undefined) text = t('director.at', { time: hours(cue.at_ms - state.clockSkewMs.value) });
  else if (cue.after_s !== undefined) text = t('director.after', { s: cue.after_s });
  return (
    <small>
      {text}
      {cue.due_ms !== undefined && left > 0 ? <b class="mono"> {t('director.in', { time: clock(Math.ceil(left / 1000) * 1000) })}</b> : null}
      {cue.missed ? <em> {t('director.missed')}</em> : null}
    </small>
  );
}

function Row({ cue, at }: { cue: Cue; at: number }) {
  const { current, next: following } = director.cues.value;
  const { name } = cue;
  const mark = cue.id === current ? ' is-current' : cue.id === following ? ' is-next' : '';
  return (
    <li class={`cue${mark}`} data-cue={cue.id} aria-current={cue.id === current ? 'step' : undefined}>
      <span class="cue-text">
        <bdi>{name}</bdi> {cue.layout ? <small>{layoutLabel(cue.layout)}</small> : null}
        {cue.id === current ? <small>{t('director.current')}</small> : null}
        <When cue={cue} />
      </span>
      <button type="button" class="chip" data-act="cue-go" aria-label={t('director.go_name', { name })} onClick={() => void go(cue.id)}>
        {t('director.go')}
      </button>
      <button
        type="button"
        class="chip"
        data-act="cue-up"
        disabled={at === 0}
        aria-label={t('director.up', { name })}
        onClick={() => void classroom.act('cue.move', { id: cue.id, to: at - 1 })}
      >
        ↑
      </button>
      <button
        type="button"
        class="chip"
        data-act="cue-delete"
        aria-label={t('director.delete', { name })}
        onClick={() => void classroom.act('cue.delete', { id: cue.id })}
      >
        <Icon name="close" />
      </button>
    </li>
  );
}

type Way = 'hand' | 'at' | 'after';

function Add() {
  const air = state.layout.value?.name ?? '';
  const [name, setName] = useState('');
  const [layout, setLayout] = useState(air);
  const [pin, setPin] = useState('same');
  const [way, setWay] = useState<Way>('hand');
  const [time, setTime] = useState('');
  const [seconds, setSeconds] = useState('30');
  const add = async (event: Event) => {
    event.preventDefault();
    const at = nextTime(time, Date.now()) + state.clockSkewMs.value;
    const d = {
      name: name.trim() || layoutLabel(layout),
      layout,
      pin,
      ...(way === 'at' && { at_ms: Math.round(at) }),
      ...(way === 'after' && { after_s: Math.max(0, Math.round(Number(seconds))) }),
    };
    if (way === 'at' && Number.isNaN(at)) return;
    if (await classroom.act('cue.put', d)) setName('');
  };
  return (
    <form class="cue-form" onSubmit={(event) => void add(event)}>
      <label>
        {t('director.name')}
        <input id="cue-name" dir="auto" maxLength={64} value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <label>
        {t('director.layout')}
        <select id="cue-layout" value={layout} onChange={(event) => setLayout(event.currentTarget.value)}>
          <option value="">{t('director.same')}</option>
          {[...new Set([...(air ? [air] : []), ...offeredLayouts(state.layouts.value)])].map((one) => (
            <option key={one} value={one}>
              {layoutLabel(one)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t('director.front')}
        <select id="cue-pin" value={pin} onChange={(event) => setPin(event.currentTarget.value)}>
          <option value="same">{t('director.same')}</option>
          <option value="">{t('director.nobody')}</option>
          {[...state.members.value.values()].map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t('director.when')}
        <select id="cue-when" value={way} onChange={(event) => setWay(event.currentTarget.value as Way)}>
          <option value="hand">{t('director.when_hand')}</option>
          <option value="at">{t('director.when_at')}</option>
          <option value="after">{t('director.when_after')}</option>
        </select>
      </label>
      {way === 'at' ? (
        <label>
          {t('director.time')}
          <input id="cue-time" type="time" step={1} required value={time} onInput={(event) => setTime(event.currentTarget.value)} />
        </label>
      ) : null}
      {way === 'after' ? (
        <label>
          {t('director.seconds')}
          <input id="cue-after" type="number" min={0} max={86400} required value={seconds} onInput={(event) => setSeconds(event.currentTarget.value)} />
        </label>
      ) : null}
      <button type="submit" class="chip is-on" data-act="cue-add">
        {t('director.add')}
      </button>
    </form>
  );
}

export function Cues() {
  const { cues, next: following } = director.cues.value;
  const coming = cues.find((one) => one.id === following);
  return (
    <div class="cues-part">
      <header class="cues-head">
        <h2>{t('director.cues')}</h2>
        <button type="button" class="chip" data-act="cue-next" aria-keyshortcuts="N" disabled={!coming} onClick={() => void next()}>
          <kbd>N</kbd> {coming ? t('director.next_name', { name: coming.name }) : t('director.next')}
        </button>
      </header>
      {cues.length ? (
        <ol class="cues">
          {cues.map((cue, i) => (
            <Row key={cue.id} cue={cue} at={i} />
          ))}
        </ol>
      ) : (
        <p class="fine">{t('director.no_cues')}</p>
      )}
      <Add />
      {cues.length > 1 ? (
        <TwoStep
          act="cue-clear"
          icon="close"
          label={t('director.clear')}
          sure={t('director.clear_sure')}
          onConfirm={() => void classroom.act('cue.clear')}
        />
      ) : null}
    </div>
  );
}
