// Who wants to speak: the own hand with its number, and for the lecturer the queue.

import { classroom } from '../app';
import { clock } from '../core/format';
import { t } from '../core/i18n';
import { type HandRow, Refusal } from '../core/protocol';
import { may, notify, state } from '../core/state';
import { Action } from '../ui/action';
import { Icon } from '../ui/icon';
import { Sheet } from '../ui/sheet';
import { closeSheet, openSheet } from './panels';
import { useSecond } from './topbar';

/** Who may call looks at the queue, all others raise or lower their hand. */
export function pressHand(): void {
  if (may('moderate')) openSheet('hands');
  else if (may('hand')) void setHand(!state.hand.value.at);
}

async function setHand(on: boolean): Promise<void> {
  try {
    const reply = await classroom.request('hand.set', { on });
    state.hand.value = { ...state.hand.value, at: Number(reply.at) };
  } catch (why) {
    notify(`error.${why instanceof Refusal ? why.code : 'unknown'}`);
  }
}

export function HandButton() {
  const { n } = state.hands.value;
  if (may('moderate')) {
    return (
      <Action act="hand" icon="hand" label={t('hands')} hint={t('hands.open', { n })} badge={n} keys="H" onClick={pressHand} />
    );
  }
  if (!may('hand')) return null;
  const { at } = state.hand.value;
  return (
    <Action
      act="hand"
      icon="hand"
      label={at ? t('hand.at', { n: at }) : t('hand')}
      hint={at ? t('hand.lower_own', { n: at, all: Math.max(n, at) }) : t('hand.raise')}
      pressed={at > 0}
      keys="H"
      onClick={pressHand}
    />
  );
}

function Waited({ row }: { row: HandRow }) {
  useSecond();
  return <span class="mono soft">{clock(Date.now() + state.clockSkewMs.value - row.since_ms)}</span>;
}

function Row({ row, place }: { row: HandRow; place: number }) {
  return (
    <>
      <span class="grow hand-name">
        <b>{place}</b> <bdi>{row.name}</bdi> <Waited row={row} />
      </span>
      <span class="row-actions">
        <button
          type="button"
          class="row-button is-on"
          data-act="hand-call"
          aria-label={t('hands.call_name', { name: row.name })}
          onClick={() => void classroom.act('hand.call', { member: row.member })}
        >
          {t('hands.call')}
        </button>
        <button
          type="button"
          class="row-button"
          data-act="hand-lower"
          aria-label={t('hands.lower_name', { name: row.name })}
          onClick={() => void classroom.act('hand.lower', { member: row.member })}
        >
          {t('hands.lower')}
        </button>
      </span>
    </>
  );
}

function Floor() {
  const { floor, floor_name: name } = state.hands.value;
  if (!floor) return null;
  return (
    <div class="row hand-row" data-floor={floor}>
      <span class="grow hand-name">{t('hands.floor', { name })}</span>
      <button type="button" class="row-button" data-act="hand-done" onClick={() => void classroom.act('hand.done')}>
        {t('hand.done')}
      </button>
    </div>
  );
}

/** The first of them, where it is seen at once. */
export function HandStrip() {
  const { n, list, floor } = state.hands.value;
  const first = list[0];
  if (!may('moderate') || (!first && !floor)) return null;
  return (
    <section class="hand-strip" aria-label={t('hands')}>
      <Floor />
      {first ? (
        <div class="row hand-row" data-hand={first.member}>
          <Icon name="hand" />
          <Row row={first} place={1} />
          {n > 1 ? (
            <button type="button" class="row-button" data-act="hands-all" onClick={() => openSheet('hands')}>
              {t('hands.n', { n })}
            </button>
          ) : null}
        </div>
      ) : null}
    </section>
  );
}

export function HandsSheet() {
  const { n, list } = state.hands.value;
  return (
    <Sheet name="hands" title={t('hands.n', { n })} onClose={closeSheet}>
      <Floor />
      {n ? null : <p class="fine">{t('hands.none')}</p>}
      <ol class="rows">
        {list.map((row, i) => (
          <li key={row.member} class="row" data-hand={row.member}>
            <Row row={row} place={i + 1} />
          </li>
        ))}
      </ol>
      {n > list.length ? <p class="fine">{t('hands.more', { n: n - list.length })}</p> : null}
      {n > 1 ? (
        <button type="button" class="row-button" data-act="hands-clear" onClick={() => void classroom.act('hand.clear')}>
          {t('hands.clear')}
        </button>
      ) : null}
    </Sheet>
  );
}
