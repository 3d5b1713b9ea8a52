// /admin: the door of the console.

import { useEffect, useState } from 'preact/hooks';
import { classroom } from '../app';
import { t, type Texts } from '../core/i18n';
import { Refusal } from '../core/protocol';
import { state } from '../core/state';
import { rememberTab } from '../core/store';
import style from '../style/console.css?late';
import { dress } from '../ui/dress';
import { Console } from './console/frame';
import { LanguageChoice } from './languages';
import './shell'; // what is loaded first stays one chunk

const TEXTS: Texts = {
  en: () => import('../../i18n/console/en.json'),
  ru: () => import('../../i18n/console/ru.json'),
};

const dressed = dress(style, TEXTS);

function TokenForm({ error, onToken }: { error: string; onToken(token: string): void }) {
  const [token, setToken] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    onToken(token.trim());
  };
  return (
    <main class="door">
      <header class="door-head">
        <h1>{t('admin')}</h1>
        <LanguageChoice />
      </header>
      <form class="card" onSubmit={submit}>
        {error ? (
          <p class="error" role="alert">
            {t(`error.${error}`)}
          </p>
        ) : null}
        <label>
          <span>{t('admin.token')}</span>
          <input id="token" type="password" autoComplete="current-password" value={token} onInput={(e) => setToken(e.currentTarget.value)} />
        </label>
        <button type="submit" class="primary" data-act="sign-in">
          {t('admin.sign_in')}
        </button>
      </form>
    </main>
  );
}

export function Admin({ token }: { token: string }) {
  const [ready, setReady] = useState(false);
  const [inside, setInside] = useState(false);
  const [error, setError] = useState('');
  const enter = (given: string) => {
    classroom.enter({ code: '', name: 'Admin', token: given, media: false }).then(
      () => {
        if (state.role.value !== 'admin') {
          setError('bad_token');
          return;
        }
        rememberTab('token.admin', given);
        setError('');
        setInside(true);
      },
      (why) => setError(why instanceof Refusal ? why.code : 'unknown'),
    );
  };
  const out = () => {
    rememberTab('token.admin', '');
    classroom.leave();
    setInside(false);
  };
  useEffect(() => {
    void dressed.then(() => setReady(true));
    if (token) enter(token);
  }, []);
  if (!ready || (token && !inside && !error)) return <p class="fine door">{t('connecting')}</p>;
  if (!inside) return <TokenForm error={error} onToken={enter} />;
  if (state.link.value === 'idle') return <TokenForm error="signed_out" onToken={enter} />;
  return <Console onOut={out} />;
}
