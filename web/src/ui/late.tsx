// A part of the page that is loaded when it is needed.

import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

const RETRY_MS = 2000;

export function Late<T>({ load, show }: { load(): Promise<T>; show(module: T): JSX.Element | null }) {
  const [module, setModule] = useState<T | null>(null);
  useEffect(() => {
    let timer = 0;
    let wanted = true;
    const attempt = () =>
      void load().then(
        (loaded) => wanted && setModule(() => loaded),
        () => {
          if (wanted) timer = window.setTimeout(attempt, RETRY_MS); // the network is away for a moment
        },
      );
    attempt();
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, []);
  return module ? show(module) : null;
}
