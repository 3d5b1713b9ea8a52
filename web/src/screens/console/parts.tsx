// Small parts that all tabs of the console use.

import type { ComponentChildren } from 'preact';
import { go, pathOf, type Place } from '../../core/admin/place';
import { t } from '../../core/i18n';
import { desk } from './desk';

/** A link inside the console; the browser's own ways with links stay. */
export function Go(props: { to: Place; class?: string; act?: string; label?: string; current?: boolean; children: ComponentChildren }) {
  const follow = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(props.to);
  };
  return (
    <a
      href={pathOf(props.to)}
      class={props.class}
      data-act={props.act}
      aria-label={props.label}
      aria-current={props.current ? 'page' : undefined}
      onClick={follow}
    >
      {props.children}
    </a>
  );
}

/** What was done last, or why it was not. */
export function Said() {
  const said = desk.said.value;
  return (
    <div class="con-said" role="status" data-said={said.key} data-bad={said.bad}>
      {said.key ? (
        <p class={said.bad ? 'error' : 'con-done'} key={said.n}>
          <span aria-hidden="true">{said.bad ? '⚠ ' : '✓ '}</span>
          {t(said.key, said.vars)}
          {said.why ? <span lang="en"> ({said.why})</span> : null}
        </p>
      ) : null}
    </div>
  );
}

/** Nothing yet: because it is asked for, because it was refused, or because there is none. */
export function Nothing({ asked, none }: { asked: { data: unknown; error: string }; none: string }) {
  if (asked.error) {
    return (
      <p class="error" role="alert">
        {t(`error.${asked.error}`)}
      </p>
    );
  }
  return <p class="fine con-none">{asked.data ? none : t('con.loading')}</p>;
}

export function Search(props: { id: string; label: string; value: string; onInput(text: string): void }) {
  return (
    <label class="con-field con-search">
      <span>{props.label}</span>
      <input id={props.id} type="search" dir="auto" value={props.value} onInput={(event) => props.onInput(event.currentTarget.value)} />
    </label>
  );
}

export function Choice<T extends string>(props: {
  id: string;
  label: string;
  value: T;
  options: readonly T[];
  text(option: T): string;
  onChange(value: NoInfer<T>): void;
}) {
  return (
    <label class="con-field">
      <span>{props.label}</span>
      <select id={props.id} value={props.value} onChange={(event) => props.onChange(event.currentTarget.value as T)}>
        {props.options.map((one) => (
          <option key={one} value={one}>
            {props.text(one)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A switch that shows what is, not what was wished. */
export function Switch(props: { act: string; label: string; more?: string; on: boolean; onChange(on: boolean): void }) {
  return (
    <button type="button" class="switch" role="switch" data-act={props.act} aria-checked={props.on} onClick={() => props.onChange(!props.on)}>
      <span class="grow">
        {props.label}
        {props.more ? <small>{props.more}</small> : null}
      </span>
      <span class="knob" aria-hidden="true" />
    </button>
  );
}

/** A table that can be scrolled by the keyboard where it is wider than the window. */
export function Table({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div class="con-scroll" role="region" aria-label={label} tabIndex={0}>
      <table class="con-table">{children}</table>
    </div>
  );
}
