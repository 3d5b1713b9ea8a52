// Who was removed from a class for good, and may be forgiven.

import { useState } from 'preact/hooks';
import type { Ban } from '../../core/admin/types';
import { t } from '../../core/i18n';
import { desk } from './desk';
import { when } from './figures';
import { Nothing } from './parts';
import { useAsked } from './use';

const EACH_MS = 5000;

function List({ code }: { code: string }) {
  const asked = useAsked(async () => (await desk.read('member.bans', { code })).bans as Ban[], EACH_MS, code);
  if (!asked.data?.length) return <Nothing asked={asked} none={t('con.no_bans')} />;
  return (
    <ul class="rows">
      {asked.data.map((one) => (
        <li key={one.id} class="row" data-ban={one.name}>
          <span class="grow row-name">
            <bdi>{one.name}</bdi>
            <small>{when(one.since_ms)}</small>
          </span>
          <button
            type="button"
            class="row-button"
            data-act="unban"
            onClick={() => void desk.act('member.unban', { code, id: one.id }, 'con.unbanned', { name: one.name }).then(asked.again)}
          >
            {t('con.unban')}
            <span class="unseen">: {one.name}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

export function Bans({ code }: { code: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="con-more" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary class="plain" data-act="bans">
        {t('con.bans')}
      </summary>
      {open ? <List code={code} /> : null}
    </details>
  );
}
