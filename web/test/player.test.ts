// The player of recordings: what it reads, what it remembers, and what it does when a link is not good any more.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandOf } from '../src/core/player/keys';
import type { FilmUser, Reel } from '../src/core/player/film';
import { Playback, type Player } from '../src/core/player/playback';
import { keepAt, keptAt, putKept, readKept, type Kept } from '../src/core/player/resume';
import { askAgain, refreshed } from '../src/core/player/renew';
import { withNews } from '../src/core/player/rows';
import { captionsOf, choicesOf, languageName, madeBytes, madeUrl } from '../src/core/player/sources';
import { nextSpeed, readSpeed, speedText } from '../src/core/player/speed';
import { chapterStep, cueAt, parseVtt, tileOf, timeOf } from '../src/core/player/vtt';
import { columnsOf, readWave } from '../src/core/player/wave';
import type { Made, Recording } from '../src/core/protocol';

const shelf = new Map<string, string>();
Object.assign(globalThis, {
  localStorage: { getItem: (key: string) => shelf.get(key) ?? null, setItem: (key: string, value: string) => void shelf.set(key, value) },
});

// --- WebVTT ---

test('times of WebVTT', () => {
  assert.equal(timeOf('01:02:03.500'), 3723.5);
  assert.equal(timeOf('02:03.250'), 123.25);
  assert.equal(timeOf('100:00:00.000'), 360000);
  for (const bad of ['', '1:02', '00:60:00.000', '00:00:60.000', '00:00:00', '00:00:00,000', '-00:01.000', 'NaN']) assert.ok(Number.isNaN(timeOf(bad)), bad);
});

const CHAPTERS = 'WEBVTT\n\n1\n00:00:00.000 --> 00:01:01.500\nWelcome &amp; hello\n\n2\n00:01:01.500 --> 00:10:00.000\nA &lt; B\n';

test('chapters as the server writes them', () => {
  assert.deepEqual(parseVtt(CHAPTERS), [
    { startS: 0, endS: 61.5, text: 'Welcome & hello' },
    { startS: 61.5, endS: 600, text: 'A < B' },
  ]);
  assert.deepEqual(parseVtt('WEBVTT\n'), []);
});

test('what is no cue is passed over', () => {
  const text = '\ufeffWEBVTT - of another\r\nKind: chapters\r\n\r\nNOTE one\r\ntwo\r\n\r\nSTYLE\r\n::cue { }\r\n\r\n00:05.000 --> 00:01.000\r\nbackwards\r\n\r\n00:02.000 --> 00:03.000 align:start\r\n<v Ann>later</v>\r\nand more\r\n\r\n\r\n00:01.000 --> 00:02.000\r\nfirst';
  assert.deepEqual(parseVtt(text), [
    { startS: 1, endS: 2, text: 'first' },
    { startS: 2, endS: 3, text: 'later\nand more' },
  ]);
  for (const bad of ['', 'WEBVT', 'WEBVTTX\n\n00:01.000 --> 00:02.000\nno', '<html>', '00:01.000 --> 00:02.000\nno']) assert.deepEqual(parseVtt(bad), [], bad);
});

test('a file without an end is not read to it', () => {
  const one = '\n00:00:01.000 --> 00:00:02.000\nsprite-1.jpg#xywh=0,0,160,90\n';
  assert.equal(parseVtt(`WEBVTT\n${one.repeat(25_000)}`).length, 20_000);
});

test('where a small picture is', () => {
  assert.deepEqual(tileOf('sprite-1.jpg#xywh=160,90,160,90'), { file: 'sprite-1.jpg', x: 160, y: 90, w: 160, h: 90 });
  for (const bad of ['', 'sprite-1.jpg', '../x.jpg#xywh=0,0,1,1', 'https:x#xywh=0,0,1,1', 'a.jpg#xywh=0,0,0,90', 'a.jpg#xywh=0,0,1', 'a.jpg#xywh=percent:0,0,5,5', 'a.jpg#xywh=-1,0,5,5']) {
    assert.equal(tileOf(bad), null, bad);
  }
});

test('the chapter of a time, and the ones beside it', () => {
  const cues = [10, 60, 120].map((startS) => ({ startS, endS: startS + 50, text: '' }));
  assert.deepEqual([0, 9.9, 10, 59, 60, 500].map((s) => cueAt(cues, s)), [-1, -1, 0, 0, 1, 2]);
  assert.equal(cueAt([], 5), -1);
  assert.equal(cueAt(cues, 59.999), 1); // where a browser stands that was sent to it
  assert.equal(chapterStep(cues, 0, 1, 300), 10);
  assert.equal(chapterStep(cues, 60, 1, 300), 120);
  assert.equal(chapterStep(cues, 130, 1, 300), 300); // behind the last one is the end
  assert.equal(chapterStep(cues, 75, -1, 300), 60); // to its own begin first
  assert.equal(chapterStep(cues, 61, -1, 300), 10);
  assert.equal(chapterStep(cues, 11, -1, 300), 0);
  assert.equal(chapterStep([], 100, -1, 300), 0);
});

// --- the waveform ---

const WAVE = { version: 2, channels: 1, sample_rate: 48000, samples_per_pixel: 4800, bits: 8, length: 4, data: [-64, 32, 0, 0, -10, 16, -128, 127] };

test('the waveform of 8 and of 16 bits', () => {
  assert.deepEqual(readWave(WAVE), { stepS: 0.1, peaks: [0.5, 0, 0.125, 1] });
  assert.deepEqual(readWave({ ...WAVE, bits: 16, data: [-16384, 0] })?.peaks, [0.5]);
  assert.deepEqual(readWave({ ...WAVE, data: ['x', null, 5] })?.peaks, [0]);
  for (const bad of [null, 7, {}, { ...WAVE, data: 'x' }, { ...WAVE, data: [] }, { ...WAVE, sample_rate: 0 }, { ...WAVE, samples_per_pixel: -1 }, { ...WAVE, bits: 24 }, { ...WAVE, channels: 2 }]) {
    assert.equal(readWave(bad), null, JSON.stringify(bad));
  }
});

test('columns show the loudest of their time, beside the loudest of all', () => {
  const wave = { stepS: 0.1, peaks: [0.1, 0.5, 0.2, 0.25] };
  assert.deepEqual(columnsOf(wave, 2, 0.4), [1, 0.5]);
  assert.deepEqual(columnsOf(wave, 4, 0.8), [1, 0.5, 0, 0]); // shorter than the recording
  assert.equal(columnsOf(wave, 300, 0.4).length, 300);
  assert.deepEqual(columnsOf({ stepS: 0.1, peaks: [0, 0] }, 2, 0.2), [0, 0]);
});

// --- what is remembered ---

test('fifty positions are remembered, the newest first', () => {
  let rows: Kept = [];
  for (let i = 1; i <= 60; i++) rows = putKept(rows, `r${i}`, i);
  assert.equal(rows.length, 50);
  assert.deepEqual(rows[0], ['r60', 60]);
  assert.deepEqual(rows[49], ['r11', 11]);
  rows = putKept(rows, 'r11', 99);
  assert.deepEqual(rows[0], ['r11', 99]);
  assert.equal(rows.length, 50);
  assert.equal(putKept(rows, 'r11', 0).length, 49);
});

test('whatever was written there is read', () => {
  for (const bad of ['', '{', 'null', '7', '{"a":1}', '[1,["a"],["b",-1],["c","5"],[5,5],null]']) assert.deepEqual(readKept(bad), [], bad);
  assert.deepEqual(readKept('[["a",5],7]'), [['a', 5]]);
});

test('the begin and the end are no place to go on from', () => {
  keepAt('x', 3, 100);
  assert.equal(keptAt('x'), 0);
  keepAt('x', 30.25, 100);
  assert.equal(keptAt('x'), 30.3);
  keepAt('y', 40, 0); // its length is not known
  assert.equal(keptAt('y'), 40);
  keepAt('x', 97, 100);
  assert.equal(keptAt('x'), 0);
  keepAt('y', 1, 0);
  assert.equal(shelf.get('aula.player.at'), '[]');
});

test('speeds', () => {
  assert.equal(readSpeed('1.5'), 1.5);
  for (const bad of ['', '0', '3', 'x', '1.1']) assert.equal(readSpeed(bad), 1, bad);
  assert.equal(nextSpeed(1, 1), 1.25);
  assert.equal(nextSpeed(1, -1), 0.75);
  assert.equal(nextSpeed(2, 1), 2);
  assert.equal(nextSpeed(0.5, -1), 0.5);
  assert.equal(speedText(1.25), '1.25×');
});

// --- files ---

const MADE: Made = {
  state: 'ready',
  base: '/api/v1/recordings/r/made/',
  query: 'm=12&sig=x',
  files: [{ name: 'video.mp4', bytes: 9 }, { name: 'sound.m4a' }, { name: 'captions-ru.vtt' }, { name: 'captions-pt-BR.vtt' }, { name: 'captions-.vtt' }, { name: 'xcaptions-de.vtt' }],
};

function row(more: Partial<Recording> = {}): Recording {
  const editions = [
    { edition: 'full' as const, bytes: 9, ms: 100_000, url: '/full?1' },
    { edition: 'light' as const, bytes: 3, ms: 100_000, url: '/light?1' },
  ];
  return { id: 'r', title: '', state: 'ready', started_ms: 50, duration_ms: 100_000, bytes: 9, url: '/full?1', editions, ...more };
}

test('addresses of what was made', () => {
  assert.equal(madeUrl(MADE, 'video.mp4'), '/api/v1/recordings/r/made/video.mp4?m=12&sig=x');
  assert.equal(madeUrl(MADE, 'poster.jpg'), '');
  assert.equal(madeUrl({ ...MADE, state: 'working' }, 'video.mp4'), '');
  const early = { ...MADE, state: 'working' as const, files: [{ name: 'poster.jpg', bytes: 5 }] };
  assert.ok(/poster\.jpg\?/.test(madeUrl(early, 'poster.jpg')), 'what it looks like is there first');
  assert.equal(madeUrl({ state: 'working', done: 0.5 }, 'poster.jpg'), '');
  assert.deepEqual(withNews([row({ made: early })], { id: 'r', state: 'working', done: 0.7 })[0]!.made, { ...early, done: 0.7 }, 'and stays');
  assert.equal(madeUrl({ state: 'ready' }, 'video.mp4'), '');
  assert.equal(madeUrl(undefined, 'video.mp4'), '');
  assert.equal(madeBytes(MADE, 'video.mp4'), 9);
  assert.equal(madeBytes(undefined, 'video.mp4'), 0);
});

test('what was made stands for the first edition, and is the sound when there is none', () => {
  const seen = (one: Recording, raw = false) => choicesOf(one, raw).map((choice) => `${choice.edition} ${choice.url.replace(/^.*\//, '')} ${choice.made}`);
  assert.deepEqual(seen(row()), ['full full?1 false', 'light light?1 false']);
  assert.deepEqual(seen(row({ made: MADE })), ['full video.mp4?m=12&sig=x true', 'light light?1 false', 'sound sound.m4a?m=12&sig=x true']);
  assert.deepEqual(seen(row({ made: MADE }), true), ['full full?1 false', 'light light?1 false']);
  assert.deepEqual(seen(row({ editions: undefined })), ['full full?1 false']);
  assert.deepEqual(seen(row({ editions: [], url: '' })), []);
  assert.deepEqual(seen(row({ editions: [{ edition: 'sound', bytes: 1, ms: 1, url: '/s' }], made: MADE })), ['sound sound.m4a?m=12&sig=x true']);
  const [full] = row().editions!;
  const senders = { edition: 'tracks', bytes: 1, ms: 1, url: '/t' } as const;
  assert.deepEqual(seen(row({ editions: [senders, full!], made: MADE })), ['full video.mp4?m=12&sig=x true', 'sound sound.m4a?m=12&sig=x true'], 'single senders are none');
  assert.deepEqual(seen(row({ editions: [{ edition: 'full', bytes: 1, ms: 1, error: 'no_picture' }, { edition: 'light', bytes: 1, ms: 1, url: '/l' }] })), ['light l false']);
});

test('captions by their language', () => {
  assert.deepEqual(captionsOf(MADE).map((one) => one.language), ['ru', 'pt-BR']);
  assert.deepEqual(captionsOf(undefined), []);
  assert.equal(languageName('ru', 'en'), 'Russian');
  assert.equal(languageName('x', 'en'), 'x');
});

// --- rows ---

test('news of what is made are kept with the row', () => {
  const rows = [row(), row({ id: 'other' })];
  const working = withNews(rows, { id: 'r', state: 'working', done: 0.4 });
  assert.deepEqual(working[0]!.made, { state: 'working', done: 0.4 });
  assert.equal(working[1]!.made, undefined);
  assert.deepEqual(withNews(working, { id: 'r', state: 'ready' })[0]!.made, { state: 'ready' });
  assert.deepEqual(withNews([row({ made: MADE })], { id: 'r', state: 'ready' })[0]!.made, MADE); // its links are known
  assert.deepEqual(withNews(rows, { id: 'r', state: 'failed', code: 'damaged' })[0]!.made, { state: 'failed', code: 'damaged' });
});

test('a row is asked for by its time, and takes its place', async () => {
  const asked: unknown[] = [];
  const page = await askAgain(async (name, d) => {
    asked.push([name, d]);
    return { recordings: [row({ url: '/full?2' })] };
  }, row());
  assert.deepEqual(asked, [['recording.list', { before: 51, limit: 5 }]]);
  const rows = refreshed([row({ id: 'newer' }), row()], page);
  assert.deepEqual(rows.map((one) => [one.id, one.url]), [['newer', '/full?1'], ['r', '/full?2']]);
});

// --- keys ---

test('keys do what they do in players', () => {
  const press = (key: string, where: Parameters<typeof commandOf>[1] = '', code = '', shiftKey = false) => commandOf({ key, code, shiftKey }, where);
  assert.deepEqual(press(' '), { do: 'play' });
  assert.deepEqual(press('k', 'button'), { do: 'play' });
  assert.deepEqual(press('J'), { do: 'by', s: -10 });
  assert.deepEqual(press('ArrowRight'), { do: 'by', s: 5 });
  assert.deepEqual(press('>', '', 'Period', true), { do: 'speed', by: 1 });
  assert.deepEqual(press('7'), { do: 'part', tenths: 7 });
  assert.deepEqual(press('PageUp', 'seek'), { do: 'chapter', by: 1 });
  assert.deepEqual(press('Home', 'seek'), { do: 'start' });
  assert.deepEqual(press('ArrowDown', 'seek'), { do: 'by', s: -5 });
});

test('keys leave alone what needs them', () => {
  const press = (key: string, where: Parameters<typeof commandOf>[1] = '', code = '', shiftKey = false) => commandOf({ key, code, shiftKey }, where);
  assert.equal(press('k', 'text'), null);
  assert.equal(press('ArrowLeft', 'text'), null);
  assert.equal(press(' ', 'button'), null); // it presses the button
  assert.equal(press('ArrowLeft', 'range'), null);
  assert.equal(press('Home'), null);
  assert.equal(press('PageDown', 'button'), null);
  for (const key of ['Tab', 'Enter', 'Escape', 'x', 'F5']) assert.equal(press(key, '', `Key${key}`), null, key);
});

test('keys of other alphabets work by their place', () => {
  assert.deepEqual(commandOf({ key: 'л', code: 'KeyK', shiftKey: false }, ''), { do: 'play' });
  assert.deepEqual(commandOf({ key: 'Б', code: 'Comma', shiftKey: true }, ''), { do: 'speed', by: -1 });
  assert.equal(commandOf({ key: '!', code: 'Digit1', shiftKey: true }, ''), null);
});

// --- playing ---

class FakeVideo extends EventTarget implements Player {
  src = '';
  currentTime = 0;
  playbackRate = 1;
  defaultPlaybackRate = 1;
  volume = 1;
  muted = false;
  duration = NaN;
  paused = true;
  ended = false;
  readyState = 0;
  error: unknown = null;
  buffered = { length: 0, start: () => 0, end: () => 0 };
  /** As a <video> is. */
  play(): Promise<void> {
    this.paused = false;
    this.tell('play');
    return Promise.resolve();
  }
  pause(): void {
    this.paused = true;
    this.tell('pause');
  }
  load(): void {
    this.src = '';
  }
  removeAttribute(): void {
    this.src = '';
  }
  tell(name: string): void {
    this.dispatchEvent(new Event(name));
  }
  /** A file was found: it begins at 0. */
  found(): void {
    this.currentTime = 0;
    this.duration = 100;
    this.readyState = 4;
    this.error = null;
    this.tell('loadedmetadata');
  }
  at(s: number): void {
    this.currentTime = s;
    this.tell('timeupdate');
  }
  async fail(): Promise<void> {
    this.readyState = 0;
    this.error = { code: 2 };
    if (!this.paused) this.pause(); // as browsers do
    this.tell('error');
    await new Promise((go) => setTimeout(go, 0));
  }
}

function begin(rows: Recording[], { offline = false } = {}) {
  const video = new FakeVideo();
  let n = 0;
  const user = {
    row: () => rows[Math.min(n, rows.length - 1)]!,
    renew: () => {
      n++;
      return offline ? Promise.reject(new Error('offline')) : Promise.resolve();
    },
  };
  const playback = new Playback(user);
  const close = playback.open(video);
  return { video, playback, close, renewed: () => n };
}

test('it plays at once, as fast as the last time, and goes on where it was left', () => {
  shelf.clear();
  const first = begin([row()]);
  assert.equal(first.video.src, '/full?1');
  first.video.found();
  assert.ok(!first.video.paused);
  first.playback.setSpeed(1.5);
  first.video.at(42);
  first.close();
  assert.equal(first.video.src, '');
  const second = begin([row()]);
  assert.equal(second.playback.offer.value, 42);
  second.video.found();
  assert.ok(second.video.paused, 'it waits for the choice');
  assert.equal(second.video.currentTime, 42);
  assert.equal(second.video.playbackRate, 1.5);
  second.playback.play();
  assert.equal(second.playback.offer.value, 0);
  second.close();
  const third = begin([row()]);
  third.playback.restart();
  third.video.found();
  assert.equal(third.video.currentTime, 0);
  assert.ok(!third.video.paused);
  assert.equal(third.playback.offer.value, 0);
  third.close();
});

test('another edition goes on at the same place', () => {
  shelf.clear();
  const { video, playback, close } = begin([row({ made: MADE })]);
  assert.ok(video.src.includes('video.mp4'));
  video.found();
  video.at(30);
  playback.choose('light');
  assert.equal(video.src, '/light?1');
  video.currentTime = 0;
  assert.equal(playback.now.value.at, 30);
  video.found();
  assert.equal(video.currentTime, 30);
  assert.ok(!video.paused);
  playback.pause();
  playback.choose('sound');
  video.found();
  assert.ok(video.paused, 'what was halted stays so');
  assert.equal(playback.choice.value?.edition, 'sound');
  close();
  shelf.clear();
});

test('a link that is not good any more is renewed once, without a jump', async () => {
  shelf.clear();
  const { video, playback, close, renewed } = begin([row(), row({ editions: [{ edition: 'full', bytes: 9, ms: 1, url: '/full?2' }] })]);
  video.found();
  video.at(20);
  await video.fail();
  assert.equal(renewed(), 1);
  assert.equal(video.src, '/full?2');
  assert.equal(playback.phase.value, 'plays');
  video.found();
  assert.equal(video.currentTime, 20);
  assert.ok(!video.paused, 'it goes on');
  await video.fail();
  assert.equal(playback.phase.value, 'failed');
  assert.equal(renewed(), 1);
  assert.equal(playback.now.value.at, 20);
  playback.again();
  await new Promise((go) => setTimeout(go, 0));
  assert.equal(renewed(), 2);
  video.found();
  assert.equal(video.currentTime, 20);
  video.at(25); // it plays: the next link may be renewed, too
  await video.fail();
  assert.equal(renewed(), 3);
  assert.equal(playback.phase.value, 'plays');
  close();
});

test('what was made and cannot be played gives way to what was recorded', async () => {
  shelf.clear();
  const { video, playback, close } = begin([row({ made: MADE })]);
  await video.fail();
  assert.ok(video.src.includes('video.mp4'));
  await video.fail();
  assert.equal(video.src, '/full?1');
  assert.ok(!playback.better(), 'and is not offered again');
  await video.fail();
  assert.equal(playback.phase.value, 'failed');
  close();
});

test('without a connection it says so, and keeps the place', async () => {
  shelf.clear();
  const { video, playback, close } = begin([row()], { offline: true });
  video.found();
  video.at(50);
  await video.fail();
  assert.equal(playback.phase.value, 'failed');
  close();
  assert.equal(keptAt('r'), 50);
});

test('a better file is offered, and taken without a jump', () => {
  shelf.clear();
  const rows = [row({ made: { state: 'working', done: 0.5 } })];
  const { video, playback, close } = begin(rows);
  video.found();
  video.at(12);
  assert.ok(!playback.better());
  rows[0] = row({ made: MADE });
  assert.ok(playback.better());
  assert.equal(video.src, '/full?1', 'nothing changes by itself');
  playback.choose('full');
  assert.ok(video.src.includes('video.mp4'));
  video.found();
  assert.equal(video.currentTime, 12);
  assert.ok(!playback.better());
  close();
});

test('it stays within its length, and a length that is not told is that of the row', () => {
  shelf.clear();
  const { video, playback, close } = begin([row()]);
  video.found();
  playback.seek(500);
  assert.equal(video.currentTime, 100);
  playback.seekBy(-500);
  assert.equal(video.currentTime, 0);
  video.duration = Infinity;
  video.tell('durationchange');
  assert.equal(playback.now.value.whole, 100);
  playback.setVolume(0);
  assert.ok(playback.now.value.muted || video.muted);
  playback.toggleMuted();
  assert.ok(!video.muted && video.volume === 1);
  close();
});

// --- by pieces ---

const CUT: Made = { ...MADE, files: [...MADE.files!, { name: 'video.index', bytes: 5 }] };

function beginFilm(rows: Recording[]) {
  const video = new FakeVideo();
  const films: { reel: Reel; user: FilmUser; stopped: boolean; jumps: number }[] = [];
  let n = 0;
  const playback = new Playback({
    row: () => rows[Math.min(n, rows.length - 1)]!,
    renew: () => Promise.resolve(void n++),
    film: (reel, user) => {
      const film = { reel, user, stopped: false, jumps: 0 };
      films.push(film);
      return { stop: () => void (film.stopped = true), renew: (fresh) => void (film.reel = fresh), jumped: () => void film.jumps++, near: (s) => s - 3 };
    },
  });
  const close = playback.open(video);
  return { video, playback, close, films };
}

test('a file with a table is played by pieces, and jumps to where it begins soon', () => {
  shelf.clear();
  const { video, playback, close, films } = beginFilm([row({ made: CUT })]);
  assert.deepEqual([films.length, video.src], [1, '']);
  assert.ok(films[0]!.reel.url.includes('video.mp4') && films[0]!.reel.table.includes('video.index'));
  assert.ok(films[0]!.user.begun());
  video.found();
  playback.seek(50);
  assert.deepEqual([video.currentTime, films[0]!.jumps], [47, 1]);
  playback.seek(50, true);
  assert.equal(video.currentTime, 50);
  playback.choose('light'); // it has none
  assert.deepEqual([films[0]!.stopped, films.length, video.src], [true, 1, '/light?1']);
  close();
  shelf.clear();
});

test('its link is renewed while it plays on', async () => {
  shelf.clear();
  const { video, playback, close, films } = beginFilm([row({ made: CUT }), row({ made: { ...CUT, query: 'm=13&sig=y' } })]);
  video.found();
  video.at(20);
  films[0]!.user.stale();
  films[0]!.user.stale();
  await new Promise((go) => setTimeout(go, 0));
  assert.ok(films[0]!.reel.url.includes('m=13') && films[0]!.reel.table.includes('m=13'));
  assert.deepEqual([films.length, video.currentTime, playback.phase.value], [1, 20, 'plays']);
  close();
});

test('what cannot be played so is played as one file; without a network the place is kept', async () => {
  shelf.clear();
  const { video, playback, close, films } = beginFilm([row({ made: CUT })]);
  video.found();
  video.at(20);
  films[0]!.user.failed('kind');
  assert.ok(films[0]!.stopped && video.src.includes('video.mp4'));
  video.found();
  assert.equal(video.currentTime, 20);
  close();
  const other = beginFilm([row({ made: CUT })]);
  other.video.found();
  other.video.at(30);
  other.films[0]!.user.failed('away');
  assert.deepEqual([other.playback.phase.value, other.playback.now.value.at], ['failed', 30]);
  other.playback.again();
  await new Promise((go) => setTimeout(go, 0));
  assert.equal(other.films.length, 2);
  other.close();
  assert.ok(playback.choice.value);
});
