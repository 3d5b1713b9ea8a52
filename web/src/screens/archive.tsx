// /rec/CODE: the recordings of a class for one who is not in it now. It goes in, reads the list, and goes out again.

import { useEffect, useState } from 'preact/hooks';
import { classroom, visitor } from '../app';
import { t } from '../core/i18n';
import { type Recording, Refusal } from '../core/protocol';
import { showCode } from '../core/route';
import { state } from '../core/state';
import { LanguageChoice } from './languages';
import { RecordingList } from './recordings';

/** The newest ones, or what follows those that are known. */
async function load(token: string, known: Recording[] = []): Promise<string> {
  try {
    const name = visitor.name || t('archive.visitor');
    await classroom.enter({ code: visitor.code, name, token, media: false });
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
  const more = async () => {
    const known = state.recordings.value; // to go in forgets them
    const code = await load(token, known);
    if (code) state.recordings.value = known;
    setError(code);
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
        {busy ? <p class="fine">{t('connecting')}</p> : <RecordingList onMore={more} />}
        <button type="button" class="plain wide" data-act="reload" disabled={busy} onClick={reload}>
          {t('archive.reload')}
        </button>
      </div>
    </main>
  );
}
