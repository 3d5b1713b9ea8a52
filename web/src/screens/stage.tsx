// The one picture of the class with its sound, and what is laid over it.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { classroom } from '../app';
import { contain, type Box } from '../core/fit';
import { t } from '../core/i18n';
import { isMoving } from '../core/levels';
import { state } from '../core/state';
import { StateBadge } from './badge';
import { Overlay } from './overlay';
import { Poster } from './poster';
import { Reactions } from './reactions';
import { Still, type Size } from './still';

const NO_BOX: Box = { x: 0, y: 0, w: 0, h: 0 };
const WIDE: Size = { w: 16, h: 9 };

/** Follows the frames: for the tile map, and for the first picture. */
function watchFrames(video: HTMLVideoElement): () => void {
  if (!('requestVideoFrameCallback' in video)) {
    const element = video as HTMLVideoElement;
    const shown = () => classroom.frame(undefined);
    element.addEventListener('timeupdate', shown);
    return () => element.removeEventListener('timeupdate', shown);
  }
  let handle = 0;
  const next = (_now: number, frame: VideoFrameCallbackMetadata) => {
    classroom.frame(frame.rtpTimestamp);
    handle = video.requestVideoFrameCallback(next);
  };
  handle = video.requestVideoFrameCallback(next);
  return () => video.cancelVideoFrameCallback(handle);
}

async function playWithSound(video: HTMLVideoElement): Promise<void> {
  try {
    video.muted = state.aside.value;
    await video.play();
    state.soundBlocked.value = false;
  } catch (why) {
    if (!(why instanceof DOMException) || why.name !== 'NotAllowedError') return;
    state.soundBlocked.value = true; // a tap is needed for sound; the picture may go without
    video.muted = true;
    await video.play().catch(() => undefined);
  }
}

/** The shape of what is seen: of the still, of the video, or of the map where there is neither. */
function shapeOf(still: Size | null, video: Size | null): Size {
  const map = state.layout.value;
  return still ?? video ?? (map ? { w: map.w, h: map.h } : WIDE);
}

/** What the styles go by: a hidden page is on its way back to what it was. */
function shownLevel(): string {
  const quality = state.quality.value;
  return quality && quality.why !== 'hidden' ? quality.level : '';
}

export function Stage({ children }: { children?: ComponentChildren }) {
  const holder = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const [size, setSize] = useState({ w: 0, h: 0 });
  const [picture, setPicture] = useState<Size | null>(null);
  const [stillSize, setStillSize] = useState<Size | null>(null);

  useEffect(() => {
    const element = video.current!;
    element.srcObject = classroom.rtc.stream;
    void playWithSound(element);
    const unwatch = watchFrames(element);
    const resized = () => {
      if (element.videoWidth) setPicture({ w: element.videoWidth, h: element.videoHeight });
    };
    element.addEventListener('resize', resized);
    // a telephone call, or a while in the background, stops the picture on some phones: it goes on with the page
    const looked = () => {
      if (document.visibilityState === 'visible' && element.paused) void playWithSound(element);
    };
    document.addEventListener('visibilitychange', looked);
    const measure = new ResizeObserver(([entry]) => {
      if (entry) setSize({ w: entry.contentRect.width, h: entry.contentRect.height });
    });
    measure.observe(holder.current!);
    return () => {
      unwatch();
      measure.disconnect();
      element.removeEventListener('resize', resized);
      document.removeEventListener('visibilitychange', looked);
      element.srcObject = null;
    };
  }, []);

  const aside = state.aside.value;
  useEffect(() => {
    if (!state.soundBlocked.value) video.current!.muted = aside;
  }, [aside]);

  const level = shownLevel();
  const still = state.still.value !== null && (level === 'still' || !state.firstFrame.value);
  const { w, h } = shapeOf(still ? stillSize : null, level === 'sound' ? null : picture);
  const box = size.w ? contain(size.w, size.h, w, h) : NO_BOX;
  return (
    <div class="stage" ref={holder} data-level={level} data-still={still}>
      <video id="class" ref={video} class="picture" playsInline autoplay aria-label={t('stage.label')} />
      {still ? <Still onSize={setStillSize} /> : null}
      {state.firstFrame.value || still || !isMoving(state.quality.value?.level ?? 'main') ? null : <Poster />}
      <Overlay box={box} />
      <StateBadge />
      <Reactions />
      {children}
      {state.soundBlocked.value ? (
        <button type="button" class="primary tap" data-act="sound" onClick={() => void playWithSound(video.current!)}>
          {t('stage.tap')}
        </button>
      ) : null}
    </div>
  );
}
