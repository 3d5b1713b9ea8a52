// Above the picture: the connection, the class, the recording, and the way out.

import { useEffect, useState } from 'preact/hooks';
import { classroom } from '../app';
import { clock, megabytes, shortly } from '../core/format';
import { t } from '../core/i18n';
import { audience, state } from '../core/state';
import { groupTitle } from '../core/tools';
import { Icon } from '../ui/icon';
import { openSheet } from './panels';
import { TimerView } from './timer';

export function useSecond(): void {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, []);
}

export function RunningTime() {
  useSecond();
  const { since_ms, paused, at_ms } = state.recording.value;
  return <span class="mono">{clock(paused ? (at_ms ?? 0) : Date.now() + state.clockSkewMs.value - since_ms)}</span>;
}

function Signal() {
  const { videoKbps, audioKbps, rttMs, lossPct } = state.stats.value;
  const good = state.link.value === 'open' && state.ice.value === 'connected';
  const bars = !good ? 0 : state.weak.value || lossPct >= 4 ? 1 : rttMs > 400 || lossPct >= 1 ? 2 : 3;
  const { in: got, out } = state.used.value;
  const quality = state.quality.value;
  const text = [
    t('quality.open'),
    ...(quality ? [t(`level.${quality.level}`)] : []),
    t('signal', { kbps: videoKbps + audioKbps, rtt: rttMs, loss: lossPct }),
    t('data.used', { mb: megabytes(got + out) }),
  ].join(', ');
  return (
    <button
      type="button"
      class="signal"
      data-act="quality"
      data-bars={bars}
      aria-label={text}
      aria-haspopup="dialog"
      aria-keyshortcuts="Q"
      title={text}
      onClick={() => openSheet('quality')}
    >
      <span class="bars" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <span class="spent">{shortly(got + out)}</span>
    </button>
  );
}

export function TopBar() {
  return (
    <header class="topbar">
      <Signal />
      <h1>
        <bdi>{state.room.value.parent ? groupTitle(state.room.value.title) : state.room.value.title}</bdi>
      </h1>
      {state.recording.value.on ? (
        <span
          class="rec"
          data-rec={state.recording.value.paused ? 'paused' : 'on'}
          title={t(state.recording.value.paused ? 'rec.is_paused' : 'rec.explained')}
        >
          <b aria-hidden="true">{state.recording.value.paused ? '❚❚' : '●'}</b> REC <RunningTime />
        </span>
      ) : null}
      <TimerView />
      <span class="count" title={t('people.title')}>
        <Icon name="people" /> {state.members.value.size + audience()}
      </span>
      <button type="button" class="leave" data-act="leave" title={t('leave')} onClick={() => classroom.leave()}>
        <Icon name="leave" />
        <span>{t('leave')}</span>
      </button>
    </header>
  );
}
