// The one classroom of this page, and the ways from screen to screen.

import { Classroom } from './core/classroom';
import { Refusal } from './core/protocol';
import { goTo, tokenOf } from './core/route';
import { state } from './core/state';
import { recall, recallTab, remember } from './core/store';

export const classroom = new Classroom();

export const visitor = { code: '', name: recall('name') };

export function toCheck(code: string, name: string): void {
  visitor.code = code;
  visitor.name = name;
  remember('name', name);
  goTo(`/j/${code}`);
  state.joinError.value = { code: '', field: '' };
  state.screen.value = 'check';
}

/** Connects behind the scenes while the devices are looked at. */
export function warmUp(): void {
  const { code, name } = visitor;
  classroom.warmUp({ code, name, token: tokenOf(code), media: true });
}

/** Enters with the devices as they are; on a refusal the form shows it. */
export async function enterClass(): Promise<void> {
  const { code, name } = visitor;
  try {
    await classroom.enter({ code, name, token: tokenOf(code), media: true });
    state.screen.value = 'class';
  } catch (why) {
    const refusal = why instanceof Refusal ? why : new Refusal('unknown');
    classroom.devices.close();
    state.joinError.value = refusal.code === 'gave_up' ? { code: '', field: '' } : { code: refusal.code, field: refusal.field };
    state.screen.value = 'join';
  }
}

/** Once more into the class that was left last. */
export function enterLast(): Promise<void> {
  visitor.code = classroom.code || visitor.code;
  return enterClass();
}

/** After a reload of the page in class: straight back, with the devices that were on. False: it was in none. */
export function enterAgain(code: string): boolean {
  let was: { code?: string; name?: string } | null = null;
  try {
    was = JSON.parse(recallTab('in') || 'null');
  } catch {
    // as if there were nothing
  }
  if (!was?.name || was.code !== code) return false;
  visitor.code = code;
  visitor.name = was.name;
  state.screen.value = 'entering';
  if (recallTab('mic')) void classroom.devices.setMic(true);
  if (recallTab('cam')) void classroom.devices.setCam(true);
  void enterClass();
  return true;
}

export function tryNow(): void {
  classroom.retryNow();
}
