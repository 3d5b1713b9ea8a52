// A native modal dialog: Escape closes it, and the focus goes back to where it was.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../core/i18n';
import { Icon } from './icon';

interface Props {
  name: string;
  title: string;
  onClose(): void;
  children: ComponentChildren;
}

export function Sheet({ name, title, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const pressed = useRef(false); // beside it, not only let go there: a selection of text may end outside
  const gone = useRef(false);
  useEffect(() => {
    const element = dialog.current!;
    const opener = document.activeElement;
    element.showModal();
    return () => {
      gone.current = true;
      element.close(); // while it is open nothing outside of it takes the focus
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    <dialog
      class="sheet"
      ref={dialog}
      data-sheet={name}
      aria-label={title}
      onClose={() => gone.current || onClose()}
      onMouseDown={(event) => (pressed.current = event.target === dialog.current)}
      onClick={(event) => event.target === dialog.current && pressed.current && onClose()}
    >
      <div class="sheet-body">
        <header class="sheet-head">
          <h2>{title}</h2>
          <button type="button" class="plain" data-act="close" aria-label={t('close')} onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
