// The recordings of the class, in it: the list comes when it is opened for the first time.

import { useEffect, useState } from 'preact/hooks';
import { classroom } from '../app';
import { t } from '../core/i18n';
import { may, state } from '../core/state';
import { Late } from '../ui/late';
import { Sheet } from '../ui/sheet';
import { closeSheet } from './panels';

export type LibraryModule = typeof import('./library/index');

export const loadLibrary = async (): Promise<LibraryModule> => {
  const library = await import('./library/index');
  await library.dressed;
  return library;
};

function Listed({ module: { LibraryView, openLibrary } }: { module: LibraryModule }) {
  const [library] = useState(() => openLibrary((t, d) => classroom.request(t, d)));
  useEffect(() => library.begin(), []);
  return <LibraryView library={library.list} manages={may('record') && state.link.value === 'open'} />;
}

export function Recordings() {
  return (
    <Sheet name="recordings" title={t('recordings')} onClose={closeSheet}>
      <Late<LibraryModule> load={loadLibrary} show={(m) => <Listed module={m} />} />
    </Sheet>
  );
}
