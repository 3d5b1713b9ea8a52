// aulactl against a server that runs: every command, for people and as JSON, what is refused, and how it completes in a
// real bash. No browser.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { takeSeat } from './lib/seat.mjs';
import { openTarget } from './lib/target.mjs';
import { until } from './lib/until.mjs';

const BUILD = dirname(process.env.AULA_BIN ?? '');
const COMPLETION = new URL('../../completions/aulactl', import.meta.url).pathname;
const WIDE = 80;

let target;
let dir;
let code;
let env;
const seats = [];

/** {code, out, err}; never rejects. typed: [pattern, keys]: when that has come out these are typed. */
function run(program, args, { input = '', more = {}, typed } = {}) {
  return new Promise((done) => {
    const child = spawn(program, args, { env: { ...env, ...more }, stdio: ['pipe', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      out += chunk;
      if (typed?.[0].test(out)) {
        child.stdin.write(typed[1]);
        typed = undefined;
      }
    });
    child.stderr.setEncoding('utf8').on('data', (chunk) => (err += chunk));
    const late = setTimeout(() => child.kill('SIGKILL'), 30000);
    child.on('close', (exit) => {
      clearTimeout(late);
      done({ code: exit, out, err });
    });
    child.stdin.on('error', () => undefined);
    if (!typed) child.stdin.end(input);
  });
}

const ctl = (...args) => run(join(BUILD, 'aulactl'), ['-c', join(target.dir, 'aula.conf'), ...args]);

/** For people: it works, says something, and fits. */
async function says(...args) {
  const got = await ctl(...args);
  assert.equal(got.code, 0, `${args.join(' ')}: ${got.err}`);
  assert.equal(got.err, '');
  assert.notEqual(got.out, '', args.join(' '));
  for (const line of got.out.split('\n')) assert.ok([...line].length <= WIDE || /https:/.test(line), `too wide: ${line}`);
  return got.out;
}

/** As JSON: one line, one object. */
async function tells(...args) {
  const got = await ctl(...args, '--json');
  assert.equal(got.code, 0, `${args.join(' ')}: ${got.err}`);
  assert.equal(got.out.trim().split('\n').length, 1, args.join(' '));
  const d = JSON.parse(got.out);
  assert.equal(typeof d, 'object');
  return d;
}

async function refuses(exit, pattern, ...args) {
  const got = await ctl(...args);
  assert.equal(got.code, exit, `${args.join(' ')}: ${got.code} ${got.err}${got.out}`);
  assert.match(got.err, pattern, args.join(' '));
  assert.ok(got.err.split('\n').length <= 3, got.err);
}

before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'aula-ctl-'));
  mkdirSync(join(dir, 'tools'));
  for (const tool of ['bench/loadgen', 'bench/layout', 'tests/lab/impair']) {
    symlinkSync(join(BUILD, tool), join(dir, 'tools', tool.split('/').at(-1)));
  }
  env = { ...process.env, AULAD: process.env.AULA_BIN, AULA_LIBEXEC: join(dir, 'tools'), COLUMNS: '80' };
  delete env.AULA_TOKEN;
  target = await openTarget({ conf: { net_threads: 1 } });
});

after(async () => {
  for (const seat of seats) seat.close();
  await target?.stop();
  rmSync(dir, { recursive: true, force: true });
});

test('a class is made, listed, shown', async () => {
  const made = await tells('room', 'create', 'Physics \u202e8B\u001b[2J', '--kind', 'lecture');
  code = made.code;
  assert.match(code, /^[A-Z0-9]{7}$/);
  assert.match(made.lecturer_url, new RegExp(`/j/${code}#t=`));
  assert.match(await says('room', 'create', 'Second'), /lecturers {2}https:/);
  const list = await tells('room', 'list');
  assert.equal(list.rooms.find((one) => one.code === code).members, 0);
  const text = await says('room', 'list');
  assert.match(text, new RegExp(`^${code} `, 'm'));
  assert.doesNotMatch(text, /\u001b|\u202e/); // what people write moves no cursor
  assert.match(await says('rooms'), new RegExp(`^${code} {6}0 {2}Physics`, 'm'));
  assert.equal((await tells('room', 'show', code)).room.kind, 'lecture');
  assert.match(await says('room', 'show', code), /^kind {7}lecture/m);
  assert.match(await says('room', 'links', code), /^moderator +https:/m);
  assert.ok((await tells('room', 'links', code)).links.length >= 5);
});

test('members are named by id or by name', async () => {
  const link = (await tells('room', 'links', code)).links.find((one) => one.role === 'lecturer').url;
  for (const name of ['Asha', 'Bela', 'Bela B', 'Chen', 'chen']) seats.push(await takeSeat({ port: target.port, code, name }));
  seats.push(await takeSeat({ port: target.port, code, name: 'Rao', token: link.split('#t=')[1] }));
  const { members } = await tells('room', 'show', code);
  const asha = members.find((one) => one.name === 'Asha').id;
  assert.match(await says('room', 'show', code), new RegExp(`^${asha} +Asha +student`, 'm'));
  assert.match(await says('room', 'spotlight', code, 'asha'), new RegExp(`^${asha} is in front`));
  assert.equal((await tells('room', 'show', code)).room.pinned, asha);
  await tells('room', 'spotlight', code, '--off');
  assert.equal((await tells('room', 'show', code)).room.pinned, '');
  await says('room', 'spotlight', code, asha);
  await says('room', 'spotlight', code, '--off');
  assert.match(await says('room', 'mute', code, 'Bela', '--no-unmute'), /is muted, and stays so/);
  await tells('room', 'mute', code, 'Chen');
  await says('room', 'mute', code);
  await tells('room', 'mute', code, '--all');
  await refuses(1, /'CHEN' may be m\d+ \(.hen\), m\d+ \(.hen\): say the id/, 'room', 'mute', code, 'CHEN');
  await refuses(1, /nobody in this class is called 'Dora'/, 'room', 'kick', code, 'Dora');
  await refuses(64, /needs a member or --off/, 'room', 'spotlight', code);
  await refuses(64, /not both/, 'room', 'spotlight', code, asha, '--off');
  await refuses(64, /not both/, 'room', 'mute', code, asha, '--all');
  await refuses(64, /needs a member/, 'room', 'kick', code, '');
  assert.match(await says('room', 'kick', code, 'Bela B'), /is out$/m);
  await tells('room', 'kick', code, 'Bela', '--ban');
  const left = (await tells('room', 'show', code)).members.map((one) => one.name);
  assert.deepEqual(left.sort(), ['Asha', 'Chen', 'Rao', 'chen']);
});

test('doors', async () => {
  await tells('room', 'lock', code);
  assert.equal((await tells('room', 'show', code)).room.locked, true);
  await assert.rejects(takeSeat({ port: target.port, code, name: 'Late' }), /locked/);
  assert.match(await says('room', 'unlock', code), /open/);
  await says('room', 'lock', code);
  await tells('room', 'unlock', code);
  const exam = (await tells('room', 'create', 'Exam', '--kind', 'exam')).code;
  for (const name of ['One', 'Two', 'Three']) seats.push(await takeSeat({ port: target.port, code: exam, name }));
  assert.equal((await tells('room', 'show', exam)).lobby.length, 3);
  assert.match(await says('room', 'show', exam), /^m\d+ +One/m);
  assert.match(await says('room', 'admit', exam, 'One'), /is let in/);
  await refuses(1, /nobody waits who is called 'Nobody'/, 'room', 'admit', exam, 'Nobody');
  await tells('room', 'admit', exam);
  await says('room', 'end', exam);
  await tells('room', 'end', code);
});

test('what members may get', async () => {
  const set = await tells('room', 'ladder', code, 'rung_top=main', 'limit=mid');
  assert.deepEqual([set.own.rung_top, set.most], ['main', 'mid']);
  assert.match(await says('room', code), /^rung_top +main +own$/m); // the old name
  await says('room', code, 'rung_top=', 'limit=');
  assert.equal((await tells('room', code)).most, 'high');
  await refuses(1, /audio_kbps must be 8 to 128/, 'room', code, 'rung_top=low', 'audio_kbps=7', 'limit=low');
  const now = await tells('room', code);
  assert.deepEqual([now.own, now.most], [{}, 'high']); // all or nothing
  await refuses(64, /limit must be sound/, 'room', code, 'limit=loud');
  await refuses(64, /is not KEY=VALUE/, 'room', code, 'rung_top');
  await refuses(64, /said twice/, 'room', code, 'av1=true', 'av1=false');
});

test('layouts', async () => {
  assert.match(await says('layout', 'list'), /^speaker .*strip=/m);
  assert.ok((await tells('layout', 'list')).layouts.some((one) => one.name === 'grid'));
  const copy = (await tells('layout', 'get', 'speaker-strip')).layout;
  assert.match(await says('layout', 'get', 'speaker-strip'), /"name":\s*"speaker-strip"/);
  const file = join(dir, 'ours.json');
  writeFileSync(file, JSON.stringify({ ...copy, name: 'ours', title: 'Ours' }));
  assert.match((await ctl('layout', 'validate', file)).out, /ours is a good layout/);
  assert.match(await says('layout', 'put', file), /ours.json: it can be chosen/);
  await tells('layout', 'put', file);
  await tells('room', 'layout', code, 'ours');
  assert.match(await says('room', 'layout', code, 'grid', 'max=4'), /accepted/);
  assert.equal((await ctl('layout', 'render', 'grid', join(dir, 'grid.png'))).code, 0);
  assert.ok(statSync(join(dir, 'grid.png')).size > 1000);
  writeFileSync(file, '{\n"name": "ours",\n!}');
  await refuses(65, /ours.json:3: this is no JSON/, 'layout', 'put', file);
  writeFileSync(file, '{"name": "ours"}');
  await refuses(1, /\S/, 'layout', 'put', file);
  await refuses(66, /none.json: No such file/, 'layout', 'put', join(dir, 'none.json'));
  assert.match(await says('layout', 'delete', 'ours'), /ours is gone/);
  await refuses(1, /no layout is called ours/, 'layout', 'delete', 'ours');
  await refuses(1, /no layout is called ours/, 'layout', 'get', 'ours');
  await refuses(1, /no layout is called nope/, 'room', 'layout', code, 'nope');
});

test('recordings, words, and the picture', async () => {
  code = (await tells('room', 'create', 'Third')).code; // whoever comes from a banned address waits in the lobby
  seats.push(await takeSeat({ port: target.port, code, name: 'Stays' }));
  await refuses(1, /layout/, 'record', 'start', code, '--layout', 'nothing-like-it');
  assert.ok((await tells('record', 'start', code, '--title', 'One', '--layout', 'lecture-pip names=on')).id);
  assert.equal((await tells('room', 'show', code)).recording.view, 'recording');
  await refuses(1, /is being recorded already/, 'record', 'start', code);
  assert.match(await says('record', 'stop', code), /the recording ends/);
  await until('it has ended', async () => !(await tells('room', 'show', code)).recording.on);
  await refuses(1, /is not being recorded/, 'record', 'stop', code);
  assert.match(await says('record', 'list', code), /^[a-z0-9]+ +\d{4}-.* One$/m);
  assert.equal((await tells('record', 'list', code)).recordings.length, 1);
  assert.equal((await tells('announce', 'To all')).rooms, 1);
  assert.match(await says('announce', code, 'To one'), /said in 1 class$/m);
  await until('it is read', () => seats.at(-1).events.some((one) => one.t === 'chat.msg' && one.d.text === 'To one'));
  await refuses(64, /what shall be said in/, 'announce', code);
  const poster = join(dir, 'poster.jpg');
  const got = await ctl('room', 'poster', code, poster);
  if (got.code) assert.match(got.err, /nothing is shown/);
  else assert.equal(readFileSync(poster).subarray(0, 2).toString('hex'), 'ffd8');
  await refuses(1, /no class has the code ABCDEFG/, 'room', 'poster', 'ABCDEFG', poster);
});

test('groups', async () => {
  assert.match(await says('room', 'groups', code), /works in no groups/);
  assert.equal((await tells('room', 'groups', code)).breakout, null);
  await refuses(1, /works in no groups/, 'room', 'groups', code, '--end');
  await refuses(64, /--start must be a number/, 'room', 'groups', code, '--start', 'x');
  await refuses(64, /not both/, 'room', 'groups', code, '--start', '2', '--end');
  assert.match(await says('room', 'groups', code, '--start', '1', '--minutes', '5'), /^1 +1 +[A-Z0-9]{7} +1 +Stays$/m);
  await refuses(1, /in groups already/, 'room', 'groups', code, '--start', '2');
  assert.equal((await tells('room', 'groups', code)).breakout.groups[0].members[0].name, 'Stays');
  assert.match(await says('room', 'groups', code, '--minutes', '0'), /new end/);
  assert.equal((await tells('room', 'groups', code)).breakout.left_ms, null);
  assert.match(await says('room', 'groups', code, '--end'), /within 10 s/);
  assert.match(await says('room', 'groups', code, '--end', '--now'), /are back/);
  assert.equal((await tells('room', 'groups', code)).breakout, null);
});

test('the server itself', async () => {
  assert.match(await says('status'), /^health {6}well/m);
  const status = await tells('status');
  assert.deepEqual([status.ok, status.ready, status.draining], [true, true, false]);
  assert.ok(status.metrics.aula_rooms >= 1);
  assert.match(await says('plugin', 'list'), /^grid +layout/m);
  assert.ok((await tells('plugin', 'list')).plugins.length > 1);
  assert.match(await says('settings', 'list'), /^max_members +500 +default/m);
  const { settings } = await tells('settings', 'list');
  assert.equal(settings.find((one) => one.key === 'http_port').value, String(target.port));
  const live = settings.find((one) => one.live && one.key === 'max_members') ?? settings.find((one) => one.live);
  assert.match(await says('settings', 'set', live.key, live.value), new RegExp(live.key));
  assert.equal((await tells('settings', 'set', live.key, '')).key, live.key);
  await refuses(1, /\S/, 'settings', 'set', 'http_port', '1');
  await refuses(1, /\S/, 'settings', 'set', 'nothing', '1');
  const { acts } = await tells('audit', '--room', code, '--limit', '3');
  assert.equal(acts.length, 3);
  assert.ok(acts.every((one) => one.code === code));
  assert.match(await says('audit', '--since', '1h'), /room\.create/);
  assert.ok((await tells('audit', '--since', '1h')).acts.length > 20);
  assert.deepEqual((await tells('audit', '--since', '2099-01-01')).acts, []);
  await refuses(64, /--since 'soon'/, 'audit', '--since', 'soon');
  await refuses(64, /--limit must be/, 'audit', '--limit', 'x');
  assert.match(await says('drain', 'on'), /go elsewhere/);
  assert.equal((await tells('status')).ready, false);
  await tells('drain', 'off');
  assert.equal((await tells('status')).ready, true);
  assert.equal((await tells('reload')).pid, target.pid);
  assert.match(await says('reload'), /reads its certificate again/);
});

test('top, for people and as JSON', async () => {
  assert.match(await says('top'), new RegExp(`^${code} `, 'm'));
  const rounds = await ctl('top', '--json', '--rounds', '2');
  const lines = rounds.out.trim().split('\n').map((line) => JSON.parse(line));
  assert.equal(lines.length, 2);
  assert.ok(lines.every((one) => one.rooms.some((room) => room.code === code)));
  assert.match(await says('top', code), /Stays/);
  assert.ok((await tells('top', code)).members.length >= 1);
  await refuses(64, /--rounds must be/, 'top', '--rounds', '0');
  // on a terminal: the other screen, no more lines than it has, q ends it, and all is given back
  const line = `stty rows 12 cols 80; '${join(BUILD, 'aulactl')}' -c '${join(target.dir, 'aula.conf')}' top && stty -a`;
  const screen = await run('script', ['-qec', line, '/dev/null'], { typed: [/q quits/, 'q'] });
  assert.equal(screen.code, 0, screen.out);
  assert.match(screen.out, new RegExp(`\\u001b\\[\\?1049h[^]*${code}[^]*\\u001b\\[12;1Hq quits[^]*\\u001b\\[\\?1049l`));
  assert.match(screen.out, / icanon[^]* echo /);
});

test('the doctor finds it well, and what is not', async () => {
  const good = await tells('doctor');
  assert.equal(good.fails, 0, JSON.stringify(good.checks.filter((one) => one.result === 'FAIL')));
  for (const name of ['configuration', 'plugins', 'secret', 'certificate', 'shown', 'http_port', 'database', 'recordings', 'clock', 'UDP GSO', 'processors']) {
    assert.ok(good.checks.some((one) => one.check === name), name);
  }
  assert.ok(good.checks.every((one) => (one.result === 'ok') === (one.advice === '')));
  const secret = join(target.dir, 'data', 'secret.key');
  chmodSync(secret, 0o644);
  const bad = await ctl('doctor');
  chmodSync(secret, 0o600);
  assert.equal(bad.code, 1);
  assert.match(bad.out, /^FAIL {2}secret .*\n +-> chmod 600/m);
});

test('a server elsewhere: a token, and a certificate that is judged', async () => {
  const aulactl = join(BUILD, 'aulactl');
  const url = `wss://127.0.0.1:${target.port}`;
  const link = join(dir, 'admin');
  const cert = join(target.dir, 'data', 'tls.crt');
  writeFileSync(link, `${target.adminUrl}\n`);
  const good = await run(aulactl, ['--url', url, '--token-file', link, '--cert', cert, 'room', 'list']);
  assert.equal(good.code, 0, good.err);
  assert.match(good.out, new RegExp(code));
  const piped = await run(aulactl, ['--url', url, '--token-file', '-', '--cert', cert, 'rooms'], { input: target.adminUrl });
  assert.equal(piped.code, 0, piped.err);
  const byEnv = await run(aulactl, ['--url', url, '--cert', cert, 'rooms'], { more: { AULA_TOKEN: target.adminUrl } });
  assert.equal(byEnv.code, 0, byEnv.err);
  const other = join(dir, 'other.crt');
  await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost', '-keyout', join(dir, 'other.key'), '-out', other]);
  for (const [args, exit, pattern] of [
    [['--url', url, '--token-file', link], 1, /certificate is not taken: self-signed/],
    [['--url', url, '--token-file', link, '--cert', other], 1, /shows another certificate than/],
    [['--url', url, '--token-file', link, '--cert', link], 1, /holds no certificate/],
    [['--url', url, '--cert', cert], 64, /needs --token-file/],
    [['--url', url, '--token-file', '/dev/null', '--cert', cert], 64, /holds no token/],
    [['--url', url, '--token-file', join(dir, 'none'), '--cert', cert], 1, /No such file/],
    [['--url', 'wss://127.0.0.1:1', '--token-file', link, '--cert', cert], 69, /no server answers/],
    [['--url', 'nonsense', '--token-file', link], 64, /must be like/],
  ]) {
    const got = await run(aulactl, [...args, 'rooms']);
    assert.equal(got.code, exit, `${args.join(' ')}: ${got.err}`);
    assert.match(got.err, pattern);
  }
  writeFileSync(link, 'abcdefghijklmnopqrstuvwxyz234567');
  const wrong = await run(aulactl, ['--url', url, '--token-file', link, '--cert', cert, 'rooms']);
  assert.deepEqual([wrong.code, /not that of this server's administrator/.test(wrong.err)], [1, true]);
});

test('what is no command line', async () => {
  for (const [exit, pattern, ...args] of [
    [64, /what is 'dance'/, 'dance'],
    [64, /room needs a command/, 'room'],
    [64, /what is 'layout dance'/, 'layout', 'dance'],
    [64, /room list takes nothing/, 'room', 'list', 'x'],
    [64, /room show needs CODE/, 'room', 'show'],
    [64, /room show takes CODE and no more/, 'room', 'show', 'A', 'B'],
    [64, /has no option '--bam'/, 'room', 'kick', 'A', 'B', '--bam'],
    [64, /--kind needs a value/, 'room', 'create', 'x', '--kind'],
    [64, /--kind must be/, 'room', 'create', 'x', '--kind', 'party'],
    [64, /drain needs on or off/, 'drain', 'maybe'],
    [64, /what is '--loud'/, '--loud', 'rooms'],
    [64, /-p needs/, '-p', 'x', 'stop'],
    [64, /-p needs the number/, '-p'],
    [1, /no class has the code ABCDEFG/, 'room', 'show', 'ABCDEFG'],
    [1, /no class has the code ABCDEFG/, 'room', 'end', 'ABCDEFG'],
  ]) {
    await refuses(exit, pattern, ...args);
  }
  for (const args of [['--help'], ['room', '--help'], ['room', 'show', '--help'], ['audit', '-h'], ['top', '--help'], ['--version']]) {
    assert.notEqual(await says(...args), '');
  }
  assert.equal((await ctl()).code, 64);
});

test('bash completes commands, options, and what only the server knows', async () => {
  const complete = async (line) => {
    const words = `${join(BUILD, 'aulactl')} -c ${join(target.dir, 'aula.conf')} ${line}`;
    const script = `
      source '${COMPLETION}'
      line=$1
      read -ra COMP_WORDS <<<"$line"
      [[ $line == *' ' ]] && COMP_WORDS+=('')
      COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)) COMP_LINE=$line COMP_POINT=\${#line}
      _aulactl
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const got = await run('bash', ['--norc', '-c', script, 'bash', words]);
    assert.equal(got.code, 0, got.err);
    return got.out.trim().split('\n').filter(Boolean);
  };
  assert.deepEqual(await complete('ro'), ['room', 'rooms']);
  assert.ok((await complete('room ')).includes('spotlight'));
  assert.deepEqual(await complete('room sp'), ['spotlight']);
  assert.deepEqual(await complete('room kick --b'), ['--ban']);
  assert.ok((await complete('room show ')).includes(code));
  assert.ok((await complete(`room layout ${code} sp`)).includes('speaker-strip'));
  assert.ok((await complete(`room ladder ${code} rung_`)).includes('rung_top='));
  assert.deepEqual(await complete('room create x --kind le'), ['lecture']);
  assert.ok((await complete('audit --room ')).includes(code));
  const { members } = await tells('room', 'show', code);
  assert.ok((await complete(`room kick ${code} `)).includes(members[0].id));
  assert.deepEqual(await complete('drain o'), ['on', 'off']);
  assert.ok((await complete(`layout put ${dir}/oth`)).includes(`${dir}/other.crt`));
  assert.deepEqual(await complete('dance '), []);
});

test('without a server', async () => {
  await target.stop({ keep: true });
  await refuses(69, /no server answers/, 'rooms');
  await refuses(69, /no server answers/, 'status');
  await refuses(69, /no server runs/, 'stop');
  assert.match((await ctl('layout', 'list')).out, /^grid /m); // what is built in
  const got = await ctl('doctor', '--json');
  assert.ok(JSON.parse(got.out).checks.some((one) => one.check === 'http_port' && /is free/.test(one.text)));
  const start = Date.now();
  assert.equal((await ctl('--complete', '2')).code, 64); // only as the first word
  assert.ok(Date.now() - start < 5000);
  rmSync(target.dir, { recursive: true, force: true });
  target = undefined;
});
