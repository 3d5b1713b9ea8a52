// How long a layout takes to be on air, and what that costs: a hundred changes in a minute, twenty viewers on all levels,
// nine cameras; the lecturer asks by WebSocket. Prints "name value" lines for report.mjs. Needs AULA_BIN and
// AULA_PLUGINS, see tests/e2e/lib/target.mjs; loadgen is taken from the tree that AULA_BIN is in.
//
//   AULA_BIN=build/aulad AULA_PLUGINS=build/plugins/.libs node bench/layouts_air.mjs
//
// AIR_CHANGES: so many changes (100). The exit code is 1 when there was a freeze, or more key frames than the gate allows.

import { get } from 'node:https';

import { openCrowd } from '../tests/e2e/lib/crowd.mjs';
import { openTarget } from '../tests/e2e/lib/target.mjs';
import { openMember } from '../tests/e2e/lib/ws.mjs';

const CHANGES = Number(process.env.AIR_CHANGES ?? 100);
const PERIOD_MS = 600;
const SETTLE_MS = 14000; // viewers begin in the middle, and climb
const FREEZE_MS = 500;
const LAYOUTS = ['grid', 'speaker', 'panel', 'one-plus-five', 'side-by-side', 'grid-zoom', 'speaker-strip side=left'];

const sleep = (ms) => new Promise((go) => setTimeout(go, ms));
const monotonic = () => Number(process.hrtime.bigint() / 1000n) / 1000;

function metrics(server) {
  return new Promise((done, fail) => {
    const request = get(`${server.origin}/metrics`, { rejectUnauthorized: false }, (reply) => {
      let text = '';
      reply.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      reply.on('end', () => done((name) => Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1] ?? NaN)));
    });
    request.once('error', fail);
  });
}

function percentile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** Asks for one after the other; how long each took, as the lecturer sees it. */
async function changes(lecturer, news) {
  const began = monotonic();
  const asked = new Map();
  for (let i = 0; i < CHANGES; i++) {
    const at = performance.now();
    const { generation } = await lecturer.request('layout.set', { name: LAYOUTS[i % LAYOUTS.length] });
    asked.set(generation, at);
    await sleep(began + (i + 1) * PERIOD_MS - monotonic());
  }
  const ended = monotonic() - PERIOD_MS; // of the last one: behind it nothing has to move
  await sleep(PERIOD_MS);
  const of = (state) => news.filter((one) => one.state === state && asked.has(one.generation));
  return {
    times: of('live').map((one) => one.at - asked.get(one.generation)),
    overtaken: of('overtaken').length,
    span: [began, ended],
  };
}

/** The longest time without a new picture that anybody had, ms. */
function longest(said, [from, to]) {
  const inside = said.traces.flatMap((one) => one.stalls).filter(([begin]) => begin >= from && begin < to);
  return Math.max(0, ...inside.map(([begin, end]) => end - begin));
}

const server = await openTarget({ conf: { rung_top: '"high"', log_level: '"error"', max_joins_per_address: 100 } });
let crowd;
let lecturer;
let bad = 0;
try {
  const link = /\S+\/j\/\S+#t=\S+/.exec(server.log())[0];
  const code = new URL(link).pathname.split('/')[2];
  const seconds = Math.ceil((SETTLE_MS + CHANGES * PERIOD_MS) / 1000) + 3;
  const caps = ['low', 'mid', 'main', 'high'].flatMap((level) => ['--cap', level]);
  crowd = openCrowd({ port: server.port, code, pid: server.pid, args: ['--senders', 9, '--viewers', 20, ...caps, '--seconds', seconds] });
  const news = [];
  lecturer = await openMember({ link, name: 'Lecturer', onEvent: (t, d, at) => t === 'layout.live' && news.push({ ...d, at }) });
  await sleep(SETTLE_MS);
  const before = await metrics(server);
  const { times, overtaken, span } = await changes(lecturer, news);
  const after = await metrics(server);
  const said = await crowd.done;
  const keys = after('aula_key_frames_total') - before('aula_key_frames_total');
  const allowed = (after('aula_encoders') * (span[1] - span[0])) / 1000;
  const freeze = longest(said, span);
  if (times.length + overtaken !== CHANGES) throw new Error(`${times.length} of ${CHANGES} changes were seen, ${overtaken} overtaken`);
  console.log(`layout_to_air_ms.p50 ${Math.round(percentile(times, 0.5))}`);
  console.log(`layout_to_air_ms.p95 ${Math.round(percentile(times, 0.95))}`);
  console.log(`layout_to_air_ms.n ${times.length}`);
  console.log(`layout_changes.key_frames ${keys}`);
  console.log(`layout_changes.encoders ${after('aula_encoders')}`);
  console.log(`layout_changes.longest_freeze_ms ${Math.round(freeze)}`);
  console.error(`# gate: ${Math.round(allowed)} key frames; by the server ${after('aula_layout_to_air_ms_sum') / after('aula_layout_to_air_ms_count')} ms; ${JSON.stringify(said.server.threads)}`);
  if (freeze > FREEZE_MS || keys > allowed) bad = 1;
} catch (error) {
  bad = 1;
  console.error(`# could not be measured: ${error.message}`);
} finally {
  lecturer?.close();
  crowd?.stop();
  await server.stop();
}
process.exit(bad);
