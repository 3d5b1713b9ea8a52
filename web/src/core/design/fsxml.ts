// Layouts of FreeSWITCH (conference_layouts.conf.xml) as layouts of ours.
//
// What that format says: a canvas of 360 by 360; an image has x, y, scale (its width and, unless hscale is given, its
// height), zoom (cropped to fill, else letterboxed), floor (who has the floor), floor-only (nobody else), file-only (files
// that are played), overlap, reservation_id (kept for whom it was given to), border (px), audio-position. A layout may have
// auto-3d-position, border and bgimg. A group is a list of layouts: the first that has a place for everybody is taken.

import { freeName } from './templates';
import { LEAST, LIMITS, meet, type Cell, type Plan, type Variant } from './plan';
import type { XmlNode } from './xmltree';

const UNIT = 360;
const TALL_FRONT = 114; // of an upright canvas: 16:9 of its width

/** What could not be carried over: a key of the texts design.fs.* and its values. */
export interface Note {
  key: string;
  vars: Record<string, string | number>;
}

export interface Imported {
  /** As it was called; a group when it came from one. */
  title: string;
  group: boolean;
  /** null: nothing is left of it. */
  plan: Plan | null;
  notes: Note[];
}

const FLOOR = ['pinned', 'screen', 'speaker', 'lecturer', 'camera', 'any'];
const FLOOR_ONLY = ['pinned', 'screen', 'speaker'];
const ANYBODY = ['screen', 'camera', 'any'];
const KNOWN = ['x', 'y', 'scale', 'hscale', 'zoom', 'floor', 'floor-only', 'file-only', 'overlap', 'reservation_id', 'border', 'audio-position'];

/** For whom a place is kept, by the name that somebody gave it. */
const RESERVED: [RegExp, string][] = [
  [/interp|transl|sign/i, 'interpreter'],
  [/guest|invit/i, 'guest'],
  [/student|pupil/i, 'student'],
  [/screen|slide|content|desktop/i, 'screen'],
  [/hand|question/i, 'hand'],
  [/present|lectur|teach|moder|host|chair|main|speaker/i, 'lecturer'],
];

class Notes {
  readonly list: Note[] = [];

  add(key: string, vars: Note['vars'] = {}): void {
    const note = { key: `design.fs.${key}`, vars };
    if (!this.list.some((one) => JSON.stringify(one) === JSON.stringify(note))) this.list.push(note);
  }
}

function yes(value: string | undefined): boolean {
  return /^(true|yes|on|enable|enabled|active|allow|t|y|[1-9]\d*)$/i.test(value ?? '');
}

function number(value: string | undefined): number {
  const read = Number.parseInt(value ?? '', 10);
  return Number.isFinite(read) ? read : -1;
}

function whoOf(image: XmlNode, notes: Notes): string[] {
  const reserved = image.attrs['reservation_id'];
  if (reserved) {
    const role = RESERVED.find(([name]) => name.test(reserved))?.[1] ?? 'pinned';
    notes.add('reserved', { id: reserved, role });
    return [role];
  }
  if (yes(image.attrs['floor-only'])) return FLOOR_ONLY;
  return yes(image.attrs['floor']) ? FLOOR : ANYBODY;
}

function cellOf(image: XmlNode, layout: XmlNode, at: number, notes: Notes): Cell | null {
  const a = image.attrs;
  const x = number(a['x']);
  const y = number(a['y']);
  const w = number(a['scale']);
  const h = a['hscale'] === undefined ? w : number(a['hscale']);
  for (const key of Object.keys(a)) if (!KNOWN.includes(key)) notes.add('unknown', { key });
  if (a['audio-position'] !== undefined) notes.add('sound');
  if (x < 0 || y < 0 || w <= 0 || h <= 0) {
    notes.add('bad_image', { at });
    return null;
  }
  if (yes(a['file-only'])) {
    notes.add('file_only', { at });
    return null;
  }
  const rect = { x, y, w: Math.min(w, UNIT - x), h: Math.min(h, UNIT - y) };
  if (rect.w !== w || rect.h !== h) notes.add('outside', { at });
  if (rect.w < UNIT * LEAST || rect.h < UNIT * LEAST) {
    notes.add('tiny', { at });
    return null;
  }
  const border = number(a['border'] ?? layout.attrs['border']) > 0;
  if (border) notes.add('border');
  return {
    ...rect,
    who: whoOf(image, notes),
    fit: yes(a['zoom']) ? 'fill' : 'fit',
    ...(border ? { border } : {}),
    ...(yes(a['overlap']) ? { over: true } : {}),
  };
}

/** Who a place is kept for is found first, then who has the floor, whatever the order of the images. */
function rank(cell: Cell): number {
  return cell.who === ANYBODY ? 2 : cell.who === FLOOR || cell.who === FLOOR_ONLY ? 1 : 0;
}

/** In another order cells keep what lies over what by z. */
function inOrder(cells: Cell[]): Cell[] {
  const sorted = [...cells].sort((a, b) => rank(a) - rank(b));
  const over = cells.some((a, i) => cells.some((b, k) => k > i && meet(a, b)));
  if (!over || sorted.every((cell, i) => cell === cells[i])) return sorted;
  return sorted.map((cell) => (cells.indexOf(cell) ? { ...cell, z: cells.indexOf(cell) } : cell));
}

/** FreeSWITCH lets images lie over each other; here one of the two must say so. */
function sayOver(cells: Cell[], notes: Notes): Cell[] {
  const said = [...cells];
  for (let k = 0; k < said.length; k++) {
    for (let i = 0; i < k; i++) {
      if (said[i]!.over || said[k]!.over || !meet(said[i]!, said[k]!)) continue;
      said[k] = { ...said[k]!, over: true };
      notes.add('over');
    }
  }
  return said;
}

interface Wide {
  cells: Cell[];
  /** People it has a place for. */
  places: number;
}

function wideOf(layout: XmlNode, notes: Notes): Wide | null {
  if (yes(layout.attrs['auto-3d-position'])) notes.add('sound');
  if (layout.attrs['bgimg']) notes.add('background');
  const images = layout.children.filter((one) => one.name === 'image');
  const read = images.map((image, i) => cellOf(image, layout, i + 1, notes)).filter((cell): cell is Cell => cell !== null);
  if (!read.length) {
    notes.add('nothing');
    return null;
  }
  if (read.length > LIMITS.cellsOfVariant) {
    notes.add('too_many', { n: read.length, most: LIMITS.cellsOfVariant });
    return null;
  }
  return { cells: sayOver(inOrder(read), notes), places: read.length };
}

/** The format knows no upright canvas: its cells would be slits there. */
function tallOf(wides: Wide[]): Variant {
  const last = wides[wides.length - 1]!;
  const front = last.cells.find((cell) => cell.who === FLOOR || cell.who === FLOOR_ONLY);
  if (!front || last.places < 2) return { when: { tall: true }, cells: [{ x: 0, y: 0, w: UNIT, h: UNIT, who: 'rest', most: last.places, zoom: true }] };
  return {
    when: { tall: true },
    cells: [
      { x: 0, y: 0, w: UNIT, h: TALL_FRONT, who: FLOOR },
      { x: 0, y: TALL_FRONT, w: UNIT, h: UNIT - TALL_FRONT, who: 'rest', most: last.places - 1, zoom: true },
    ],
  };
}

/** A screen takes a place, so that the next larger layout comes one member sooner. */
function variantsOf(wides: Wide[]): Variant[] {
  const steps = wides.slice(0, -1).flatMap(({ cells, places }): Variant[] => [
    { when: { tall: false, screen: false, max: places }, cells },
    ...(places > 1 ? [{ when: { tall: false, screen: true, max: places - 1 }, cells }] : []),
  ]);
  const last: Variant = { when: { tall: false }, cells: wides[wides.length - 1]!.cells };
  return [tallOf(wides), ...steps, last];
}

function make(title: string, group: boolean, wides: Wide[], taken: string[], notes: Notes): Imported {
  const variants = wides.length ? variantsOf(wides) : [];
  const cells = variants.reduce((n, one) => n + one.cells.length, 0);
  if (wides.length && (variants.length > LIMITS.variants || cells > LIMITS.cells)) notes.add('too_large');
  if (!wides.length || variants.length > LIMITS.variants || cells > LIMITS.cells) return { title, group, plan: null, notes: notes.list };
  const name = freeName(group ? `fs-group-${title}` : `fs-${title}`, taken);
  taken.push(name);
  notes.add('tall');
  const plan: Plan = { version: 1, name, title: title.slice(0, 48), unit: UNIT, variants };
  return { title, group, plan: structuredClone(plan), notes: notes.list };
}

function find(node: XmlNode, name: string): XmlNode[] {
  return node.children.flatMap((one) => [...(one.name === name ? [one] : []), ...find(one, name)]);
}

/** All that a file has; names are none of `taken`. */
export function fromFreeswitch(root: XmlNode, taken: string[]): Imported[] {
  const whole: XmlNode = { name: '', attrs: {}, text: '', children: [root] };
  const used = [...taken];
  const layouts = find(whole, 'layout').filter((one) => one.attrs['name'] !== undefined);
  const byName = new Map(layouts.map((one) => [one.attrs['name']!, one]));
  const singles = layouts.map((layout) => {
    const notes = new Notes();
    const wide = wideOf(layout, notes);
    return make(layout.attrs['name']!, false, wide ? [wide] : [], used, notes);
  });
  const groups = find(whole, 'group')
    .filter((one) => one.attrs['name'] !== undefined)
    .map((group) => {
      const notes = new Notes();
      return make(group.attrs['name']!, true, membersOf(group, byName, notes), used, notes);
    });
  return [...singles, ...groups];
}

/** In its order; one that has no more places than those before would never be taken. */
function membersOf(group: XmlNode, byName: Map<string, XmlNode>, notes: Notes): Wide[] {
  const wides: Wide[] = [];
  for (const one of group.children.filter((child) => child.name === 'layout')) {
    const name = one.text.trim();
    const layout = byName.get(name);
    const own = new Notes();
    const wide = layout ? wideOf(layout, own) : null;
    if (!layout) notes.add('no_member', { name });
    else if (!wide) notes.add('left_out', { name });
    else if (wide.places <= (wides[wides.length - 1]?.places ?? 0)) notes.add('never', { name });
    else wides.push(wide);
    if (wide) for (const note of own.list) notes.add(note.key.slice('design.fs.'.length), note.vars);
  }
  return wides;
}
