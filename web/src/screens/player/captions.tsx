// Captions over the picture, of a size that is chosen: drawn here, since browsers let them cover as much as they like.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { CaptionSize } from '../../core/player/caption';
import type { Captions } from '../../core/player/sources';
import { plain } from '../../core/player/vtt';

const LEAST_PX = 10;
const STEP = 0.92;

function textOf(track: TextTrack): string {
  return Array.from(track.activeCues ?? [], (cue) => plain((cue as VTTCue).text)).join('\n').trim();
}

/** Smaller, until it fits into its part of the picture; then its last lines are seen. */
function fit(box: HTMLElement): void {
  box.style.fontSize = '';
  box.style.blockSize = '';
  let px = parseFloat(getComputedStyle(box).fontSize);
  while (box.scrollHeight > box.clientHeight + 1 && px > LEAST_PX) {
    px = Math.max(LEAST_PX, px * STEP);
    box.style.fontSize = `${px}px`;
  }
  const line = parseFloat(getComputedStyle(box).lineHeight);
  if (box.scrollHeight > box.clientHeight + 1) box.style.blockSize = `${Math.max(1, Math.floor(box.clientHeight / line)) * line}px`; // no half of a line
  box.scrollTop = box.scrollHeight;
}

interface Props {
  captions: Captions;
  size: CaptionSize;
  video: { current: HTMLVideoElement | null };
}

/** The track stands beside it in the video, and loads what is drawn here. */
export function CaptionText({ text, size }: { text: string; size: CaptionSize }) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const again = new ResizeObserver(() => fit(element));
    again.observe(element.parentElement!);
    fit(element);
    return () => again.disconnect();
  }, [text, size]);
  if (!text) return null;
  return (
    <div class={`pl-captions is-${size}`} dir="auto" ref={box}>
      <span>{text}</span>
    </div>
  );
}

/** Telephones give the whole screen to the picture alone: then the browser draws them. */
export function useCaptionText({ captions, video }: { captions: Captions | undefined; video: Props['video'] }): [string, (track: HTMLTrackElement | null) => void] {
  const [text, setText] = useState('');
  const [element, setElement] = useState<HTMLTrackElement | null>(null);
  useEffect(() => {
    setText('');
    const picture = video.current;
    if (!element || !picture) return undefined;
    const { track } = element;
    const look = () => setText(textOf(track));
    const alone = () => (track.mode = 'showing');
    const beside = () => (track.mode = 'hidden');
    beside();
    track.addEventListener('cuechange', look);
    element.addEventListener('load', look);
    picture.addEventListener('webkitbeginfullscreen', alone);
    picture.addEventListener('webkitendfullscreen', beside);
    return () => {
      track.mode = 'disabled';
      track.removeEventListener('cuechange', look);
      element.removeEventListener('load', look);
      picture.removeEventListener('webkitbeginfullscreen', alone);
      picture.removeEventListener('webkitendfullscreen', beside);
    };
  }, [element, captions?.language]);
  return [captions ? text : '', setElement];
}
