// At the door of who only watches: asks whether it may, and where; again by itself where that can help.

import { signal } from '@preact/signals-core';

const AGAIN_MS = 10_000;
const SOON_MS = 2000;
const PASSING = ['too_fast', 'server_busy', 'server_draining', 'room_full', 'offline', 'no_resources'];

interface Answer {
  title?: string;
  live?: boolean;
  url?: string;
  code?: string;
  after_ms?: number;
}

export class Watch {
  readonly title = signal('');
  readonly url = signal('');
  /** What stands in the way; `final`: it is not tried again by itself. */
  readonly said = signal<{ code: string; final: boolean }>({ code: '', final: false });
  private timer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

  constructor(
    private readonly code: string,
    private readonly key: string,
  ) {}

  /** Returns what ends it. */
  open(): () => void {
    this.closed = false;
    this.ask();
    return () => {
      this.closed = true;
      clearTimeout(this.timer);
    };
  }

  ask(): void {
    clearTimeout(this.timer);
    void this.answer().then((answer) => !this.closed && this.take(answer, 'not_yet'));
  }

  /** The link was good for some hours, or the server began anew. */
  async renew(): Promise<string> {
    const { url } = await this.answer();
    if (!url) throw new Error('nothing runs');
    return url;
  }

  /** It has ended: another one may begin. */
  over(): void {
    this.later('over', AGAIN_MS);
  }

  private later(code: string, ms: number): void {
    this.said.value = { code, final: false };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      void this.answer().then((answer) => !this.closed && this.take(answer, code));
    }, ms);
  }

  private take({ title, url, code, after_ms = 0 }: Answer, without: string): void {
    if (title) this.title.value = title;
    if (url) {
      this.said.value = { code: '', final: false };
      this.url.value = url;
    } else if (!code) {
      this.later(without, AGAIN_MS);
    } else if (PASSING.includes(code)) {
      this.later(code, Math.max(SOON_MS, after_ms || AGAIN_MS));
    } else {
      this.said.value = { code, final: true };
    }
  }

  private async answer(): Promise<Answer> {
    try {
      const reply = await fetch('/api/v1/watch', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ code: this.code, key: this.key }),
        credentials: 'omit',
      });
      const answer = (await reply.json()) as Answer;
      return reply.ok ? answer : { code: answer.code ?? 'unknown', after_ms: answer.after_ms };
    } catch {
      return { code: 'offline' };
    }
  }
}
