// What a page looks like: a picture of it for people, and the faults that a program can see.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

export const TARGET_PX = 44;
const DIR = new URL('../../../test-logs/look/', import.meta.url).pathname;

/** Runs in the page; returns the faults in words. */
function findFaults(TARGET_PX) {
  const LEAST_PX = 32; // of a text that is cut short
  const faults = [];
  const root = document.scrollingElement;
  const width = document.documentElement.clientWidth;
  const say = (element, text) => {
    const name = `${element.tagName.toLowerCase()}${element.id ? `#${element.id}` : ''}${element.dataset?.act ? `[${element.dataset.act}]` : ''}`;
    faults.push(`${name} "${element.textContent.trim().slice(0, 30)}" ${text}`);
  };
  if (root.scrollWidth > width) faults.push(`the page is ${root.scrollWidth} px wide in ${width} px`);

  const modal = [...document.querySelectorAll('dialog')].find((one) => one.open);
  const scope = modal ?? document.body;
  const hidden = (element) => !element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || element.closest('.unseen');

  for (const element of scope.querySelectorAll('button, input, select, textarea, summary, a.row-button')) {
    if (hidden(element)) continue;
    const { width: w, height: h } = element.getBoundingClientRect();
    if (w < TARGET_PX || h < TARGET_PX) say(element, `is ${Math.round(w)}x${Math.round(h)} px`);
  }

  // each line of text must lie inside of what cuts it off, and nothing may lie over it
  const inScroller = (element) => {
    for (let up = element; up && up !== document.documentElement; up = up.parentElement) {
      if (/auto|scroll/.test(getComputedStyle(up).overflowY) && up.scrollHeight > up.clientHeight + 1) return true;
    }
    return root.scrollHeight > root.clientHeight + 1;
  };
  const cutBy = (element, box) => {
    for (let up = element; up && up !== document.documentElement; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (style.overflowX === 'visible' || style.textOverflow === 'ellipsis') continue;
      if (/auto|scroll/.test(style.overflowX) && up.tabIndex >= 0) return null; // a wide table, that anybody can scroll
      const { left, right } = up.getBoundingClientRect();
      if (box.left < left - 1 || box.right > right + 1) return up;
    }
    return box.left < -1 || box.right > width + 1 ? root : null;
  };
  const shortener = (element) => {
    for (let up = element; up && up !== document.body; up = up.parentElement) {
      if (getComputedStyle(up).textOverflow === 'ellipsis') return up;
    }
    return null;
  };
  const walk = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || hidden(element) || /^(option|style|script)$/i.test(element.tagName)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const short = shortener(element); // its text may end in an ellipsis
    const shortBox = short?.getBoundingClientRect();
    if (short && short.scrollWidth > short.clientWidth + 1 && short.clientWidth < LEAST_PX) say(element, `has only ${short.clientWidth} px`);
    for (const box of range.getClientRects()) {
      if (box.width < 1) continue;
      const cut = short ? null : cutBy(element, box);
      if (cut) say(element, `is cut off by ${cut.tagName.toLowerCase()}.${cut.className}`);
      const left = Math.max(0, box.left, shortBox?.left ?? 0);
      const right = Math.min(width, box.right, shortBox?.right ?? width);
      const at = { x: (left + right) / 2, y: (box.top + box.bottom) / 2 };
      if (at.y < 0 || at.y > innerHeight) {
        if (!inScroller(element)) say(element, 'is outside of the window');
        continue;
      }
      if (inScroller(element) || getComputedStyle(element).pointerEvents === 'none') continue;
      const top = document.elementFromPoint(at.x, at.y);
      if (top && !element.contains(top) && !top.contains(element)) say(element, `is covered by ${top.tagName.toLowerCase()}.${top.className}`);
    }
  }

  const [note, banner] = ['.toast.is-shown', '.banner p'].map((one) => document.querySelector(one)?.getBoundingClientRect());
  if (note?.height && banner && note.top < banner.bottom && note.bottom > banner.top) faults.push('a note covers the banner');
  const log = document.querySelector('.log');
  if (log && log.scrollHeight - log.scrollTop - log.clientHeight > 4) faults.push('the last line of the chat is out of sight');

  const stage = document.querySelector('.stage')?.getBoundingClientRect();
  const video = document.querySelector('video#class');
  if (stage && video) {
    const box = video.getBoundingClientRect();
    const inside = box.left >= stage.left - 1 && box.right <= stage.right + 1 && box.top >= stage.top - 1 && box.bottom <= stage.bottom + 1;
    if (!inside) faults.push(`the video ${JSON.stringify(box)} is not in the stage ${JSON.stringify(stage)}`);
    const overlay = document.querySelector('.overlay').getBoundingClientRect();
    const still = document.querySelector('canvas.still'); // hides a video that came before it, of another shape perhaps
    const [width, height] = still ? [still.width, still.height] : [video.videoWidth, video.videoHeight];
    if (Math.abs(overlay.width / overlay.height - width / height) > 0.02) faults.push('the overlay has another shape than the picture');
    const shown = Math.min(stage.width, (stage.height * width) / height);
    if (Math.abs(overlay.width - shown) > 1) faults.push(`the overlay is ${overlay.width} px wide, the picture ${shown} px`);
    if (shown < Math.min(stage.width, innerWidth * 0.35)) faults.push(`the picture is only ${Math.round(shown)} px wide`);
  }
  return faults;
}

const TRIES = 6; // while a picture of the other shape comes; what is wrong stays so
const AGAIN_MS = 700;

/** Takes test-logs/look/NAME.png and returns the faults. */
export async function look(page, name) {
  mkdirSync(DIR, { recursive: true });
  await page.evaluate(() => document.fonts.ready);
  let faults = [];
  for (let tries = 0; tries < TRIES && (!tries || faults.some((one) => one.includes('overlay'))); tries++) {
    await page.waitForTimeout(tries ? AGAIN_MS : 250); // sheets and notes have come in
    await page.screenshot({ path: join(DIR, `${name}.png`) });
    faults = await page.evaluate(findFaults, TARGET_PX);
  }
  return faults.map((fault) => `${name}: ${fault}`);
}
