// Rules of the source that a compiler does not know.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { cleanCode, showCode } from '../src/core/route';
import { origin } from '../src/core/sdp';

const read = (path: string) => readFileSync(path, 'utf8');
const under = (dir: string) => readdirSync(dir).map((name) => `${dir}/${name}`);
const within = (dir: string): string[] => under(dir).flatMap((path) => (statSync(path).isDirectory() ? within(path) : [path]));
const sources = within('src').filter((path) => /\.tsx?$/.test(path));
const languages = within('i18n');
const english = Object.assign({}, ...languages.filter((path) => path.endsWith('/en.json')).map((path) => JSON.parse(read(path)))) as Record<string, unknown>;

test('every language has every key and every value', () => {
  const values = (text: unknown) => [...new Set(JSON.stringify(text).match(/\{\w+\}/g) ?? [])].sort();
  for (const path of languages) {
    const en = JSON.parse(read(path.replace(/\w+\.json$/, 'en.json'))) as Record<string, string | Record<string, string>>;
    const other = JSON.parse(read(path)) as typeof en;
    assert.deepEqual(Object.keys(other).sort(), Object.keys(en).sort(), path);
    for (const key of Object.keys(en)) assert.deepEqual(values(other[key]), values(en[key]), `${path}: ${key}`);
  }
});

test('every key of the source is in the dictionary', () => {
  for (const path of sources) {
    for (const [, key] of read(path).matchAll(/\b(?:t|notify)\('([\w.]+)'/g)) assert.ok(key! in english, `${path}: ${key}`);
  }
});

test('styles know start and end, not left and right', () => {
  for (const path of under('src/style')) {
    const words = read(path).match(/(?<!safe-area-inset-)\b(left|right)\b/g);
    assert.equal(words, null, path);
  }
});

test('the core knows no screens, and nothing is read as HTML', () => {
  for (const path of sources) {
    const text = read(path);
    assert.ok(!/innerHTML|insertAdjacentHTML|\beval\(|https?:\/\//.test(text), path);
    if (path.startsWith('src/core/')) assert.ok(!/from '(preact|@preact\/signals'|\.\.\/(ui|screens))/.test(text), path);
  }
});

test('codes are typed in any way', () => {
  assert.equal(cleanCode(' k7m-4q xw'), 'K7M4QXW');
  assert.equal(showCode('K7M4QXW'), 'K7M-4QXW');
});

test('another server session is another peer', () => {
  const sdp = (id: number, print: string) => `v=0\r\no=- ${id} 1 IN IP4 0.0.0.0\r\na=fingerprint:sha-256 ${print}\r\n`;
  assert.equal(origin(sdp(1, 'AA')), origin(sdp(1, 'AA')));
  assert.ok(origin(sdp(1, 'AA')) !== origin(sdp(2, 'AA')));
  assert.ok(origin(sdp(1, 'AA')) !== origin(sdp(1, 'BB')));
});
