// /rec/CODE: the recordings of a class for one who is not in it now. For each question it goes in, asks, and goes out again.

import { useEffect, useState } from 'preact/hooks';
import { classroom, visitor } from '../app';
import { t } from '../core/i18n';
import { showCode } from '../core/route';
import { may, state } from '../core/state';
import { LanguageChoice } from './languages';
import { dressed, LibraryView, openLibrary } from './library/index';

export const archiveDressed = dressed;

type Reply = Record<string, unknown>;

/** One question after the other: each has the connection for itself. */
function useVisits(token: string): { ask(t: string, d: object): Promise<Reply>; manages: boolean } {
  const [manages, setManages] = useState(false);
  const [line] = useState(() => ({ end: Promise.resolve() as Promise<unknown> }));
  const visit = async (name: string, d: object): Promise<Reply> => {
    try {
      await classroom.enter({ code: visitor.code, name: visitor.name || t('archive.visitor'), token, media: false });
      setManages(may('record'));
      return await classroom.request(name, d);
    } finally {
      classroom.leave();
    }
  };
  const ask = (name: string, d: object): Promise<Reply> => {
    const own = line.end.then(() => visit(name, d));
    line.end = own.catch(() => undefined);
    return own;
  };
  return { ask, manages };
}

export function Archive({ token }: { token: string }) {
  const { ask, manages } = useVisits(token);
  const [library] = useState(() => openLibrary(ask));
  useEffect(() => library.begin(), []);
  const { list } = library;
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
        <LibraryView library={list} manages={manages} />
        <button type="button" class="plain wide" data-act="reload" disabled={list.busy.value} onClick={() => void list.load()}>
          {t('archive.reload')}
        </button>
      </div>
    </main>
  );
}
