// A link with a button that copies it.

import { useState } from 'preact/hooks';
import { t } from '../core/i18n';
import { Icon } from './icon';

export function CopyLink({ name, label, url }: { name: string; label: string; url: string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(url);
      setDone(true);
      setTimeout(() => setDone(false), 2000);
    } catch {
      document.getElementById(`link-${name}`)?.focus(); // focusing selects it: the user can copy by hand
    }
  };
  return (
    <label class="copy">
      <span>{label}</span>
      <span class="copy-row">
        <input
          id={`link-${name}`}
          class="mono"
          readOnly
          dir="ltr"
          value={url}
          onFocus={(event) => event.currentTarget.select()}
        />
        <button type="button" class="row-button" data-act={`copy-${name}`} onClick={copy}>
          <Icon name="copy" />
          <span aria-live="polite">{done ? t('copied') : t('copy')}</span>
        </button>
      </span>
    </label>
  );
}
