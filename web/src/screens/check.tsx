// Before the class: does the microphone hear, does the camera see, does the loudspeaker speak?

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { classroom, enterClass, visitor, warmUp } from '../app';
import { t } from '../core/i18n';
import { Meter, testSound } from '../core/meter';
import { showCode } from '../core/route';
import { state } from '../core/state';
import { recall, remember } from '../core/store';
import { Icon } from '../ui/icon';
import { closeSheet, sheet } from './panels';
import { Preview } from './preview';
import { QualityRow, QualitySheet } from './quality';

function Level() {
  const bar = useRef<HTMLSpanElement>(null);
  const [heard, setHeard] = useState(false);
  const track = state.micTrack.value;
  useEffect(() => {
    if (!track) return undefined;
    const meter = new Meter(track, (level) => {
      if (bar.current) bar.current.style.transform = `scaleX(${level})`;
      if (level > 0.35) setHeard(true);
    });
    return () => meter.close();
  }, [track]);
  return (
    <div class="level-line">
      <span class="level" aria-hidden="true">
        <span ref={bar} />
      </span>
      <span class="fine" role="status">
        {heard ? t('check.heard') : t('check.say')}
      </span>
    </div>
  );
}

interface SwitchProps {
  act: string;
  icon: string;
  label: string;
  on: boolean;
  busy: boolean;
  onChange(on: boolean): void;
}

function Switch({ act, icon, label, on, busy, onChange }: SwitchProps) {
  return (
    <button
      type="button"
      class="switch"
      role="switch"
      data-act={act}
      aria-checked={on}
      aria-busy={busy || undefined}
      disabled={busy}
      onClick={() => onChange(!on)}
    >
      <Icon name={icon} />
      <span class="grow">{label}</span>
      <span class="knob" aria-hidden="true" />
    </button>
  );
}

function SoundTest() {
  const [playing, setPlaying] = useState(false);
  const play = async () => {
    setPlaying(true);
    await testSound().catch(() => undefined);
    setPlaying(false);
  };
  return (
    <button type="button" class="switch" data-act="check-sound" disabled={playing} onClick={play}>
      <Icon name="sound" />
      <span class="grow">{playing ? t('check.playing') : t('check.sound')}</span>
    </button>
  );
}

function setMic(on: boolean): void {
  remember('mic', on ? '1' : '0');
  void classroom.devices.setMic(on);
}

function setCam(on: boolean): void {
  remember('cam', on ? '1' : '0');
  void classroom.devices.setCam(on);
}

export function Check() {
  const [entering, setEntering] = useState(false);
  const mic = state.mic.value;
  const cam = state.cam.value;
  useLayoutEffect(() => {
    warmUp(); // before anybody can tap
    if (recall('mic') !== '0') void classroom.devices.setMic(true);
    if (recall('cam') === '1') void classroom.devices.setCam(true);
    return () => {
      closeSheet();
      if (!['class', 'waiting'].includes(state.screen.value)) classroom.cool();
    };
  }, []);

  const enter = async (withDevices: boolean) => {
    setEntering(true);
    if (!withDevices) {
      await classroom.devices.setMic(false);
      await classroom.devices.setCam(false);
    }
    await enterClass();
  };
  const back = () => {
    classroom.giveUp(); // also while it is being entered
    classroom.devices.close();
    state.screen.value = 'join';
  };

  return (
    <main class="door">
      <header class="door-head">
        <h1>{t('check.title')}</h1>
        <button type="button" class="plain" data-act="back" onClick={back}>
          {t('back')}
        </button>
      </header>
      <div class="card">
        <p class="who">
          <bdi>{visitor.name}</bdi> · <span class="mono">{showCode(visitor.code)}</span>
        </p>
        <Switch act="check-mic" icon={mic.on ? 'mic' : 'mic_off'} label={t('mic')} on={mic.on} busy={mic.busy} onChange={setMic} />
        {mic.on ? <Level /> : null}
        {mic.fault ? <p class="error">{t(`mic.${mic.fault}`)}</p> : null}
        <Switch act="check-cam" icon={cam.on ? 'cam' : 'cam_off'} label={t('cam')} on={cam.on} busy={cam.busy} onChange={setCam} />
        {cam.on ? <Preview name="check" /> : null}
        {cam.fault ? <p class="error">{t(`cam.${cam.fault}`)}</p> : null}
        <SoundTest />
        <QualityRow act="quality" />
        <button type="button" class="primary" data-act="join-now" disabled={entering} onClick={() => void enter(true)}>
          {entering ? t('connecting') : t('check.join')}
        </button>
        <button type="button" class="plain wide" data-act="watch-only" disabled={entering} onClick={() => void enter(false)}>
          {t('check.watch')}
        </button>
      </div>
      {sheet.value === 'quality' && <QualitySheet />}
    </main>
  );
}
