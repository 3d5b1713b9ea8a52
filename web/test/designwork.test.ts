// One layout at work: what is asked of the server, and what its answers do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as edit from '../src/core/design/edit';
import type { Plan } from '../src/core/design/plan';
import { Work } from '../src/core/design/work';
import { Refusal } from '../src/core/protocol';

const PLAN: Plan = {
  version: 1,
  name: 'a',
  unit: 60,
  variants: [
    { when: { tall: true }, cells: [{ x: 0, y: 0, w: 60, h: 60, who: 'rest' }] },
    { cells: [{ x: 0, y: 0, w: 30, h: 60, who: 'screen' }, { x: 30, y: 0, w: 30, h: 60, who: 'rest' }] },
  ],
};
const GOOD = { variant: 1, cells: [], least: 90, rungs: [] };

function begin(answer: (n: number) => Record<string, unknown> = () => GOOD) {
  const asked: Record<string, unknown>[] = [];
  const work = new Work(PLAN, true, async (_, d) => {
    asked.push(d);
    return answer(asked.length);
  });
  return { work, asked };
}

async function until(what: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !what(); i++) await new Promise<void>((go) => setTimeout(go, 10));
  assert.ok(what());
}

test('it begins with what is seen in a wide picture', () => {
  const { work } = begin();
  assert.deepEqual([work.at.value, work.ask.value.tall, work.changed.value], [{ variant: 1, cell: -1 }, false, false]);
  work.close();
});

test('the canvas goes with the variant, and the variant with the canvas', () => {
  const { work } = begin();
  work.select({ variant: 0, cell: 0 });
  assert.equal(work.ask.value.tall, true);
  work.setAsk({ tall: false });
  assert.equal(work.at.value.variant, 1);
  work.close();
});

test('undo goes back to where the hand was, and knows what is stored', () => {
  const { work } = begin();
  work.select({ variant: 1, cell: 1 });
  work.do(edit.duplicate(work.plan.value, work.at.value));
  assert.deepEqual([work.at.value.cell, work.changed.value, work.can.value.undo], [1 + 1, true, true]);
  work.undo();
  assert.deepEqual([work.plan.value.variants[1]!.cells.length, work.changed.value, work.can.value.redo], [2, false, true]);
  work.redo();
  work.kept(work.plan.value);
  assert.equal(work.changed.value, false);
  work.undo();
  assert.equal(work.changed.value, true);
  work.close();
});

test('what is changed while it is being stored is not stored', () => {
  const { work } = begin();
  work.select({ variant: 1, cell: 1 });
  work.do(edit.duplicate(work.plan.value, work.at.value));
  const sent = work.plan.value;
  work.do(edit.removeCell(work.plan.value, work.at.value));
  work.kept(sent);
  assert.equal(work.changed.value, true);
  work.undo();
  assert.equal(work.changed.value, false);
  work.close();
});

test('many changes are one question, and the last one is asked', async () => {
  const { work, asked } = begin();
  for (let i = 0; i < 5; i++) work.do(edit.nudge(work.plan.value, { variant: 1, cell: 0 }, 1, 0, 1));
  work.setAsk({ n: 3 });
  await until(() => work.tried.value !== null);
  const [{ layout, n }] = asked as [{ layout: Plan; n: number }];
  assert.deepEqual([asked.length, n, layout.variants[1]!.cells[0]!.x], [1, 3, 5]);
  work.close();
});

test('a refusal is put at its field, and goes when it is repaired', async () => {
  const { work } = begin((n) => {
    if (n === 1) throw new Refusal('bad_field', 'layout', 0, 'variants[1].cells[0].w: ends outside of the canvas');
    return GOOD;
  });
  await until(() => work.wrong.value !== null);
  assert.deepEqual([work.wrong.value!.variant, work.wrong.value!.cell, work.wrong.value!.field], [1, 0, 'w']);
  work.do(edit.nudge(work.plan.value, { variant: 1, cell: 0 }, 1, 0, 1));
  await until(() => work.wrong.value === null);
  work.close();
});

test('what fails for another reason is asked again', async () => {
  const { work, asked } = begin((n) => {
    if (n === 1) throw new Refusal('timeout');
    return GOOD;
  });
  await until(() => work.tried.value !== null);
  assert.equal(asked.length, 2);
  work.close();
});
