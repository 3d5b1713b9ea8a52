// Asking again and again for what is shown, as long as it is shown.

import { useEffect, useState } from 'preact/hooks';
import { Refusal } from '../../core/protocol';
import { state } from '../../core/state';

export interface Asked<T> {
  data: T | null;
  /** Code of the last refusal, while there is nothing newer. */
  error: string;
  /** Now, beside its turn. */
  again(): void;
}

const RETRY_MS = 3000;
const MISSED = ['offline', 'timeout']; // the banner says it

/** `everyMs`: 0 for once. Asked anew when `key` changes; a slow answer is waited for. */
export function useAsked<T>(ask: () => Promise<T>, everyMs: number, key = ''): Asked<T> {
  const [data, setData] = useState<T | null>(null);
  const [error, setError] = useState('');
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    setData(null);
    setError('');
  }, [key]);
  useEffect(() => {
    let wanted = true;
    let timer = 0;
    const later = (ms: number) => {
      if (wanted && ms) timer = window.setTimeout(run, ms);
    };
    const run = () => {
      if (document.hidden || state.link.value !== 'open') {
        later(1000);
        return;
      }
      ask().then(
        (reply) => {
          if (!wanted) return;
          setData(reply);
          setError('');
          later(everyMs);
        },
        (why) => {
          if (!wanted) return;
          const code = why instanceof Refusal ? why.code : 'unknown';
          if (!MISSED.includes(code)) setError(code);
          later(everyMs || RETRY_MS);
        },
      );
    };
    run();
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [key, turn, everyMs]);
  return { data, error, again: () => setTurn(turn + 1) };
}
