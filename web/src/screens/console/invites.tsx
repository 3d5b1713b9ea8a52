// The links that lead into a class, one for each role.

import { useState } from 'preact/hooks';
import type { RoleLink } from '../../core/admin/types';
import { t } from '../../core/i18n';
import { CopyLink } from '../../ui/copy';
import { desk } from './desk';
import { Nothing } from './parts';
import { useAsked } from './use';

function Links({ code }: { code: string }) {
  const asked = useAsked(async () => (await desk.read('room.links', { code })).links as RoleLink[], 0, code);
  if (!asked.data) return <Nothing asked={asked} none="" />;
  return (
    <div class="links">
      {asked.data.map((one) => (
        <CopyLink key={one.role} name={`role-${one.role}`} label={t(`con.link.${one.role}`)} url={new URL(one.url, location.origin).href} />
      ))}
    </div>
  );
}

export function Invites({ code }: { code: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="con-more" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary class="plain" data-act="invites">
        {t('con.invites')}
      </summary>
      {open ? <Links code={code} /> : null}
    </details>
  );
}
