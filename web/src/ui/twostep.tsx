// A button that asks once more before it does something that cannot be undone.

import { useState } from 'preact/hooks';
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

export function TwoStep({ act, icon, label, sure, iconOnly, onConfirm }: Props) {
  const [asked, setAsked] = useState(false);
  if (!asked) {
    return (
      <button type="button" class="row-button" data-act={act} aria-label={label} title={label} onClick={() => setAsked(true)}>
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
        ref={(button) => button?.focus()}
        onClick={() => {
          setAsked(false);
          onConfirm();
        }}
      >
        {sure}
      </button>
      <button type="button" class="row-button" onClick={() => setAsked(false)}>
        {t('no')}
      </button>
    </span>
  );
}
