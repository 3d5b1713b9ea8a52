// Layouts of FreeSWITCH as ours.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fromFreeswitch } from '../src/core/design/fsxml';
import { overlaps } from '../src/core/design/tryout';
import { parse } from './xml';

const FILE = 'test/fixtures/conference_layouts.conf.xml';
const all = fromFreeswitch(parse(readFileSync(FILE, 'utf8')), ['fs-one']);
const of = (title: string) => all.find((one) => one.title === title)!;
const keys = (title: string) => of(title).notes.map(({ key }) => key.slice('design.fs.'.length));

test('all layouts and groups of the file', () => {
  assert.deepEqual(all.map(({ title }) => title), ['one', 'two-beside', 'Big_left+3', 'teacher-in-corner', 'kept-last', 'grow']);
  assert.deepEqual(all.map(({ plan }) => plan!.name), ['fs-one-2', 'fs-two-beside', 'fs-big-left-3', 'fs-teacher-in-corner', 'fs-kept-last', 'fs-group-grow']);
});

test('the places are the same 360ths, hscale or square', () => {
  const cells = of('two-beside').plan!.variants[1]!.cells;
  assert.deepEqual(cells.map(({ x, y, w, h, fit }) => [x, y, w, h, fit]), [[0, 0, 180, 360, 'fill'], [180, 0, 180, 360, 'fill']]);
  assert.equal(of('two-beside').plan!.unit, 360);
  assert.ok(keys('two-beside').includes('sound'));
});

test('who has the floor is wanted first, and fitted without zoom', () => {
  const [big, small] = of('Big_left+3').plan!.variants[1]!.cells;
  assert.deepEqual([big!.who, small!.who, big!.fit], [['pinned', 'screen', 'speaker', 'lecturer', 'camera', 'any'], ['screen', 'camera', 'any'], 'fit']);
});

test('a kept place has a role, a place in front, and says that it lies over another', () => {
  const plan = of('teacher-in-corner').plan!;
  const [kept, floor] = plan.variants[1]!.cells;
  assert.deepEqual([kept!.who, kept!.over, kept!.z, kept!.border], [['lecturer'], true, 1, true]);
  assert.deepEqual(floor!.who, ['pinned', 'screen', 'speaker']);
  assert.deepEqual(keys('teacher-in-corner'), ['border', 'reserved', 'tall']);
});

test('what cannot be carried over is said', () => {
  assert.deepEqual(keys('kept-last').sort(), ['background', 'bad_image', 'file_only', 'outside', 'reserved', 'sound', 'tall', 'tiny', 'unknown'].sort());
  const cells = of('kept-last').plan!.variants[1]!.cells;
  assert.deepEqual([cells.length, cells[0]!.who], [4, ['interpreter']]);
});

test('a group grows with the class, and a shared screen takes a place', () => {
  const whens = of('grow').plan!.variants.map(({ when, cells }) => [when!.tall, when!.screen, when!.max, cells.length]);
  assert.deepEqual(whens, [
    [true, undefined, undefined, 2],
    [false, false, 1, 1],
    [false, false, 2, 2],
    [false, true, 1, 2],
    [false, undefined, undefined, 4],
  ]);
  const notes = of('grow').notes;
  assert.ok(notes.some(({ key, vars }) => key === 'design.fs.no_member' && vars.name === 'nowhere'));
  assert.ok(notes.some(({ key, vars }) => key === 'design.fs.never' && vars.name === 'teacher-in-corner'));
});

test('upright there is a front where there was a floor', () => {
  assert.deepEqual(of('Big_left+3').plan!.variants[0]!.cells.map(({ who }) => who)[1], 'rest');
  assert.equal(of('two-beside').plan!.variants[0]!.cells.length, 1);
});

test('no cells lie over each other without saying so', () => {
  for (const { plan, title } of all) for (const { cells } of plan!.variants) assert.deepEqual(overlaps(cells), [], title);
});

test('too many places, and nothing at all', () => {
  const many = '<image x="0" y="0" scale="60"/>'.repeat(50);
  const [big, none] = fromFreeswitch(parse(`<layouts><layout name="a">${many}</layout><layout name="b"></layout></layouts>`), []);
  assert.deepEqual([big!.plan, big!.notes[0]!.key, none!.plan, none!.notes[0]!.key], [null, 'design.fs.too_many', null, 'design.fs.nothing']);
  assert.deepEqual(fromFreeswitch(parse('<x/>'), []), []);
  const two = '<image x="0" y="0" scale="200"/><image x="100" y="0" scale="200"/>';
  const [over] = fromFreeswitch(parse(`<layouts><layout name="a">${two}</layout></layouts>`), []);
  assert.deepEqual([over!.notes[0]!.key, over!.plan!.variants[1]!.cells[1]!.over], ['design.fs.over', true]);
});
