// Turns the lines "a.b.c value" of a file into bench/results.json, and into the table of README.md:
// node bench/report.mjs FILE [add]. With "add" all other figures stay as they are; those of the long run stay anyhow.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release } from 'node:os';
import { fileURLToPath } from 'node:url';

const RESULTS = fileURLToPath(new URL('results.json', import.meta.url));
const README = fileURLToPath(new URL('../README.md', import.meta.url));
const BEGIN = '<!-- bench -->';
const END = '<!-- /bench -->';

function nest(text) {
  const results = {
    date: new Date().toISOString().slice(0, 10),
    machine: { cpu: cpus()[0]?.model.trim() ?? '', cores: availableParallelism(), kernel: release() },
  };
  for (const line of text.split('\n')) {
    const found = /^([a-z][\w.]*) (-?\d+(?:\.\d+)?)$/.exec(line);
    if (!found) continue;
    const path = found[1].split('.');
    const last = path.pop();
    let at = results;
    for (const part of path) at = at[part] ??= {};
    at[last] = Number(found[2]);
  }
  // of thousands; bench_class has a hundred, among whom what exists once per class weighs too much
  if (results.viewers_5000) results.bytes_per_viewer = results.viewers_5000.bytes_per_viewer;
  if (results.viewer_packet_ns) results.ratio_to_limit = results.viewer_packet_ns.ratio;
  if (results.viewer_curve)
    results.viewer_curve = Object.entries(results.viewer_curve).map(([viewers, point]) => ({ viewers: Number(viewers), ...point }));
  return results;
}

/** What was measured now, beside what stays of before. */
function merge(now, before, add) {
  const some = (of, long) => Object.fromEntries(Object.entries(of).filter(([key]) => /^(soak|recorded)_/.test(key) === long));
  const soak = { ...some(before, true), ...some(now, true) };
  if (now.soak_seconds) soak.soak_date = now.date;
  if (now.recorded_seconds) soak.recorded_date = now.date;
  const { date, machine, ...figures } = some(now, false);
  return { date, machine, ...(add ? some(before, false) : {}), ...figures, ...soak };
}

const kb = (bytes) => `${Math.round(bytes / 1024)} KB`;
const us = (ns) => `${(ns / 1000).toFixed(2)} µs`;

/** Thousands of viewers. */
function crowd(r, add) {
  const { viewers_5000: many, viewer_curve: curve } = r;
  if (many) {
    add('5000 viewers of level low, 4 senders: all threads of the server', `${many.cpu_percent.toFixed(0)} % of a core`);
    add('one more of them, feedback included', `${many.cpu_percent_per_viewer.toFixed(4)} % of a core, ${kb(many.bytes_per_viewer)}`);
  }
  if (curve) {
    const list = (of) => curve.map(of).join(', ');
    add(`the same with ${list((point) => point.viewers)} viewers`, `${list((point) => point.cpu_percent.toFixed(0))} % of a core`);
    add('99 % of their packets are late by at most', `${list((point) => point.late_p99_ms)} ms`);
  }
  if (r.nine_senders_2000_viewers_cores) add('9 senders, 2000 viewers of levels main and low', `${r.nine_senders_2000_viewers_cores.toFixed(2)} cores`);
  if (r.class_25_cores) add('25 cameras, five rungs', `${r.class_25_cores.toFixed(2)} cores`);
}

/** What is seen beside the class's own picture. */
function views(r, add) {
  const view = r.view_cpu_percent;
  if (view) {
    const list = ['wall', 'stage', 'slides', 'interpreter', 'pin', 'staff'].map((name) => view[name].toFixed(1));
    add("9 cameras: the class's own picture, one rung", `${view.class.toFixed(1)} % of a core`);
    add('one picture more beside it: wall, stage, slides, interpreter, somebody in front, all for staff', `${list.join(', ')} % of a core`);
  }
  if (r.wall_49_cpu_percent) add('a wall of 49 beside the class', `${r.wall_49_cpu_percent.toFixed(1)} % of a core`);
}

/** Files of classes. */
function recordings(r, add) {
  const { recording_cpu_percent: cpu, kill_loss_s: loss } = r;
  if (cpu) {
    const list = ['full', 'sound', 'mkv', 'live', 'tracks'].map((name) => cpu[name]?.toFixed(2) ?? '-');
    add('a recording at 960x540, by edition: full, sound, mkv, live; each of five senders by itself', `${list.join(', ')} % of a core`);
    add('20 recordings at once, full and sound', `${r.recordings_20_cpu_percent.toFixed(1)} % of a core`);
  }
  if (r.ready_after_stop_s) add('a class of 50 minutes: its file is ready after', `${r.ready_after_stop_s.toFixed(1)} s`);
  if (loss) add(`servers killed while they record: files that play, what the worst has lost`, `${r.kills_that_play} of 50, ${loss.max.toFixed(2)} s`);
  if (r.seal) add('recordings sealed at rest: made, read', `${r.seal.seal_mb_s.toFixed(0)}, ${r.seal.read_sealed_mb_s.toFixed(0)} MB/s of a core`);
  if (r.recorded_seconds >= 1800) {
    add(`a recorded class of ${Math.round(r.recorded_seconds / 60)} minutes (${r.recorded_date}): sound behind the picture at its end`, `${r.recorded_skew_end_ms.toFixed(0)} ms`);
    add('the same: longer than the class by; ready after', `${r.recorded_length_off_s.toFixed(2)} s; ${r.recorded_ready_s.toFixed(1)} s`);
    if (r.recorded_made_s) add('the same: all is made of it (chapters, sound of -16 LUFS, pictures) after, at idle priority', `${r.recorded_made_s.toFixed(0)} s`);
  }
}

/** Rows of the table; a figure that was not measured this time has none. */
function rows(r) {
  const { tick_us: tick, viewer_packet_ns: packet, class_cpu: cpu } = r;
  const all = [];
  const add = (what, figure) => all.push(`| ${what} | ${figure} |`);
  if (packet) {
    add('one packet to one more viewer: header, protection, send, book-keeping', us(packet.path));
    add('the least that the same encryption and the same send (UDP GSO) can cost', `${us(packet.limit)} (ratio ${packet.ratio})`);
    add("taking in one viewer's feedback", us(packet.feedback));
  }
  views(r, add);
  if (r.viewer_core_percent) add(`one more viewer in a running class, ${r.viewer_packets_per_s} packets a second`, `${r.viewer_core_percent.toFixed(3)} % of a core`);
  if (tick) {
    for (const cells of [1, 9, 25]) {
      const part = tick.h264[cells];
      add(
        `a tick of ${cells} camera${cells > 1 ? 's' : ''} at 640x360: decode, compose, encode`,
        `${(tick[cells] / 1000).toFixed(1)} ms (${[part.decode, part.compose, part.encode].map((one) => (one / 1000).toFixed(1)).join(' + ')})`,
      );
    }
  }
  crowd(r, add);
  if (r.rung_cpu_percent) {
    const { people3: people, slides } = r.rung_cpu_percent;
    const line = (of) => ['low', 'mid', 'main', 'high'].map((level) => of[level].h264.toFixed(1)).join(', ');
    add('one rung in H.264, people: low, mid, main, high', `${line(people)} % of a core`);
    add('the same of shared pages', `${line(slides)} % of a core`);
    add('low in AV1: people, shared pages', `${people.low.av1.toFixed(1)}, ${slides.low.av1.toFixed(1)} % of a core`);
  }
  if (cpu) {
    const { net, audio, video, all: sum } = cpu.senders9_viewers100;
    add('9 senders and 100 viewers, all threads', `${sum} % of a core (video ${video}, audio ${audio}, network ${net})`);
  }
  recordings(r, add);
  if (r.bytes_per_viewer) add('memory of one more viewer', kb(r.bytes_per_viewer));
  if (r.bytes_per_sender) add('memory of one more sender, camera and microphone', kb(r.bytes_per_sender));
  if (r.soak_seconds >= 1800) {
    const minutes = `${Math.round(r.soak_seconds / 60)} minutes of 8 senders and 30 viewers (${r.soak_date})`;
    add(`${minutes}: memory grows by`, `${r.soak_rss_mb_per_hour.toFixed(2)} MB an hour (95 %: at most ${r.soak_rss_mb_per_hour_most.toFixed(2)})`);
    add('the same: sound behind the picture, and how that changed', `${r.soak_skew_ms.toFixed(0)} ms, by ${r.soak_skew_change_ms.toFixed(0)} at most`);
  }
  const ms = (one) => `${one.p50} ms (p95 ${one.p95})`;
  if (r.glass_to_glass_ms) add('from camera to screen, Chromium to Chromium, clean link', ms(r.glass_to_glass_ms));
  if (r.layout_to_air_ms) {
    const { key_frames: keys, longest_freeze_ms: freeze } = r.layout_changes;
    add('from the request for a layout to its first frame: 100 changes in 60 s, 20 viewers', ms(r.layout_to_air_ms));
    add('the same: key frames, longest time without a new picture', `${keys}, ${freeze} ms`);
  }
  if (r.join_to_first_frame_ms) add('from "Join now" to the first frame', ms(r.join_to_first_frame_ms));
  return all;
}

function table(r) {
  const head = `Of ${r.date}, on ${r.machine.cores} cores of ${r.machine.cpu}; CPU time, medians:`;
  return [BEGIN, head, '', '| what | figure |', '|---|---|', ...rows(r), END].join('\n');
}

const before = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : {};
const results = merge(nest(readFileSync(process.argv[2], 'utf8')), before, process.argv[3] === 'add');
writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
const readme = readFileSync(README, 'utf8');
const from = readme.indexOf(BEGIN);
const to = readme.indexOf(END);
if (from < 0 || to < from) throw new Error(`README.md has no ${BEGIN} ... ${END}`);
writeFileSync(README, readme.slice(0, from) + table(results) + readme.slice(to + END.length));
