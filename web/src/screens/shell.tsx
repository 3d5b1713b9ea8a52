// The frame around all screens: which one is shown, the toast, and the live region.

import { useEffect, useState } from 'preact/hooks';
import { visitor } from '../app';
import { t } from '../core/i18n';
import { state } from '../core/state';
import { Late } from '../ui/late';
import { Bye } from './bye';
import { Check } from './check';
import { Join } from './join';
import { Entering, Lounge } from './lounge';

type ClassModule = typeof import('./class');
type BesideModule = typeof import('./beside');
type AdminModule = typeof import('./admin');
type LiveModule = typeof import('./live/index');
type SharedModule = typeof import('./library/shared');

/** Asked for while the user is at the door, so that it is there when it is needed. */
export const loadClass = (): Promise<ClassModule> => import('./class');

const loadBeside = async (): Promise<BesideModule> => {
  const beside = await import('./beside');
  await beside.dressed;
  return beside;
};
const loadShared = async (): Promise<SharedModule> => {
  const shared = await import('./library/shared');
  await shared.dressed;
  return shared;
};
const loadLive = async (): Promise<LiveModule> => {
  const live = await import('./live/index');
  await live.dressed;
  return live;
};
const loadAdmin = (): Promise<AdminModule> => import('./admin');

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
      {screen === 'entering' && <Entering />}
      {screen === 'waiting' && <Lounge />}
      {screen === 'class' && <Late<ClassModule> load={loadClass} show={(m) => <m.ClassView />} />}
      {screen === 'bye' && <Bye />}
      {screen === 'admin' && <Late<AdminModule> load={loadAdmin} show={(m) => <m.Admin token={token} />} />}
      {screen === 'recordings' && <Late<BesideModule> load={loadBeside} show={(m) => <m.Archive token={token} />} />}
      {screen === 'shared' && <Late<SharedModule> load={loadShared} show={(m) => <m.Shared token={token} />} />}
      {screen === 'watch' && <Late<LiveModule> load={loadLive} show={(m) => <m.WatchPage code={visitor.code} token={token} />} />}
      <Toast />
    </>
  );
}
