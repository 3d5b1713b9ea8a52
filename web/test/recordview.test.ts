import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AS_THE_CLASS, choiceOf, layoutOf, READY, readyOf, type Ready } from '../src/core/recordview';

const NAMED = ['lecture-pip', 'speaker-strip'];

test('as the class sees it is no layout', () => {
  assert.equal(layoutOf(AS_THE_CLASS, NAMED), undefined);
  assert.equal(layoutOf({ what: 'class', names: true }, NAMED), undefined);
});

test('what is chosen comes back as it was', () => {
  for (const one of Object.keys(READY) as Ready[]) assert.deepEqual(choiceOf(layoutOf({ what: one, names: false }, NAMED)!), { what: one, names: false });
  for (const what of ['grid', 'mine', 'speaker-strip side=left', 'speaker-strip'])
    for (const names of [false, NAMED.includes(what.split(' ')[0]!)]) assert.deepEqual(choiceOf(layoutOf({ what, names }, NAMED)!), { what, names });
});

test('names only where the layout can', () => {
  assert.equal(layoutOf({ what: 'grid', names: true }, NAMED), 'grid');
  assert.equal(layoutOf({ what: 'speaker-strip side=left', names: true }, NAMED), 'speaker-strip side=left names=on');
});

test('of those that are ready only what the server has', () => {
  assert.deepEqual(readyOf(['grid', 'speaker']), ['speaker']);
  assert.deepEqual(readyOf(['speaker', 'lecture-pip']), ['slides', 'speaker']);
  assert.deepEqual(readyOf([]), []);
});
