// /s/TOKEN: one recording, for whoever has the link.

import { useEffect, useRef, useState } from 'preact/hooks';
import { clock, day } from '../../core/format';
import { t } from '../../core/i18n';
import { type Answer, askShare, type Head } from '../../core/library/shared';
import { wayOf } from '../../core/library/ways';
import type { Recording } from '../../core/protocol';
import { Icon } from '../../ui/icon';
import { LanguageChoice } from '../languages';
import '../shell'; // what is loaded first stays one chunk
import { Files, useFold } from './files';
import { Watch as Player } from './watch';

export { dressed } from './dressed';

const FINAL = ['unknown_share', 'share_expired']; // to ask again would not help

function Title({ head }: { head: Head }) {
  return (
    <>
      <h2>
        <bdi>{head.title || t('rec.untitled')}</bdi>
      </h2>
      <p class="fine">{[head.started_ms ? day(head.started_ms) : '', head.duration_ms ? clock(head.duration_ms) : ''].filter(Boolean).join(' · ')}</p>
    </>
  );
}

interface LockProps {
  head: Head;
  fault: string;
  busy: boolean;
  onPassword(password: string): void;
}

function Lock({ head, fault, busy, onPassword }: LockProps) {
  const [password, setPassword] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), [fault]);
  const submit = (event: Event) => {
    event.preventDefault();
    if (password) onPassword(password);
  };
  return (
    <form class="lib-form" id="share-form" onSubmit={submit}>
      <Title head={head} />
      {fault ? (
        <p class="error" role="alert" id="share-fault">
          {t(`error.${fault}`)}
        </p>
      ) : null}
      <label class="lib-field">
        <span>{t('lib.shared_password')}</span>
        <input
          type="password"
          autoComplete="off"
          dir="ltr"
          maxLength={64}
          required
          ref={field}
          data-act="password"
          aria-invalid={fault !== ''}
          aria-describedby={fault ? 'share-fault' : undefined}
          value={password}
          onInput={(event) => setPassword(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="primary" data-act="open-share" disabled={busy}>
        {t('lib.shared_open')}
      </button>
    </form>
  );
}

function Saving({ row }: { row: Recording }) {
  const [open, turn] = useFold();
  return (
    <>
      <p class="row-actions">
        <button type="button" class={open ? 'row-button is-on' : 'row-button'} data-act="files" aria-expanded={open} aria-controls="share-files" onClick={turn}>
          <Icon name="download" />
          <span>{t('rec.download')}</span>
        </button>
      </p>
      <Files row={row} open={open} id="share-files" />
    </>
  );
}

interface WatchProps {
  answer: Extract<Answer, { is: 'whole' }>;
  onRenew(): Promise<void>;
}

function Watch({ answer: { whole }, onRenew }: WatchProps) {
  const latest = useRef(whole.recording);
  latest.current = whole.recording;
  const way = wayOf(whole.recording);
  return (
    <>
      <Title head={whole} />
      {way === 'film' || way === 'live' ? (
        <Player row={whole.recording} listed={() => latest.current} onRenew={onRenew} />
      ) : (
        <p class="fine" data-way={way}>
          {t(way === 'soon' ? 'lib.shared_not_yet' : way === 'saved' && whole.download ? 'lib.save_only' : 'lib.shared_never')}
        </p>
      )}
      {whole.download ? <Saving row={whole.recording} /> : null}
    </>
  );
}

/** Its links are good for some minutes; the password is kept as long as the page is. */
function useShare(token: string) {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [head, setHead] = useState<Head | null>(null); // of one that is locked
  const [busy, setBusy] = useState(false);
  const password = useRef('');
  const ask = async (typed: string, again = false): Promise<Answer> => {
    setBusy(true);
    const reply = await askShare(token, typed, again);
    setBusy(false);
    if (reply.is === 'whole') password.current = typed;
    if (reply.is === 'locked') setHead(reply.head);
    return reply;
  };
  const renew = async () => {
    const reply = await ask(password.current, true);
    if (reply.is !== 'whole') throw new Error(reply.is);
    setAnswer(reply);
  };
  const open = (typed: string) => void ask(typed).then(setAnswer);
  useEffect(() => open(''), []);
  return { answer, head, busy, renew, open };
}

export function Shared({ token }: { token: string }) {
  const { answer, head, busy, renew, open } = useShare(token);
  const refused = answer?.is === 'refused' ? answer.code : '';
  const locked = head && answer?.is !== 'whole' && !FINAL.includes(refused);
  return (
    <main class="door wide-door lib-shared" data-share-page={answer?.is ?? 'loading'}>
      <header class="door-head">
        <h1>{t('lib.shared_title')}</h1>
        <LanguageChoice />
      </header>
      <div class="card lib">
        {answer ? null : <p class="fine">{t('lib.loading')}</p>}
        {answer?.is === 'whole' ? <Watch answer={answer} onRenew={renew} /> : null}
        {locked ? <Lock head={head} fault={refused} busy={busy} onPassword={open} /> : null}
        {refused && !locked ? (
          <>
            <p class="error" role="alert">
              {t(`error.${refused}`)}
            </p>
            {FINAL.includes(refused) ? null : (
              <button type="button" class="primary" data-act="again" disabled={busy} onClick={() => open('')}>
                {t('lib.again')}
              </button>
            )}
          </>
        ) : null}
      </div>
    </main>
  );
}
