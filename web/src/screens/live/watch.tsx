// /w/CODE: a class by plain HTTPS alone, some seconds later, for browsers and networks that carry nothing else.

import { useEffect, useState } from 'preact/hooks';
import { LivePlaying } from '../../core/hls/playing';
import { Watch } from '../../core/hls/watch';
import { t } from '../../core/i18n';
import { cleanCode, showCode } from '../../core/route';
import { LanguageChoice } from '../languages';
import { LivePlayer } from './player';

const BEHIND_S = 8; // it begins so far behind what is newest: two pieces
const EDGE_S = 3; // behind what is newest it is still live

function Form({ onCode }: { onCode(code: string): void }) {
  const [code, setCode] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    if (cleanCode(code)) onCode(cleanCode(code));
  };
  return (
    <form class="card" noValidate onSubmit={submit}>
      <h2>{t('watch.title')}</h2>
      <label>
        <span>{t('watch.code')}</span>
        <input id="code" class="mono" dir="ltr" value={code} autoComplete="off" autoCapitalize="characters" spellcheck={false} maxLength={16} placeholder="K7M-4QXW" onInput={(event) => setCode(event.currentTarget.value)} />
      </label>
      <button type="submit" class="primary" data-act="watch">
        {t('watch.go')}
      </button>
    </form>
  );
}

function Edge({ playing }: { playing: LivePlaying }) {
  const { at, whole, ended } = playing.now.value;
  if (ended || !whole) return null;
  const live = whole - at < playing.edgeS() + EDGE_S;
  return (
    <button type="button" class={live ? 'lv-edge is-live' : 'lv-edge'} data-act="edge" aria-pressed={live} onClick={() => playing.toEdge()}>
      <b aria-hidden="true">●</b> {t(live ? 'live.edge' : 'live.to_edge')}
    </button>
  );
}

function Said({ watch }: { watch: Watch }) {
  const { code, final } = watch.said.value;
  if (!code) return null;
  const known = t(`watch.${code}`) === `watch.${code}` ? 'watch.unknown' : `watch.${code}`;
  return (
    <div class={final ? 'card error' : 'card'} role={final ? 'alert' : 'status'} data-said={code}>
      <p>{t(known)}</p>
      {final ? (
        <button type="button" class="row-button" data-act="again" onClick={() => watch.ask()}>
          {t('watch.again')}
        </button>
      ) : null}
    </div>
  );
}

function Watching({ code, token }: { code: string; token: string }) {
  const [watch] = useState(() => new Watch(code, token));
  const [playing, setPlaying] = useState<LivePlaying | null>(null);
  const url = watch.url.value;
  useEffect(() => watch.open(), [watch]);
  useEffect(() => {
    if (!url) return setPlaying(null);
    const next: LivePlaying = new LivePlaying(url, -BEHIND_S, {
      renew: () => watch.renew(),
      caughtUp: () => next.now.value.ended && watch.over(),
    });
    setPlaying(next);
  }, [url]);
  return (
    <>
      <h2>
        <bdi>{watch.title.value}</bdi>
      </h2>
      <Said watch={watch} />
      {playing ? (
        <LivePlayer playing={playing}>
          <Edge playing={playing} />
        </LivePlayer>
      ) : null}
    </>
  );
}

export function WatchPage({ code: given, token }: { code: string; token: string }) {
  const [code, setCode] = useState(given);
  return (
    <main class="door lv-page">
      <header class="door-head">
        <h1>Aula</h1>
        <LanguageChoice />
      </header>
      {code ? <Watching key={code} code={code} token={token} /> : <Form onCode={setCode} />}
      {code ? (
        <p class="fine">
          {t('watch.only')} <a href={`/j/${code}`}>{t('watch.enter')}</a> · {t('watch.code')}: <span class="mono">{showCode(code)}</span>
        </p>
      ) : null}
    </main>
  );
}
