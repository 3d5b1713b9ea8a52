// What went wrong with a recording is said, in both languages, and to who has to do something about it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import en from '../i18n/en.json';
import libraryEn from '../i18n/library/en.json';
import libraryRu from '../i18n/library/ru.json';
import ru from '../i18n/ru.json';
import { faultsNow, faultsOf, faultText, isLeft, newFault, partName } from '../src/core/fault';
import type { Recording, RecordState } from '../src/core/protocol';
import { applyEvent } from '../src/core/reduce';
import { state } from '../src/core/state';

type Texts = Record<string, unknown>;

/** Of a recorder, and of what is made by the server. */
const RECORDER = ['disk_full', 'quota_full', 'too_slow', 'stuck', 'no_picture', 'plugin_failed', 'push_failed', 'write_failed', 'other'];
const MADE = ['no_file', 'damaged', 'not_supported', 'too_long', 'too_large', 'bad_range', 'parts_differ', 'no_key', 'read_only', 'io', 'no_memory'];

const running = (more: Partial<RecordState> = {}): RecordState => ({ on: true, since_ms: 1, id: 'r', errors: {}, ...more });

function row(more: Partial<Recording>): Recording {
  return { id: 'a', title: '', state: 'ready', started_ms: 1, duration_ms: 1, bytes: 1, url: '/a', ...more };
}

test('each code has a text in each language', () => {
  const missing = (texts: Texts, codes: string[]) => codes.filter((code) => !texts[`fault.${code}`]);
  for (const texts of [en, ru] as Texts[]) assert.deepEqual(missing(texts, RECORDER), []);
  for (const texts of [libraryEn, libraryRu] as Texts[]) assert.deepEqual(missing(texts, MADE), []);
  for (const [one, other] of [[en, ru], [libraryEn, libraryRu]] as [Texts, Texts][]) {
    const keys = (texts: Texts) => Object.keys(texts).filter((key) => /^(fault|part|lib|rec)\./.test(key)).sort();
    assert.deepEqual(keys(one), keys(other));
  }
});

test('codes and editions of later versions have a general one', () => {
  assert.equal(faultText('disk_full', 'light'), en['fault.disk_full']);
  assert.equal(faultText('too_slow', 'push'), en['fault.push.too_slow']);
  assert.equal(faultText('eaten_by_mice'), en['fault.other']);
  assert.equal(faultText(''), en['fault.other']);
  assert.equal(partName('light'), en['edition.light']);
  assert.equal(partName('push'), en['part.push']);
  assert.equal(partName('hologram'), en['part.other']);
});

test('of a row: what is missing, and what ends early', () => {
  const editions: Recording['editions'] = [
    { edition: 'full', bytes: 9, ms: 1, url: '/f', error: 'disk_full' },
    { edition: 'light', bytes: 0, ms: 0, error: 'no_picture' },
    { edition: 'sound', bytes: 3, ms: 1, url: '/s' },
  ];
  assert.deepEqual(faultsOf(row({ editions })), [
    { edition: 'full', code: 'disk_full', early: true },
    { edition: 'light', code: 'no_picture', early: false },
  ]);
  assert.deepEqual(faultsOf(row({})), []);
  assert.ok(!isLeft(row({ state: 'running' })) && !isLeft(row({ state: 'failed' })));
  assert.ok(isLeft(row({ state: 'waiting' })) && isLeft(row({ state: 'resting' })), 'and what a later version says');
});

test('the edition that failed just now is the one that is told of', () => {
  const was = running({ errors: { light: 'disk_full' } });
  const now = running({ errors: { light: 'disk_full', push: 'push_failed' }, error: 'push_failed' });
  assert.equal(newFault(was, now)?.edition, 'push');
  assert.equal(newFault(now, now), undefined);
  assert.equal(newFault(running({ ...now, id: 'before' }), now)?.edition, 'push', 'of another recording it is no news');
  assert.equal(faultsNow(now).length, 2);
});

test('a notice says what failed and why', () => {
  const tell = (d: RecordState) => applyEvent('record.state', d as never);
  tell(running());
  tell(running({ errors: { light: 'too_slow' }, error: 'too_slow' }));
  assert.deepEqual(state.notice.value, { key: 'note.rec_part', vars: { part: en['edition.light'], why: en['fault.too_slow'] } });
  tell(running({ errors: { light: 'too_slow' }, error: 'too_slow' }));
  assert.deepEqual(state.notice.value, { key: 'note.rec_some', vars: { why: en['fault.too_slow'] } });
  tell({ on: false, since_ms: 0, id: 'r', error: 'quota_full' });
  assert.deepEqual(state.notice.value, { key: 'note.rec_error', vars: { why: en['fault.quota_full'] } });
  assert.equal(state.recording.value.error, 'quota_full', 'and it stays, for who looks later');
});

test('what failed, or is left for later, is not ready', () => {
  for (const [name, told] of [['failed', false], ['waiting', false], ['ready', true], ['interrupted', true]] as const) {
    state.notice.value = { key: '' };
    applyEvent('recording.ready', row({ state: name }) as never);
    assert.equal(state.notice.value.key === 'note.rec_ready', told, name);
  }
});

test('the disk and the place of the class run out each by itself', () => {
  const tell = (d: object) => applyEvent('record.disk', d as never);
  const left = () => [state.recording.value.disk_min, state.recording.value.quota_min];
  applyEvent('record.state', running() as never);
  tell({ low: true, minutes: 12, why: 'quota' });
  assert.deepEqual(state.notice.value, { key: 'note.rec_quota', vars: { n: '12' } });
  tell({ low: true, minutes: 20 });
  assert.deepEqual(state.notice.value, { key: 'note.rec_disk', vars: { n: '20' } });
  assert.deepEqual(left(), [20, 12]);
  applyEvent('record.state', running({ paused: true, disk_min: 20 }) as never);
  assert.deepEqual(left(), [20, 12], 'a pause is no reason to forget it');
  tell({ low: false });
  tell({ low: false, why: 'quota' });
  assert.deepEqual(left(), [undefined, undefined]);
  tell({ low: true, minutes: 2, why: 'quota' });
  applyEvent('record.state', running({ id: 'next' }) as never);
  assert.deepEqual(left(), [undefined, undefined], 'of another recording');
});
