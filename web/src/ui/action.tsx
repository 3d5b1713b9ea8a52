// A button with an icon above a word.

import { Icon } from './icon';

interface Props {
  act: string; // a stable name, for tests and styles
  icon: string;
  label: string;
  hint?: string; // the longer accessible name
  pressed?: boolean;
  off?: boolean; // drawn as switched off
  busy?: boolean;
  barred?: string; // why it may not be used now; it can still be asked for that
  danger?: boolean;
  badge?: number;
  keys?: string;
  onClick(): void;
}

export function Action(props: Props) {
  const classes = ['action', props.off && 'is-off', props.danger && 'is-danger', props.barred && 'is-barred', props.pressed && 'is-on'];
  return (
    <button
      type="button"
      class={classes.filter(Boolean).join(' ')}
      data-act={props.act}
      aria-pressed={props.pressed}
      aria-label={props.barred ? `${props.label}: ${props.barred}` : props.hint}
      aria-disabled={props.barred ? true : undefined}
      aria-keyshortcuts={props.keys}
      title={props.barred ?? (props.keys ? `${props.hint ?? props.label} (${props.keys})` : props.hint)}
      aria-busy={props.busy || undefined}
      disabled={props.busy}
      onClick={props.onClick}
    >
      <Icon name={props.icon} />
      <span>{props.label}</span>
      {props.badge ? <b class="badge">{props.badge > 99 ? '99+' : props.badge}</b> : null}
    </button>
  );
}
