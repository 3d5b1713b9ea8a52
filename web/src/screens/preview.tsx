// The own camera, mirrored as people know themselves.

import { useEffect, useRef } from 'preact/hooks';
import { t } from '../core/i18n';
import { state } from '../core/state';

export function Preview({ name, style }: { name: string; style?: Record<string, string> }) {
  const video = useRef<HTMLVideoElement>(null);
  const track = state.camTrack.value;
  useEffect(() => {
    const element = video.current;
    if (!element || !track) return;
    element.muted = true;
    element.srcObject = new MediaStream([track]);
    void element.play().catch(() => undefined);
  }, [track]);
  return <video class={`self self-${name}`} ref={video} style={style} muted playsInline autoplay aria-label={t('self.label')} />;
}
