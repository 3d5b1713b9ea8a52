import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTracks, trackUrl } from '../src/core/library/tracks';

const GOOD = { file: '1.mkv', owner: 'm3', name: 'Ann', source: 'camera', codec: 'vp8', start_ms: 0, end_ms: 5000 };

test('what is no track of ours is left out', () => {
  assert.deepEqual(readTracks({ tracks: [GOOD] }), [GOOD]);
  for (const wrong of [{ file: '../1.mkv' }, { file: 'tracks.json' }, { name: 7 }, { source: 'mix' }, { end_ms: '5' }])
    assert.deepEqual(readTracks({ tracks: [{ ...GOOD, ...wrong }, null] }), []);
  for (const wrong of [null, {}, { tracks: 'x' }, 'tracks']) assert.deepEqual(readTracks(wrong), []);
});

test('one signature is good for all files', () => {
  const list = '/api/v1/recordings/abc/tracks/tracks.json?m=3&sig=1.xyz';
  const file = '/api/v1/recordings/abc/tracks/12.mkv?m=3&sig=1.xyz&download=1';
  assert.equal(trackUrl(list, '12.mkv'), file);
  assert.equal(trackUrl(`${list}&download=1`, '12.mkv'), file);
});
