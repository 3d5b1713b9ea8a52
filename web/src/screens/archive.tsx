// /rec/CODE: the recordings of a class for one who is not in it now. It goes in, reads the list, and goes out again.

import { useEffect, useState } from 'preact/hooks';
import { classroom, visitor } from '../app';
import { t } from '../core/i18n';
import { askAgain, refreshed } from '../core/player/renew';
import { type Recording, Refusal } from '../core/protocol';
import { showCode } from '../core/route';
import { state } from '../core/state';
import { LanguageChoice } from './languages';
import { RecordingList } from './recordings';

function enter(token: string): Promise<void> {
  const name = visitor.name || t('archive.visitor');
  return classroom.enter({ code: visitor.code, name, token, media: false });
}

/** The newest ones, or what follows those that are known. */
async function load(token: string, known: Recording[] = []): Promise<string> {
  try {
    await enter(token);
    await classroom.listRecordings(known);
    return '';
  } catch (why) {
    return why instanceof Refusal ? why.code : 'unknown';
  } finally {
    classroom.leave();
  }
}

export function Archive({ token }: { token: string }) {
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(true);
  const [held, setHeld] = useState<Recording[] | null>(null); // to go in forgets them: what plays goes on
  const more = async () => {
    const known = state.recordings.value;
    setHeld(known);
    const code = await load(token, known);
    if (code) state.recordings.value = known;
    setHeld(null);
    setError(code);
  };
  const renew = async (row: Recording) => {
    const known = state.recordings.value;
    const others = state.moreRecordings.value;
    let page: Recording[] = [];
    setHeld(known);
    try {
      await enter(token);
      page = await askAgain((name, d) => classroom.request(name, d), row);
    } finally {
      classroom.leave();
      state.recordings.value = refreshed(known, page);
      state.moreRecordings.value = others;
      setHeld(null);
    }
  };
  const reload = () => {
    setBusy(true);
    void load(token).then((code) => {
      setError(code);
      setBusy(false);
    });
  };
  useEffect(reload, []);
  return (
    <main class="door wide-door">
      <header class="door-head">
        <h1>{t('recordings')}</h1>
        <LanguageChoice />
      </header>
      <div class="card">
        <p class="who">
          <bdi>{state.room.value.title}</bdi> <span class="mono">{showCode(visitor.code)}</span>
        </p>
        {error ? (
          <p class="error" role="alert">
            {t(`error.${error}`)}
          </p>
        ) : null}
        {busy ? <p class="fine">{t('connecting')}</p> : <RecordingList onMore={more} onRenew={renew} held={held} />}
        <button type="button" class="plain wide" data-act="reload" disabled={busy || held !== null} onClick={reload}>
          {t('archive.reload')}
        </button>
      </div>
    </main>
  );
}
