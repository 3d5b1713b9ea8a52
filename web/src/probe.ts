// window.__aula: what tests and problem reports may look at. Nothing can be changed through it.

import { classroom } from './app';
import { state } from './core/state';
import { StatsReader, NO_STATS } from './core/stats';

function snapshot() {
  return {
    screen: state.screen.value,
    link: state.link.value,
    ice: state.ice.value,
    self: state.self.value,
    role: state.role.value,
    room: { ...state.room.value },
    members: [...state.members.value.values()].map((one) => ({ ...one })),
    layouts: [...state.layouts.value],
    layout: structuredClone(state.layout.value),
    pinned: state.pinned.value,
    speakers: [...state.speakers.value],
    recording: { ...state.recording.value },
    hearing: structuredClone(state.hearing.value),
    channel: state.channel.value,
    chat: state.chat.value.map((one) => ({ ...one })),
    hands: structuredClone(state.hands.value),
    hand: { ...state.hand.value },
    poll: structuredClone(state.poll.value),
    choices: [...state.choices.value],
    timer: { ...state.timer.value },
    mic: state.mic.value.on,
    cam: state.cam.value.on,
    share: state.share.value.on,
    quality: structuredClone(state.quality.value),
    wish: structuredClone(state.wish.value),
    used: { ...state.used.value },
    stillMs: state.still.value?.atMs ?? 0,
    links: structuredClone(state.links.value),
    firstFrame: state.firstFrame.value,
    notice: state.notice.value.key,
  };
}

async function stats() {
  const pc = classroom.rtc.peer;
  return pc ? new StatsReader().read(pc) : { ...NO_STATS };
}

export function expose(): void {
  const probe = Object.freeze({
    snapshot,
    stats,
    rates: () => ({ ...state.stats.value }),
    pc: () => classroom.rtc.peer,
    stream: () => classroom.rtc.stream,
  });
  Object.defineProperty(window, '__aula', { value: probe, writable: false });
}
