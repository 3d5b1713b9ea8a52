// The class.

import { useEffect } from 'preact/hooks';
import { decks } from '../core/decks';
import { t } from '../core/i18n';
import { may, state } from '../core/state';
import { Banner } from './banner';
import { Chat } from './chat';
import { Controls } from './controls';
import { GroupBanner } from './groups';
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
import './shell'; // what is loaded first stays one chunk
import { TopBar } from './topbar';
import { Late } from '../ui/late';

type Steer = typeof import('./steer/index');
const loadSteer = async (): Promise<Steer> => {
  const steer = await import('./steer/index');
  await steer.dressed;
  return steer;
};

type Slides = typeof import('./slides/index');
const loadSlides = async (): Promise<Slides> => {
  const slides = await import('./slides/index');
  await slides.dressed;
  return slides;
};

type Live = typeof import('./live/index');
const loadLive = async (): Promise<Live> => {
  const live = await import('./live/index');
  await live.dressed;
  return live;
};

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
      <div class="banners">
        <Banner />
        <GroupBanner />
      </div>
      <Stage>{decks.zoom.value ? <Late<Slides> load={loadSlides} show={(m) => <m.Zoom />} /> : null}</Stage>
      {state.chatOpen.value ? <Chat /> : null}
      <PollPanel />
      {decks.open.value && may('share') ? <Late<Slides> load={loadSlides} show={(m) => <m.SlidesPanel />} /> : null}
      {may('layout') || may('record') || may('admit') ? <LecturerBar /> : null}
      <Controls />
      {open === 'more' && <More />}
      {open === 'people' && <People />}
      {open === 'recordings' && <Recordings />}
      {open === 'quality' && <QualitySheet />}
      {open === 'hands' && <HandsSheet />}
      {open === 'poll' && <PollSheet />}
      {open === 'timer' && <TimerSheet />}
      {open === 'back' && <Late<Live> load={loadLive} show={(m) => <m.BackSheet />} />}
      {open === 'groups' && <Late<Steer> load={loadSteer} show={(m) => <m.GroupsSheet />} />}
      {open === 'record' && <Late<Steer> load={loadSteer} show={(m) => <m.RecordSheet />} />}
      {open === 'class' && <Late<Steer> load={loadSteer} show={(m) => <m.ClassSheet />} />}
    </div>
  );
}
