// Chromium for tests: no sandbox, no GPU, no calls home, sound without a tap, certificates not checked.

import { chromium } from 'playwright-core';

const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--ignore-certificate-errors',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
];

/** granted: false for pages that have no permission for any device, and so do not tell their addresses. */
export function openBrowser({ flags = [], headless = true, granted = true } = {}) {
  if (granted) flags = [...flags, '--use-fake-ui-for-media-stream'];
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless,
    args: [...FLAGS, ...flags],
    handleSIGINT: true,
  });
}
