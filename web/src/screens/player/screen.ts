// The whole screen, and a small window over the others, each as far as the browser has it.

import { useEffect, useState } from 'preact/hooks';

type Held<T> = { current: T | null };
type Video = HTMLVideoElement & { webkitEnterFullscreen?: () => void };

/** Whether it has the screen, and what turns that over. */
export function useFullScreen(box: Held<HTMLElement>, video: Held<HTMLVideoElement>): [boolean, () => void] {
  const [full, setFull] = useState(false);
  useEffect(() => {
    const look = () => setFull(document.fullscreenElement !== null && document.fullscreenElement === box.current);
    document.addEventListener('fullscreenchange', look);
    return () => document.removeEventListener('fullscreenchange', look);
  }, []);
  const turn = () => {
    if (document.fullscreenElement) void document.exitFullscreen().catch(() => undefined);
    else if (box.current?.requestFullscreen) void box.current.requestFullscreen().catch(() => undefined);
    else (video.current as Video | null)?.webkitEnterFullscreen?.(); // a telephone that gives it to the picture alone
  };
  return [full, turn];
}

/** null: it has none. */
export function usePip(video: Held<HTMLVideoElement>): (() => void) | null {
  if (!document.pictureInPictureEnabled) return null;
  return () => {
    const done = document.pictureInPictureElement ? document.exitPictureInPicture() : video.current?.requestPictureInPicture();
    void done?.catch(() => undefined); // there is no picture yet
  };
}
