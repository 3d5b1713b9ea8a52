import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mimeOf, StillParts } from '../src/core/still';

const part = (n: number, i: number, of: number, text: string) => ({ n, i, of, b: btoa(text) });
const asText = (bytes: Uint8Array | null) => bytes && String.fromCharCode(...bytes);

test('a picture is there with its last part', () => {
  const parts = new StillParts();
  assert.equal(parts.push(part(1, 0, 3, 'ab')), null);
  assert.equal(parts.push(part(1, 1, 3, 'c')), null);
  assert.equal(asText(parts.push(part(1, 2, 3, 'de'))), 'abcde');
  assert.equal(asText(parts.push(part(2, 0, 1, 'x'))), 'x');
});

test('one that lacks a part is forgotten', () => {
  const parts = new StillParts();
  parts.push(part(1, 0, 2, 'a'));
  assert.equal(parts.push(part(2, 1, 2, 'B')), null); // began before
  assert.equal(parts.push(part(3, 0, 2, 'x')), null);
  assert.equal(asText(parts.push(part(3, 1, 2, 'y'))), 'xy');
});

test('the same part twice counts once', () => {
  const parts = new StillParts();
  parts.push(part(1, 0, 2, 'a'));
  assert.equal(parts.push(part(1, 0, 2, 'a')), null);
  assert.equal(asText(parts.push(part(1, 1, 2, 'b'))), 'ab');
  assert.equal(parts.push(part(1, 1, 2, 'b')), null);
});

test('bad parts do no harm', () => {
  const parts = new StillParts();
  for (const [i, of] of [[0, 0], [-1, 2], [2, 2], [0, 1e9], [NaN, 1]] as const) assert.equal(parts.push(part(1, i, of, 'a')), null);
  assert.equal(parts.push({ n: 1, i: 0, of: 1, b: '%' }), null);
  const large = 'a'.repeat(200 * 1024);
  parts.push(part(2, 0, 2, large));
  assert.equal(parts.push(part(2, 1, 2, large)), null);
  assert.equal(asText(parts.push(part(3, 0, 1, 'ok'))), 'ok');
});

test('the kind of a picture is in its first bytes', () => {
  const bytes = (text: string) => Uint8Array.from(text, (one) => one.charCodeAt(0));
  assert.equal(mimeOf(bytes('RIFF\u0001\u0002\u0003\u0004WEBPVP8 ')), 'image/webp');
  assert.equal(mimeOf(bytes('\u00ff\u00d8\u00ff')), 'image/jpeg');
  assert.equal(mimeOf(bytes('<svg')), '');
  assert.equal(mimeOf(bytes('')), '');
});
