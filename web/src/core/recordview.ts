// What a recording shows: what the class sees, or a picture of its own in some layout. As a choice on the screen, and as
// the server takes it.

/** Of those that are ready made, which layout it is; of the server's own ones. */
export const READY = {
  slides: 'lecture-pip names=on',
  speaker: 'speaker strip=0',
} as const;
export type Ready = keyof typeof READY;

export interface RecordChoice {
  /** 'class', one of READY, or a layout with parameters but without that of the names. */
  what: string;
  /** The names of people are in the picture; only where the layout can. */
  names: boolean;
}

export const AS_THE_CLASS: RecordChoice = { what: 'class', names: false };

const NAMES = ' names=on';

export const isReady = (what: string): what is Ready => Object.hasOwn(READY, what);
export const baseName = (layout: string): string => layout.split(' ')[0]!;

/** Of those names that this server has. */
export function readyOf(layouts: string[]): Ready[] {
  return (Object.keys(READY) as Ready[]).filter((one) => layouts.includes(baseName(READY[one])));
}

/** The layout as text; undefined: what the class sees. `named` are the layouts that take names. */
export function layoutOf({ what, names }: RecordChoice, named: string[]): string | undefined {
  if (what === 'class') return undefined;
  if (isReady(what)) return READY[what];
  return names && named.includes(baseName(what)) ? what + NAMES : what;
}

/** Back from the text of the server. */
export function choiceOf(layout: string): RecordChoice {
  const ready = (Object.keys(READY) as Ready[]).find((one) => READY[one] === layout);
  if (ready) return { what: ready, names: false };
  return layout.endsWith(NAMES) ? { what: layout.slice(0, -NAMES.length), names: true } : { what: layout, names: false };
}
