// Links with which anybody may watch a recording: a new one, and those that there are.

import { useEffect, useState } from 'preact/hooks';
import { t } from '../../core/i18n';
import type { Library } from '../../core/library/library';
import { justDay } from '../../core/library/words';
import type { Recording, Share } from '../../core/protocol';
import { CopyLink } from '../../ui/copy';
import { Sheet } from '../../ui/sheet';
import { TwoStep } from '../../ui/twostep';

const USUAL_DAYS = 14;
const MOST_DAYS = 365;
const LEAST_PASSWORD = 4;
const MOST_PASSWORD = 64;

interface Props {
  row: Recording;
  library: Library;
  onClose(): void;
}

interface Wish {
  days: number;
  password: string;
  download: boolean;
}

function Maker({ onMake }: { onMake(wish: Wish): Promise<boolean> }) {
  const [wish, setWish] = useState<Wish>({ days: USUAL_DAYS, password: '', download: false });
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    if (await onMake(wish)) setWish({ ...wish, password: '' });
    setBusy(false);
  };
  return (
    <form class="lib-form" data-form="share" onSubmit={(event) => void submit(event)}>
      <label class="lib-field">
        <span>{t('lib.share_days')}</span>
        <input type="number" min={1} max={MOST_DAYS} required data-act="share-days" value={wish.days} onInput={(event) => setWish({ ...wish, days: Number(event.currentTarget.value) })} />
      </label>
      <label class="lib-field">
        <span>{t('lib.share_password')}</span>
        <input
          type="text"
          autoComplete="off"
          spellcheck={false}
          dir="ltr"
          minLength={LEAST_PASSWORD}
          maxLength={MOST_PASSWORD}
          data-act="share-password"
          value={wish.password}
          onInput={(event) => setWish({ ...wish, password: event.currentTarget.value })}
        />
      </label>
      <label class="lib-check">
        <input type="checkbox" data-act="share-download" checked={wish.download} onChange={(event) => setWish({ ...wish, download: event.currentTarget.checked })} />
        <span>{t('lib.share_download')}</span>
      </label>
      <button type="submit" class="primary" data-act="share-make" disabled={busy}>
        {t('lib.share_make')}
      </button>
    </form>
  );
}

function whole(url: string): string {
  return new URL(url, location.href).href;
}

function facts({ expires_ms, password, download, opened }: Share): string {
  const words = [
    t('lib.share_until', { on: justDay(expires_ms) }),
    t(password ? 'lib.share_with_password' : 'lib.share_no_password'),
    t(download ? 'lib.share_may_save' : 'lib.share_may_watch'),
  ];
  if (opened !== undefined) words.push(t('lib.share_opened', { n: opened }));
  return words.join(' · ');
}

function Link({ share, onEnd }: { share: Share; onEnd(): void }) {
  return (
    <li class="lib-link" data-share={share.id}>
      <CopyLink name={`share-${share.id}`} label={t('lib.share_link')} url={whole(share.url)} />
      <p class="fine">{facts(share)}</p>
      <p class="row-actions">
        <TwoStep act="unshare" icon="close" label={t('lib.share_end')} sure={t('lib.share_end_sure')} onConfirm={onEnd} />
      </p>
    </li>
  );
}

export function ShareSheet({ row, library, onClose }: Props) {
  const [shares, setShares] = useState<Share[] | null>(null);
  const load = async () => {
    const reply = await library.ask('recording.shares', { id: row.id });
    setShares((was) => (reply?.shares as Share[] | undefined) ?? was ?? []);
  };
  useEffect(() => void load(), []);
  const make = async ({ days, password, download }: Wish) => {
    const made = await library.ask('recording.share', { id: row.id, days, download, ...(password && { password }) });
    if (!made) return false;
    await load();
    void library.renew(row).catch(() => undefined); // it says how many there are
    return true;
  };
  const end = async (share: Share) => {
    if (!(await library.ask('recording.unshare', { id: share.id }))) return;
    await load();
    void library.renew(row).catch(() => undefined);
  };
  return (
    <Sheet name="share" title={t('lib.share_of', { title: row.title || t('rec.untitled') })} onClose={onClose}>
      <p class="fine">{t('lib.share_explained')}</p>
      <Maker onMake={make} />
      <div aria-live="polite" class="lib-links">
        {shares?.length ? <h3>{t('lib.share_links')}</h3> : null}
        {shares?.length === 0 ? <p class="fine">{t('lib.share_none')}</p> : null}
        <ul class="rows">
          {(shares ?? []).map((share) => (
            <Link key={share.id} share={share} onEnd={() => void end(share)} />
          ))}
        </ul>
      </div>
    </Sheet>
  );
}
