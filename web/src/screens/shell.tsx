// The frame around all screens: which one is shown, the toast, and the live region.

import { useEffect, useState } from 'preact/hooks';
import { t } from '../core/i18n';
import { state } from '../core/state';
import { Bye } from './bye';
import { Check } from './check';
import { ClassView } from './class';
import { Join } from './join';

type AdminModule = typeof import('./admin');
type RecordingsModule = typeof import('./archive');

function Late<T>({ load, show }: { load(): Promise<T>; show(module: T): preact.JSX.Element }) {
  const [module, setModule] = useState<T | null>(null);
  useEffect(() => {
    void load().then((loaded) => setModule(() => loaded));
  }, []);
  return module ? show(module) : null;
}

function Toast() {
  const notice = state.notice.value;
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!notice.key) return undefined;
    setShown(true);
    const timer = setTimeout(() => setShown(false), 5000);
    return () => clearTimeout(timer);
  }, [notice]);
  return (
    <div class={shown ? 'toast is-shown' : 'toast'} role="status" aria-live="polite">
      {shown && notice.key ? t(notice.key, notice.vars) : ''}
    </div>
  );
}

export function Shell({ token }: { token: string }) {
  const screen = state.screen.value;
  document.body.dataset.screen = screen;
  document.title = state.room.value.title && screen === 'class' ? `${state.room.value.title} - Aula` : 'Aula';
  return (
    <>
      {screen === 'join' && <Join />}
      {screen === 'check' && <Check />}
      {screen === 'class' && <ClassView />}
      {screen === 'bye' && <Bye />}
      {screen === 'admin' && (
        <Late<AdminModule> load={() => import('./admin')} show={(m) => <m.Admin token={token} />} />
      )}
      {screen === 'recordings' && (
        <Late<RecordingsModule> load={() => import('./archive')} show={(m) => <m.Archive token={token} />} />
      )}
      <Toast />
    </>
  );
}
