// The keys of the player, as they are usual in players.

export type Command =
  | { do: 'play' | 'mute' | 'full' | 'start' | 'end' }
  | { do: 'by'; s: number }
  | { do: 'chapter'; by: 1 | -1 }
  | { do: 'speed'; by: 1 | -1 }
  | { do: 'part'; tenths: number };

/** What has the focus: a field that text goes to, a button, a slider of the browser, our own, or nothing of these. */
export type Where = 'text' | 'button' | 'range' | 'seek' | '';

interface Key {
  key: string;
  code: string;
  shiftKey: boolean;
}

const ANYWHERE: Record<string, Command> = {
  k: { do: 'play' },
  j: { do: 'by', s: -10 },
  l: { do: 'by', s: 10 },
  m: { do: 'mute' },
  f: { do: 'full' },
  '<': { do: 'speed', by: -1 },
  '>': { do: 'speed', by: 1 },
};

const SIDEWAYS: Record<string, Command> = { ArrowLeft: { do: 'by', s: -5 }, ArrowRight: { do: 'by', s: 5 } };

/** Those of a slider: up is on. */
const SEEK: Record<string, Command> = {
  ArrowUp: { do: 'by', s: 5 },
  ArrowDown: { do: 'by', s: -5 },
  PageUp: { do: 'chapter', by: 1 },
  PageDown: { do: 'chapter', by: -1 },
  Home: { do: 'start' },
  End: { do: 'end' },
};

/** By the place on the keyboard where letters are not Latin, else by the sign. */
function signOf({ key, code, shiftKey }: Key): string {
  const sign = key.toLowerCase();
  if (sign.length !== 1 || /^[a-z0-9<> ]$/.test(sign)) return sign;
  if (shiftKey && code === 'Comma') return '<';
  if (shiftKey && code === 'Period') return '>';
  return code.replace(/^(Key|Digit|Numpad)/, '').toLowerCase();
}

export function commandOf(event: Key, where: Where): Command | null {
  if (where === 'text') return null;
  if (where === 'seek' && SEEK[event.key]) return SEEK[event.key]!;
  if (SIDEWAYS[event.key]) return where === 'range' ? null : SIDEWAYS[event.key]!;
  const sign = signOf(event);
  if (sign === ' ') return where === 'button' ? null : { do: 'play' };
  if (/^\d$/.test(sign) && !event.shiftKey) return { do: 'part', tenths: Number(sign) };
  return ANYWHERE[sign] ?? null;
}
