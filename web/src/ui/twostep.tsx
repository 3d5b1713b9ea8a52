// A button that asks once more before it does something that cannot be undone.

import { useRef, useState } from 'preact/hooks';
import { t } from '../core/i18n';
import { Icon } from './icon';

interface Props {
  act: string;
  icon: string;
  label: string;
  sure: string;
  iconOnly?: boolean;
  onConfirm(): void;
}

/** One for all: a new function each time would take the focus back whenever something around is drawn anew. */
function focus(button: HTMLButtonElement | null): void {
  button?.focus();
}

export function TwoStep({ act, icon, label, sure, iconOnly, onConfirm }: Props) {
  const [asked, setAsked] = useState(false);
  const back = useRef(false); // the focus comes back from the question
  const answer = () => {
    back.current = true;
    setAsked(false);
  };
  const take = (button: HTMLButtonElement | null) => {
    if (button && back.current) button.focus();
    if (button) back.current = false;
  };
  if (!asked) {
    return (
      <button type="button" class="row-button" data-act={act} ref={take} aria-label={label} title={label} onClick={() => setAsked(true)}>
        <Icon name={icon} />
        {iconOnly ? null : <span>{label}</span>}
      </button>
    );
  }
  return (
    <span class="two-step" role="group" aria-label={label}>
      <button
        type="button"
        class="row-button is-danger"
        data-act={`${act}-sure`}
        ref={focus}
        onClick={() => {
          answer();
          onConfirm();
        }}
      >
        {sure}
      </button>
      <button type="button" class="row-button" onClick={answer}>
        {t('no')}
      </button>
    </span>
  );
}
