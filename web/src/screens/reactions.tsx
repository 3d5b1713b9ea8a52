// Short signs over the picture: the buttons for them, and what the class has sent in the last seconds.

import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { classroom } from '../app';
import { t } from '../core/i18n';
import { may, state } from '../core/state';
import { dropReactions, SIGNS } from '../core/tools';
import { Icon } from '../ui/icon';

const open = signal(false);

export function toggleSigns(): void {
  open.value = !open.value;
}

function send(sign: string): void {
  void classroom.act('react', { sign });
  close();
}

/** The focus stays in the class: on the button that opened it. */
function close(): void {
  open.value = false;
  document.querySelector<HTMLElement>('[data-act=react]')?.focus();
}

function onKey(event: KeyboardEvent): void {
  if (event.key === 'Escape' && open.value) close();
}

function Shown() {
  const some = state.reactions.value.length > 0;
  useEffect(() => {
    if (!some) return undefined;
    const timer = setInterval(() => dropReactions(Date.now()), 500);
    return () => clearInterval(timer);
  }, [some]);
  return (
    <div class="reactions" aria-hidden="true">
      {state.reactions.value.map(({ key, sign, n }) => (
        <span key={key} class="reaction" data-sign={sign}>
          {sign} {n > 1 ? <b>{n}</b> : null}
        </span>
      ))}
    </div>
  );
}

export function Reactions() {
  return (
    <>
      <Shown />
      <div class="signs" hidden={!may('react')} onKeyDown={onKey}>
        {open.value ? (
          <span class="signs-row" role="group" aria-label={t('react')}>
            {SIGNS.map((sign, i) => (
              <button key={sign} type="button" class="sign" data-sign={sign} aria-label={`${t(`react.${i}`)} ${sign}`} onClick={() => send(sign)}>
                {sign}
              </button>
            ))}
          </span>
        ) : null}
        <button
          type="button"
          class="sign"
          data-act="react"
          aria-expanded={open.value}
          aria-label={t('react')}
          aria-keyshortcuts="R"
          title={`${t('react')} (R)`}
          onClick={toggleSigns}
        >
          <Icon name="smile" />
        </button>
      </div>
    </>
  );
}
