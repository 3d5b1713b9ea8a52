// What a map (the first bytes of fragmented MP4, ISO/IEC 14496-12) says about itself: the codecs, as a browser wants to be asked.

const INSIDE = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl']);
const DEEPEST = 8;

type Entry = (kind: string, body: DataView) => string;

function kindOf(view: DataView, at: number): string {
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));
}

/** Calls for each box inside of these bytes. False: they are cut off, or make no sense. */
function eachBox(view: DataView, from: number, call: (kind: string, body: DataView) => boolean): boolean {
  for (let at = from; at < view.byteLength; ) {
    if (view.byteLength - at < 8) return false;
    const size = view.getUint32(at);
    if (size < 8 || size > view.byteLength - at) return false;
    if (!call(kindOf(view, at + 4), new DataView(view.buffer, view.byteOffset + at + 8, size - 8))) return false;
    at += size;
  }
  return true;
}

function hex(n: number): string {
  return n.toString(16).padStart(2, '0');
}

/** RFC 6381: profile, constraints and level stand in the settings of the decoder. */
function avcOf(kind: string, body: DataView): string {
  let found = '';
  if (body.byteLength < 78) return '';
  eachBox(body, 78, (name, own) => {
    if (name === 'avcC' && own.byteLength >= 4) found = `${kind}.${hex(own.getUint8(1))}${hex(own.getUint8(2))}${hex(own.getUint8(3))}`;
    return true;
  });
  return found;
}

const ENTRIES: Record<string, Entry> = {
  avc1: avcOf,
  avc3: avcOf,
  mp4a: () => 'mp4a.40.2',
  Opus: () => 'opus',
  vp08: () => 'vp8',
};

/** "avc1.42c01e,mp4a.40.2"; empty: it cannot be told. */
export function codecsOf(map: ArrayBuffer): string {
  const found: string[] = [];
  const entry = (kind: string, body: DataView): boolean => {
    const codec = ENTRIES[kind]?.(kind, body) ?? '';
    if (codec) found.push(codec);
    return codec !== '';
  };
  const walk = (view: DataView, from: number, depth: number): boolean =>
    depth < DEEPEST &&
    eachBox(view, from, (kind, body) => {
      if (kind === 'stsd') return body.byteLength >= 8 && eachBox(body, 8, entry);
      return INSIDE.has(kind) ? walk(body, 0, depth + 1) : true;
    });
  return walk(new DataView(map), 0, 0) && found.length ? found.join(',') : '';
}
