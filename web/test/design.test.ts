// The model of the layout designer: steps, undo, snapping, files, what the server answers.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as edit from '../src/core/design/edit';
import { History } from '../src/core/design/history';
import { findings } from '../src/core/design/legible';
import { asPlan, clean, GRAIN, toText, within, type Cell, type Plan } from '../src/core/design/plan';
import { drag, WHOLE, type Snap } from '../src/core/design/snap';
import { copyOf, freeName, fromTemplate, TEMPLATES } from '../src/core/design/templates';
import { overlaps, partOf, question, sourceOf, USUAL_ASK, type Tried } from '../src/core/design/tryout';
import { readWrong } from '../src/core/design/wrong';

const cell = (x: number, y: number, w: number, h: number, more: Partial<Cell> = {}): Cell => ({ x, y, w, h, who: ['any'], ...more });
const plan = (...cells: Cell[]): Plan => ({ version: 1, name: 'test', unit: 60, variants: [{ cells }] });
const first = { variant: 0, cell: 0 };
const rectOf = (one: Plan, at = first) => {
  const { x, y, w, h } = edit.cellAt(one, at)!;
  return [x, y, w, h];
};

test('a cell is moved to the next line of the grid, and stays inside', () => {
  const one = plan(cell(10.5, 10, 20, 20));
  assert.deepEqual(rectOf(edit.nudge(one, first, 1, 0, 1)), [11, 10, 20, 20]);
  assert.deepEqual(rectOf(edit.nudge(one, first, -1, 0, 1)), [10, 10, 20, 20]);
  assert.deepEqual(rectOf(edit.nudge(one, first, 0, 60, 1)), [10.5, 40, 20, 20]);
  assert.deepEqual(rectOf(edit.nudge(one, first, 0, -99, 1)), [10.5, 0, 20, 20]);
  assert.deepEqual(rectOf(one), [10.5, 10, 20, 20], 'the one before is as it was');
});

test('fine steps reach every place that the server knows', () => {
  let one = plan(cell(0, 0, 30, 30));
  for (let i = 0; i < 7; i++) one = edit.nudge(one, first, 1, 0, 0.1);
  assert.equal(rectOf(one)[0], Number(((Math.round((0.7 / 60) * GRAIN) / GRAIN) * 60).toFixed(6)));
});

test('the far edges are stretched, and no cell becomes too small', () => {
  const one = plan(cell(10, 10, 20, 20));
  assert.deepEqual(rectOf(edit.stretch(one, first, 1, -2, 1)), [10, 10, 21, 18]);
  assert.deepEqual(rectOf(edit.stretch(one, first, 99, 0, 1)), [10, 10, 50, 20]);
  const [x, , w] = rectOf(edit.stretch(one, first, -99, 0, 1));
  assert.ok(x === 10 && w! >= 1.2 && w! < 1.21);
});

test('whatever is asked for, a cell is one that the server takes', () => {
  for (const rect of [{ x: -5, y: 70, w: 0, h: 90 }, { x: 59.9, y: 59.9, w: 3, h: 3 }, { x: 1 / 3, y: 2 / 3, w: 1 / 7, h: 9 }]) {
    const { x, y, w, h } = within(rect, 60);
    const edges = [x, y, x + w, y + h].map((v) => Math.round((v / 60) * GRAIN));
    assert.ok(edges.every((v) => v >= 0 && v <= GRAIN), JSON.stringify(rect));
    assert.ok(edges[2]! - edges[0]! >= GRAIN / 50 - 1 && edges[3]! - edges[1]! >= GRAIN / 50 - 1, JSON.stringify(rect));
  }
});

test('cells come, go, are copied and change their order', () => {
  let step = edit.addCell(plan(), 0, { x: 0, y: 0, w: 20, h: 20 });
  assert.deepEqual(step.at, first);
  step = edit.duplicate(step.plan, step.at);
  assert.deepEqual(rectOf(step.plan, step.at), [20, 0, 20, 20]);
  step = edit.duplicate(step.plan, step.at);
  step = edit.duplicate(step.plan, step.at);
  assert.deepEqual(rectOf(step.plan, step.at), [40, 20, 20, 20], 'below, where there is no room beside');
  step = edit.reorder(step.plan, step.at, -1);
  assert.equal(step.at.cell, 2);
  step = edit.removeCell(step.plan, step.at);
  assert.equal(step.plan.variants[0]!.cells.length, 3);
  const raised = edit.raise(step.plan, first, 2);
  assert.equal(edit.cellAt(raised, first)!.z, 2);
  assert.ok(!('z' in edit.cellAt(edit.raise(raised, first, -2), first)!));
});

test('no more than a picture takes', () => {
  let step = { plan: plan(), at: { variant: 0, cell: -1 } };
  for (let i = 0; i < 60; i++) step = edit.addCell(step.plan, 0);
  assert.equal(step.plan.variants[0]!.cells.length, 49);
});

test('variants are copied before the one they come from, moved and removed; the last one stays', () => {
  let step = edit.addVariant(plan(cell(0, 0, 60, 60)), 0);
  step = { ...step, plan: edit.setWhen(step.plan, 0, { tall: true, max: 3 }) };
  assert.deepEqual(step.plan.variants.map((one) => one.when), [{ tall: true, max: 3 }, undefined]);
  step = edit.moveVariant(step.plan, 0, 1);
  assert.equal(step.at.variant, 1);
  const bare = edit.setWhen(step.plan, 1, { tall: undefined, max: undefined });
  assert.deepEqual(bare.variants[1]!.when, {});
  step = edit.removeVariant(step.plan, 0);
  assert.equal(edit.removeVariant(step.plan, 0).plan.variants.length, 1);
});

test('another unit shows the same', () => {
  const one = edit.setUnit(plan(cell(15, 30, 20, 30)), 1);
  assert.deepEqual(rectOf(one), [0.25, 0.5, 0.333333, 0.5]);
  assert.deepEqual(rectOf(edit.setUnit(one, 360)), [90, 180, 120, 180]);
});

test('a parameter takes its variants and cells along when it is renamed', () => {
  const one: Plan = { ...plan(cell(0, 0, 60, 60, { who: 'rest', most: 'strip' })), params: { strip: { min: 1, max: 5 }, side: ['a', 'b'] } };
  one.variants[0]!.when = { side: 'b' };
  const to = edit.renameParam(edit.renameParam(one, 'strip', 'row'), 'side', 'at');
  assert.deepEqual(Object.keys(to.params!), ['row', 'at']);
  assert.equal(to.variants[0]!.cells[0]!.most, 'row');
  assert.deepEqual(to.variants[0]!.when, { at: 'b' });
  assert.equal(edit.setParam(edit.setParam(to, 'row', undefined), 'at', undefined).params, undefined);
});

test('what was done is undone; steps that follow closely are one', () => {
  let ms = 0;
  const past = new History<number>(0, () => ms);
  for (const value of [1, 2, 3]) {
    past.push(value, 'move');
    ms += 100;
  }
  past.push(10, 'resize');
  ms += 5000;
  past.push(11, 'resize');
  const back = () => (past.undo() ? past.value : -1);
  assert.deepEqual([back(), back(), back(), back()], [10, 3, 0, -1]);
  assert.ok(past.redo() && past.redo() && past.value === 10);
  past.push(99);
  assert.ok(!past.canRedo);
  for (let i = 100; i < 500; i++) past.push(i);
  let steps = 0;
  while (past.undo()) steps++;
  assert.equal(steps, 200, 'the oldest are forgotten');
});

const snap = (more: Partial<Snap> = {}): Snap => ({ lines: 12, dx: 1, dy: 1, unit: 60, others: [], ...more });

test('a cell that is dragged clings to others, to the middle and to the grid', () => {
  const rect = { x: 0, y: 0, w: 13, h: 13 };
  const others = [{ x: 31.3, y: 20.2, w: 20, h: 20 }];
  assert.equal(drag(rect, WHOLE, 17.8, 0, snap({ others })).x, 31.3 - 13, 'its far edge at their first');
  assert.equal(drag(rect, WHOLE, 30.9, 0, snap({ others })).x, 31.3, 'its first edge at theirs');
  assert.equal(drag(rect, WHOLE, 0, 29.2, snap()).y, 30, 'the middle');
  assert.equal(drag(rect, WHOLE, 21.9, 0, snap()).x, 20, 'the grid');
  assert.equal(drag(rect, WHOLE, 21.9, 0, snap({ lines: 0 })).x, 21.9, 'nothing');
  assert.equal(drag(rect, WHOLE, -9, 99, snap()).y, 47);
});

test('an edge that is dragged clings, too, and never passes the other', () => {
  const rect = { x: 10, y: 10, w: 20, h: 20 };
  assert.deepEqual(drag(rect, { x: 1, y: 0 }, 4.4, 9, snap()), { x: 10, y: 10, w: 25, h: 20 });
  assert.deepEqual(drag(rect, { x: -1, y: -1 }, -2, -10, snap({ lines: 0 })), { x: 8, y: 0, w: 22, h: 30 });
  const flat = drag(rect, { x: 1, y: 1 }, -99, -99, snap({ lines: 0 }));
  assert.ok(flat.w > 0 && flat.h > 0 && flat.x === 10);
});

test('an answer of the server says where', () => {
  assert.deepEqual(readWrong('variants[1].cells[12].w: ends outside of the canvas'), {
    path: 'variants[1].cells[12].w', why: 'ends outside of the canvas', variant: 1, cell: 12, field: 'w',
  });
  assert.equal(readWrong('params.strip.max: must be a whole number from 0 to 999').field, 'max');
  assert.deepEqual([readWrong('variants: has none').variant, readWrong('is one too many: others must go first').path], [-1, '']);
});

test('the built-in layouts are read, and written as they were', () => {
  const dir = '../plugins/layouts';
  const names = readdirSync(dir).filter((name) => name.endsWith('.json'));
  assert.ok(names.length > 10);
  for (const name of names) {
    const json = JSON.parse(readFileSync(`${dir}/${name}`, 'utf8')) as Plan;
    const read = asPlan(json) as Plan;
    assert.deepEqual(JSON.parse(toText(read)), clean(json), name);
    assert.deepEqual({ ...clean(json), variants: clean(json).variants.map((one) => ({ when: {}, ...one })) }, { ...json, variants: json.variants.map((one) => ({ ...one, when: one.when ?? {} })) }, name);
  }
});

test('what is not known goes along, so that the server can refuse it', () => {
  const json = { version: 2, name: 'x', blink: 1, variants: [{ often: true, cells: [{ x: 0, y: 0, w: 1, h: 1, who: 'any', spin: 3, text: '' }] }] };
  const kept = JSON.parse(toText(asPlan(json) as Plan)) as typeof json;
  assert.deepEqual(kept, { version: 2, name: 'x', blink: 1, variants: [{ often: true, cells: [{ x: 0, y: 0, w: 1, h: 1, who: 'any', spin: 3 }] }] });
});

test('what is no layout at all is refused with its place', () => {
  for (const [json, path] of [
    [[], 'object'],
    [{}, 'variants'],
    [{ variants: [] }, 'variants'],
    [{ variants: [{}] }, 'variants[0].cells'],
    [{ variants: [{ cells: [], when: 3 }] }, 'variants[0].when'],
    [{ variants: [{ cells: [{ x: 0, y: 0, w: '1', h: 1 }] }] }, 'variants[0].cells[0]'],
    [{ variants: [{ cells: [{ x: 0, y: 0, w: 1, h: 1, who: [7] }] }] }, 'variants[0].cells[0].who'],
    [{ variants: [{ cells: [] }], params: { side: 'a' } }, 'params.side'],
  ]) {
    assert.equal(asPlan(json), path);
  }
});

test('names are free, short and plain', () => {
  assert.equal(freeName('1up_top_left+5', []), '1up-top-left-5');
  assert.equal(freeName('Ünï  -- x', ['u-ni-x']).length > 0, true);
  assert.equal(freeName('grid', ['grid', 'grid-2']), 'grid-3');
  assert.equal(freeName('русский', []), 'layout');
  const long = 'a'.repeat(40);
  assert.ok(freeName(long, [freeName(long, [])]).length <= 31);
  assert.equal(copyOf({ ...plan(), name: 'wall', group: 'all' }, []).name, 'my-wall');
  for (const one of TEMPLATES) assert.equal(overlaps(fromTemplate(one, 'x').variants[0]!.cells).length, 0);
});

const tried = (cells: Tried['cells'], rungs: Partial<Tried['rungs'][0]>[]): Tried => ({
  variant: 0,
  least: 90,
  cells,
  rungs: rungs.map((one) => ({ level: 'low', w: 320, h: 180, least: 0, page: 0, shown: cells.length, thin: 0, ...one })),
});
const face = (h: number) => ({ kind: 'camera' as const, member: 1, x: 0, y: 0, w: 1000, h, fill: true, border: false });

test('what is too small is said of each rung, and which cells it is', () => {
  const cells = [face(GRAIN), face(GRAIN / 4)];
  const [low, high] = findings(tried(cells, [{ least: 45, shown: 1, thin: 180 }, { level: 'high', w: 1280, h: 720, least: 180 }]));
  assert.deepEqual([...low!.cells], [[1, 'small']]);
  assert.equal(low!.says[0]!.key, 'design.says.fewer');
  assert.equal(low!.says[0]!.vars.shown, 1);
  assert.deepEqual([high!.says, high!.cells.size], [[], 0]);
});

test('one alone is large enough, a page and a name need their own height', () => {
  assert.deepEqual(findings(tried([face(GRAIN / 4)], [{ least: 45 }]))[0]!.says, []);
  const page = { ...face(GRAIN / 2), kind: 'screen' as const };
  const text = { ...face(GRAIN / 2), kind: 'text' as const };
  const [one] = findings(tried([page, text], [{ w: 640, h: 360, page: 180 }]));
  assert.deepEqual(one!.says.map(({ key }) => key), ['design.says.page', 'design.says.name']);
  assert.deepEqual([...one!.cells.values()], ['page', 'name']);
});

test('an arranged cell belongs to the smallest around it', () => {
  const one = plan(cell(0, 0, 60, 60), cell(40, 40, 20, 20, { over: true }));
  const at = (x: number, y: number, w: number, h: number) => ({ ...face(0), x: x * 168, y: y * 168, w: w * 168, h: h * 168 });
  assert.equal(sourceOf(one, 0, at(41, 41, 10, 10)), 1);
  assert.equal(sourceOf(one, 0, at(0, 0, 60, 60)), 0);
  assert.equal(sourceOf(one, 7, at(0, 0, 60, 60)), -1);
});

test('only what was said is asked', () => {
  assert.deepEqual(Object.keys(question(plan(), { ...USUAL_ASK, tall: true })), ['layout', 'n', 'tall']);
  assert.deepEqual([1, 2, 3, 4].map((i) => partOf({ ...USUAL_ASK, pinned: true, hand: true }, i)), ['lecturer', 'speaker', 'pinned', 'hand']);
  assert.equal(partOf({ ...USUAL_ASK, n: 2, hand: true }, 2), 'hand');
});

test('pictures are kept in the file, and an empty one is none', () => {
  const one: Plan = { ...plan(cell(0, 0, 60, 60)), background_picture: 'hall', logo: { picture: 'school', corner: 'top-left', height: 0.1 } };
  const read = asPlan(JSON.parse(toText(one)));
  assert.ok(typeof read !== 'string');
  assert.equal(read.background_picture, 'hall');
  assert.deepEqual(read.logo, one.logo);
  const none = JSON.parse(toText({ ...one, background_picture: '', logo: undefined }));
  assert.ok(!('background_picture' in none) && !('logo' in none));
});
