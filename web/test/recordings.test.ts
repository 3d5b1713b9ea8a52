import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Recording } from '../src/core/protocol';
import { addPage } from '../src/core/reduce';

function row(id: string, started_ms: number): Recording {
  return { id, title: '', state: 'ready', started_ms, duration_ms: 0, bytes: 0, url: '' };
}

test('the next page follows the last', () => {
  const first = addPage([], [row('c', 3), row('b', 2)]);
  assert.deepEqual(addPage(first, [row('a', 1)]).map((one) => one.id), ['c', 'b', 'a']);
});

test('a row that became known meanwhile is there once', () => {
  const known = [row('c', 3), row('b', 2)];
  assert.deepEqual(addPage(known, [row('b', 2), row('a', 1)]).map((one) => one.id), ['c', 'b', 'a']);
});
