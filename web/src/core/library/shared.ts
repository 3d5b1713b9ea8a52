// A recording that somebody shared by a link: asked for over HTTP, without a class.

import type { Recording } from '../protocol';

/** What is known of it before the password is right. */
export interface Head {
  title: string;
  started_ms: number;
  duration_ms: number;
}

export interface Whole extends Head {
  download: boolean;
  recording: Recording;
}

export type Answer = { is: 'whole'; whole: Whole } | { is: 'locked'; head: Head } | { is: 'refused'; code: string };

type Reply = Partial<Whole> & { password?: boolean; code?: string };

const CODES: Record<number, string> = { 403: 'bad_password', 404: 'unknown_share', 410: 'share_expired', 429: 'too_fast' };

/** `reply`: the body as it was read, whatever it is. */
export function answerOf(status: number, reply: unknown): Answer {
  const { recording, title = '', started_ms = 0, duration_ms = 0, download, password, code } = (typeof reply === 'object' && reply ? reply : {}) as Reply;
  const head = { title, started_ms, duration_ms };
  if (status === 200 && recording) return { is: 'whole', whole: { ...head, download: download === true, recording } };
  if (status === 200 && password) return { is: 'locked', head };
  return { is: 'refused', code: code ?? CODES[status] ?? 'unknown' };
}

/** Without a password it is asked for what anybody may know. `again`: only for links that are good, which is no opening. */
export async function askShare(token: string, password: string, again: boolean): Promise<Answer> {
  const url = `/api/v1/shares/${encodeURIComponent(token)}${again ? '?again=1' : ''}`;
  try {
    const reply = await (password
      ? fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ password }) })
      : fetch(url));
    return answerOf(reply.status, await reply.json().catch(() => null));
  } catch {
    return { is: 'refused', code: 'offline' };
  }
}
