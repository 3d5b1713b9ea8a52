// What a class is recorded as: what comes with what is chosen, and for how long there is room.

import type { Edition } from './protocol';

/** As the server can keep a recording. */
export interface Kind {
  edition: Edition;
  hour_mb: number;
  usual: boolean;
}

/** Of these others are made, and parts are cut. */
const MAIN: Edition[] = ['full', 'light', 'sound'];

/** The full picture comes with what nothing could be made of alone; what is only sent elsewhere brings nothing. */
export function bringsFull(chosen: readonly Edition[]): boolean {
  return chosen.some((one) => one !== 'push') && !chosen.some((one) => MAIN.includes(one));
}

/** Hours of it that there is room for; undefined: there is no limit, or nothing of it is kept. */
export function hoursLeft(leftBytes: number | undefined, kinds: readonly Kind[], chosen: readonly Edition[]): number | undefined {
  const kept: readonly Edition[] = bringsFull(chosen) ? [...chosen, 'full'] : chosen;
  const hourMb = kinds.reduce((sum, { edition, hour_mb }) => sum + (edition !== 'push' && kept.includes(edition) ? hour_mb : 0), 0);
  return leftBytes === undefined || !hourMb ? undefined : leftBytes / 1e6 / hourMb;
}
