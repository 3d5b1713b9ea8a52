// Start: the language, the address, the first screen.

import { render } from 'preact';
import { enterAgain, toCheck, visitor } from './app';
import { startLanguage } from './core/i18n';
import { readRoute } from './core/route';
import { state } from './core/state';
import { expose } from './probe';
import { loadClass, Shell } from './screens/shell';

async function start(): Promise<void> {
  const route = readRoute();
  if (route.page === 'join' && route.code && !('RTCPeerConnection' in window && 'WebSocket' in window)) {
    location.replace(`/w/${route.code}`); // it can still watch; the tab remembers the token
    return;
  }
  expose();
  await startLanguage();
  visitor.code = route.code;
  if (route.page === 'join') void loadClass().catch(() => undefined);
  if (route.page === 'admin') state.screen.value = 'admin';
  else if (route.page === 'recordings' || route.page === 'shared' || route.page === 'watch') state.screen.value = route.page;
  else if (route.code && !enterAgain(route.code) && visitor.name) toCheck(route.code, visitor.name);
  render(<Shell token={route.token} />, document.getElementById('app')!);
}

void start();
