// What the staff of the class does with a recording.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { t } from '../../core/i18n';
import type { Library } from '../../core/library/library';
import { canCut } from '../../core/library/ways';
import type { Recording } from '../../core/protocol';
import { notify } from '../../core/state';
import { Icon } from '../../ui/icon';
import { TwoStep } from '../../ui/twostep';
import { CaptionsSheet } from './captions';
import { focusHead } from './head';
import { LibraryIcon } from './icons';
import { ShareSheet } from './share';

const TITLE_BYTES = 128;

/** In its place in the list: Enter keeps the new name, Escape the old one. */
export function Rename({ row, library, onDone }: { row: Recording; library: Library; onDone(): void }) {
  const [title, setTitle] = useState(row.title);
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  const save = async (event: Event) => {
    event.preventDefault();
    const said = title.trim();
    if (said === row.title) return onDone();
    setBusy(true);
    const done = await library.rename(row, said);
    setBusy(false);
    if (done) onDone();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.preventDefault(); // the sheet stays
    event.stopPropagation();
    onDone();
  };
  return (
    <form class="lib-rename" onSubmit={(event) => void save(event)} onKeyDown={onKey}>
      <input ref={field} dir="auto" maxLength={TITLE_BYTES} data-act="title" aria-label={t('lib.title')} value={title} onInput={(event) => setTitle(event.currentTarget.value)} />
      <button type="submit" class="row-button is-on" data-act="rename-save" disabled={busy}>
        {t('lib.save')}
      </button>
      <button type="button" class="row-button" data-act="rename-cancel" onClick={onDone}>
        {t('lib.cancel')}
      </button>
    </form>
  );
}

interface Props {
  id: string;
  row: Recording;
  library: Library;
  onRename(): void;
  onTrim(): void;
}

type Open = '' | 'share' | 'captions';

function Trashed({ id, row, library }: Props) {
  const restore = async () => {
    if (!(await library.restore(row))) return;
    notify('lib.restored');
    focusHead();
  };
  const remove = async () => {
    if (await library.removeForGood(row)) focusHead();
  };
  return (
    <p class="row-actions lib-manage" id={id}>
      <button type="button" class="row-button" data-act="restore" onClick={() => void restore()}>
        <LibraryIcon name="restore" />
        <span>{t('lib.restore')}</span>
      </button>
      <TwoStep act="delete-now" icon="bin" label={t('lib.delete_now')} sure={t('rec.delete_sure')} onConfirm={() => void remove()} />
    </p>
  );
}

/** Whatever its age, it stays; and may be taken away by hand all the same. */
function Keep({ row, library }: Pick<Props, 'row' | 'library'>) {
  if (!row.keep && !row.gone_ms) return null;
  return (
    <button type="button" class={row.keep ? 'row-button is-on' : 'row-button'} data-act="keep" aria-pressed={row.keep === true} onClick={() => void library.keep(row, !row.keep)}>
      <Icon name="pin" />
      <span>{t('lib.keep')}</span>
    </button>
  );
}

export function Manage(props: Props) {
  const { id, row, library, onRename, onTrim } = props;
  const [open, setOpen] = useState<Open>('');
  if (row.deleted_ms) return <Trashed {...props} />;
  const button = (act: string, icon: Parameters<typeof LibraryIcon>[0]['name'], onClick: () => void) => (
    <button type="button" class="row-button" data-act={act} onClick={onClick}>
      <LibraryIcon name={icon} />
      <span>{t(`lib.${act}`)}</span>
    </button>
  );
  return (
    <>
      <p class="row-actions lib-manage" id={id}>
        {button('rename', 'rename', onRename)}
        {row.url ? button('share', 'share', () => setOpen('share')) : null}
        {canCut(row) ? button('trim', 'trim', onTrim) : null}
        {row.made?.state === 'ready' ? button('captions', 'captions', () => setOpen('captions')) : null}
        <Keep row={row} library={library} />
        <button type="button" class="row-button" data-act="delete" onClick={() => void library.remove(row)}>
          <Icon name="bin" />
          <span>{t('lib.to_trash')}</span>
        </button>
      </p>
      {open === 'share' ? <ShareSheet row={row} library={library} onClose={() => setOpen('')} /> : null}
      {open === 'captions' ? <CaptionsSheet row={row} library={library} onClose={() => setOpen('')} /> : null}
    </>
  );
}
