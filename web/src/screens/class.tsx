// The class.

import { useEffect } from 'preact/hooks';
import { t } from '../core/i18n';
import { may, state } from '../core/state';
import { Banner } from './banner';
import { Chat } from './chat';
import { Controls } from './controls';
import { HandsSheet } from './hands';
import { listenToKeys } from './keys';
import { LecturerBar } from './lecturerbar';
import { More } from './more';
import { closeSheet, sheet } from './panels';
import { People } from './people';
import { PollPanel, PollSheet } from './polls';
import { QualitySheet } from './quality';
import { Recordings } from './recordings';
import { Stage } from './stage';
import { TimerSheet } from './timer';
import { TopBar } from './topbar';

export function ClassView() {
  useEffect(() => {
    const unlisten = listenToKeys();
    return () => {
      unlisten();
      closeSheet();
    };
  }, []);
  const open = sheet.value;
  return (
    <div class={state.chatOpen.value ? 'class has-chat' : 'class'} aria-label={t('class')}>
      <TopBar />
      <Banner />
      <Stage />
      {state.chatOpen.value ? <Chat /> : null}
      <PollPanel />
      {may('layout') || may('record') || may('admit') ? <LecturerBar /> : null}
      <Controls />
      {open === 'more' && <More />}
      {open === 'people' && <People />}
      {open === 'recordings' && <Recordings />}
      {open === 'quality' && <QualitySheet />}
      {open === 'hands' && <HandsSheet />}
      {open === 'poll' && <PollSheet />}
      {open === 'timer' && <TimerSheet />}
    </div>
  );
}
