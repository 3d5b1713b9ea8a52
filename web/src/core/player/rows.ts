// The rows of recordings: how far what is made of them is.

import type { Made, Recording } from '../protocol';

export interface MadeNews extends Pick<Made, 'state' | 'done' | 'code'> {
  id: string;
}

/** What is ready without its links has to be listed anew; links that are known stay. */
export function withNews(rows: Recording[], { id, state, done, code }: MadeNews): Recording[] {
  return rows.map((row) => {
    if (row.id !== id || (state === 'ready' && row.made?.state === 'ready')) return row;
    const { base, query, files } = row.made ?? {};
    const early = (state === 'working' || state === 'waiting') && files && { base, query, files };
    return { ...row, made: { ...early, state, ...(done !== undefined && { done }), ...(code !== undefined && { code }) } };
  });
}
