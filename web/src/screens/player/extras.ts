// What is shown around a recording, loaded when it is needed for the first time.

import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../../core/i18n';
import { readChapters } from '../../core/player/chapters';
import { madeBytes, madeUrl } from '../../core/player/sources';
import { cueAt, type Cue, parseVtt, type Tile, tileOf } from '../../core/player/vtt';
import { readWave, type Wave } from '../../core/player/wave';
import type { Made, Recording } from '../../core/protocol';

const MOST_WAVE = 3_000_000; // bytes: more is not worth it

async function got(url: string): Promise<Response> {
  const reply = await fetch(url);
  if (!reply.ok) throw new Error(String(reply.status));
  return reply;
}

/** The links are never the same, the files of a recording are. */
function filesOf(made: Made | undefined): string {
  return made?.base ? (made.files ?? []).map((one) => `${one.name} ${one.bytes ?? 0}`).join('\n') : '';
}

interface Mark {
  at_ms: number;
  text: string;
}

/** Asks the server of the class. */
export type AskMarks = (t: string, d: object) => Promise<Record<string, unknown>>;

/** Before anything is made of it: what was marked while it was recorded. */
async function marksOf(id: string, ask: AskMarks | undefined): Promise<Cue[]> {
  if (!ask) return [];
  const reply = await ask('recording.marks', { id });
  const marks = (reply.marks as Mark[] | undefined) ?? [];
  return marks.map(({ at_ms, text }, i) => ({
    startS: at_ms / 1000,
    endS: (marks[i + 1]?.at_ms ?? at_ms) / 1000,
    text,
  }));
}

/** The server calls a mark without words by its time, which stands beside it anyway. */
function named(cues: Cue[]): Cue[] {
  return cues.map((one, i) => ((one.kind ?? 'mark') === 'mark' && /^[\d:]*$/.test(one.text) ? { ...one, text: t('player.mark', { n: i + 1 }) } : one));
}

async function chaptersOf({ id, made }: Recording, ask: AskMarks | undefined): Promise<Cue[]> {
  const kinds = madeUrl(made, 'chapters.json');
  if (kinds) return readChapters(await (await got(kinds)).json());
  const plain = madeUrl(made, 'chapters.vtt'); // of a recording that was made long ago
  return plain ? parseVtt(await (await got(plain)).text()) : marksOf(id, ask);
}

export function useChapters(row: Recording, ask: AskMarks | undefined): Cue[] {
  const [chapters, setChapters] = useState<Cue[]>([]);
  const files = filesOf(row.made);
  const link = chapters.length ? '' : row.made?.query; // what could not be had is tried with the next one
  useEffect(() => {
    let wanted = true;
    chaptersOf(row, ask).then(
      (cues) => wanted && setChapters(named(cues)),
      () => undefined, // it plays without
    );
    return () => {
      wanted = false;
    };
  }, [row.id, files, link]);
  return chapters;
}

/** `wanted`: somebody looks at it, and may pay for it. */
export function useWave(row: Recording, wanted: boolean): Wave | null {
  const [wave, setWave] = useState<Wave | null>(null);
  const files = filesOf(row.made);
  const link = wave ? '' : row.made?.query;
  useEffect(() => {
    const url = madeUrl(row.made, 'waveform.json');
    if (!wanted || !url || madeBytes(row.made, 'waveform.json') > MOST_WAVE) return undefined;
    let here = true;
    got(url)
      .then((reply) => reply.json())
      .then(
        (file: unknown) => here && setWave(readWave(file)),
        () => undefined,
      );
    return () => {
      here = false;
    };
  }, [row.id, files, wanted, link]);
  return wave;
}

export interface Picture extends Tile {
  url: string;
}

/** The small picture of a time: null until it is there. Nothing is loaded before the first one is asked for. */
export function usePictures(row: Recording): (s: number) => Picture | null {
  const [cues, setCues] = useState<Cue[]>([]);
  const asked = useRef('');
  return (s) => {
    const url = madeUrl(row.made, 'sprite.vtt');
    if (url && !cues.length && asked.current !== url) {
      asked.current = url;
      got(url)
        .then((reply) => reply.text())
        .then(
          (text) => setCues(parseVtt(text)),
          () => undefined,
        );
    }
    const cue = cues[cueAt(cues, s)];
    const tile = cue ? tileOf(cue.text) : null;
    const sheet = tile ? madeUrl(row.made, tile.file) : '';
    return tile && sheet ? { ...tile, url: sheet } : null;
  };
}
