// Captions of a recording: a file for each language, brought from outside.

import { useEffect, useState } from 'preact/hooks';
import { language, t } from '../../core/i18n';
import { captionsFault, isLanguage, languageOf } from '../../core/library/captions';
import type { Library } from '../../core/library/library';
import { languageName } from '../../core/player/sources';
import type { Recording } from '../../core/protocol';
import { Sheet } from '../../ui/sheet';
import { TwoStep } from '../../ui/twostep';

const OFTEN = ['en', 'ru', 'es', 'fr', 'de', 'pt', 'ar', 'hi', 'zh', 'uk', 'kk', 'tr'];
const OTHER = 'other';

interface Place {
  url: string;
  query: string;
  languages: string[];
}

interface Props {
  row: Recording;
  library: Library;
  onClose(): void;
}

interface Fault {
  code: string;
  line?: number;
}

/** null: it is done. */
async function send(place: Place, tag: string, method: 'PUT' | 'DELETE', body?: string): Promise<Fault | null> {
  try {
    const reply = await fetch(`${place.url}${encodeURIComponent(tag)}?${place.query}`, {
      method,
      ...(body !== undefined && { body, headers: { 'Content-Type': 'text/vtt; charset=utf-8' } }),
    });
    if (reply.ok) return null;
    const { code = 'unknown', line } = ((await reply.json().catch(() => null)) ?? {}) as Partial<Fault>;
    return { code, line };
  } catch {
    return { code: 'offline' };
  }
}

function inWords({ code, line }: Fault): string {
  return t(`error.${code}`, { line: line ?? 0 });
}

function Bring({ onBring }: { onBring(tag: string, file: File): Promise<Fault | null> }) {
  const [chosen, setChosen] = useState(OFTEN.includes(language.value) ? language.value : 'en');
  const [other, setOther] = useState('');
  const [file, setFile] = useState<File | null>(null);
  const [fault, setFault] = useState<Fault | null>(null);
  const [busy, setBusy] = useState(false);
  const tag = chosen === OTHER ? other.trim() : chosen;
  const take = (one: File | null) => {
    setFile(one);
    setFault(null);
    const told = one ? languageOf(one.name) : '';
    if (OFTEN.includes(told)) setChosen(told);
    else if (told) {
      setChosen(OTHER);
      setOther(told);
    }
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!file) return;
    if (!isLanguage(tag)) return setFault({ code: 'bad_language' });
    setBusy(true);
    setFault(await onBring(tag, file));
    setBusy(false);
  };
  return (
    <form class="lib-form" data-form="captions" onSubmit={(event) => void submit(event)}>
      <label class="lib-field">
        <span>{t('lib.captions_file')}</span>
        <input type="file" accept=".vtt,text/vtt" required data-act="captions-file" aria-describedby={fault ? 'captions-fault' : undefined} onChange={(event) => take(event.currentTarget.files?.[0] ?? null)} />
      </label>
      <label class="lib-field">
        <span>{t('lib.captions_language')}</span>
        <select data-act="captions-language" value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
          {OFTEN.map((one) => (
            <option key={one} value={one}>
              {languageName(one, language.value)}
            </option>
          ))}
          <option value={OTHER}>{t('lib.captions_other')}</option>
        </select>
      </label>
      {chosen === OTHER ? (
        <label class="lib-field">
          <span>{t('lib.captions_tag')}</span>
          <input class="mono" dir="ltr" maxLength={35} required data-act="captions-tag" value={other} onInput={(event) => setOther(event.currentTarget.value)} />
        </label>
      ) : null}
      {fault ? (
        <p class="error" role="alert" id="captions-fault">
          {inWords(fault)}
        </p>
      ) : null}
      <button type="submit" class="primary" data-act="captions-send" disabled={busy}>
        {t('lib.captions_send')}
      </button>
    </form>
  );
}

export function CaptionsSheet({ row, library, onClose }: Props) {
  const [place, setPlace] = useState<Place | null>(null);
  const [told, setTold] = useState('');
  const load = async (): Promise<Place | null> => {
    const reply = (await library.ask('recording.captions', { id: row.id })) as Place | null;
    if (reply) setPlace(reply);
    return reply;
  };
  useEffect(() => void load(), []);
  const change = async (tag: string, method: 'PUT' | 'DELETE', body?: string): Promise<Fault | null> => {
    const now = await load(); // its link is good for some minutes only
    const fault = now ? await send(now, tag, method, body) : { code: 'unknown' };
    if (fault) return fault;
    setTold(t(method === 'PUT' ? 'lib.captions_there' : 'lib.captions_gone', { language: languageName(tag, language.value) }));
    await load();
    await library.renew(row).catch(() => undefined);
    return null;
  };
  const bring = async (tag: string, file: File) => {
    const text = await file.text();
    const code = captionsFault(text, file.size);
    return code ? { code } : change(tag, 'PUT', text);
  };
  const remove = async (tag: string) => {
    const fault = await change(tag, 'DELETE');
    if (fault) setTold(inWords(fault));
  };
  return (
    <Sheet name="captions" title={t('lib.captions_of', { title: row.title || t('rec.untitled') })} onClose={onClose}>
      <p class="fine">{t('lib.captions_explained')}</p>
      <p class="fine" role="status">
        {told}
      </p>
      <ul class="rows">
        {(place?.languages ?? []).map((tag) => (
          <li key={tag} class="row" data-language={tag}>
            <span class="grow row-name">{languageName(tag, language.value)}</span>
            <TwoStep act={`captions-remove-${tag}`} icon="bin" label={t('lib.captions_remove')} sure={t('lib.captions_remove_sure')} onConfirm={() => void remove(tag)} />
          </li>
        ))}
      </ul>
      {place ? <Bring onBring={bring} /> : null}
    </Sheet>
  );
}
