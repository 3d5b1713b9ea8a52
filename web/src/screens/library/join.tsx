// Several recordings as one: those that were chosen in the list, their order, a name.

import { useEffect, useRef, useState } from 'preact/hooks';
import { clock } from '../../core/format';
import { t } from '../../core/i18n';
import { canJoin, inOrder, LEAST, lengthOf, MOST, titleOf } from '../../core/library/joining';
import type { Library } from '../../core/library/library';
import type { Recording } from '../../core/protocol';
import { notify } from '../../core/state';

const TITLE_BYTES = 128;

interface BoxProps {
  row: Recording;
  chosen: readonly string[];
  onTurn(id: string): void;
}

/** In a row of the list. What cannot be joined has none. */
export function JoinBox({ row, chosen, onTurn }: BoxProps) {
  if (!canJoin(row)) return null;
  const on = chosen.includes(row.id);
  return (
    <label class="lib-check lib-choose">
      <input type="checkbox" data-act="join-choose" checked={on} disabled={!on && chosen.length >= MOST} onChange={() => onTurn(row.id)} />
      <span>
        {t('lib.join_choose')}
        <span class="unseen">: {row.title || t('rec.untitled')}</span>
      </span>
    </label>
  );
}

interface Props {
  library: Library;
  chosen: readonly string[];
  onEnd(): void;
}

export function JoinBar({ library, chosen, onEnd }: Props) {
  const [said, setSaid] = useState<string | null>(null); // null: nobody has named it
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLFormElement>(null);
  const rows = inOrder(chosen, library.rows.value);
  const title = said ?? titleOf(rows);
  useEffect(() => box.current?.scrollIntoView({ block: 'nearest' }), []);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (rows.length < LEAST) return;
    setBusy(true);
    const done = await library.join(
      rows.map((row) => row.id),
      title.trim(),
    );
    setBusy(false);
    if (!done) return;
    notify('lib.joining');
    onEnd();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.preventDefault(); // the sheet stays
    event.stopPropagation();
    onEnd();
  };
  return (
    <form class="lib-join" data-form="join" ref={box} onSubmit={(event) => void submit(event)} onKeyDown={onKey}>
      <p class="fine" role="status">
        {rows.length < LEAST ? t('lib.join_explained', { most: MOST }) : t('lib.join_chosen', { n: rows.length, length: clock(lengthOf(rows)) })}
      </p>
      {rows.length ? (
        <ol class="lib-parts">
          {rows.map((row) => (
            <li key={row.id}>
              <bdi>{row.title || t('rec.untitled')}</bdi> · {clock(row.duration_ms)}
            </li>
          ))}
        </ol>
      ) : null}
      <label class="lib-field">
        <span>{t('lib.title')}</span>
        <input dir="auto" maxLength={TITLE_BYTES} data-act="join-title" value={title} onInput={(event) => setSaid(event.currentTarget.value)} />
      </label>
      <p class="row-actions">
        <button type="submit" class="row-button is-on" data-act="join-make" disabled={busy || rows.length < LEAST}>
          {t('lib.join_make')}
        </button>
        <button type="button" class="row-button" data-act="join-cancel" onClick={onEnd}>
          {t('lib.cancel')}
        </button>
      </p>
    </form>
  );
}
