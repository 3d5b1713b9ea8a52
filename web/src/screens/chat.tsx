// The chat of the class. Text stays text: nothing of it is ever read as HTML.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { classroom } from '../app';
import { timeOfDay } from '../core/format';
import { t } from '../core/i18n';
import type { ChatLine } from '../core/protocol';
import { may, notify, state } from '../core/state';
import { recallTab, rememberTab } from '../core/store';
import { Icon } from '../ui/icon';
import { toggleChat } from './panels';

const MAX_BYTES = 4096;
const NEAR_END_PX = 60;

function Line({ line }: { line: ChatLine }) {
  const own = line.member === state.self.value;
  return (
    <div class={own ? 'line is-own' : 'line'}>
      <p class="line-head">
        <bdi>{line.name || t('chat.notice')}</bdi> <time>{timeOfDay(line.sent_ms)}</time>
      </p>
      <p class="line-text" dir="auto">
        {line.text}
      </p>
    </div>
  );
}

function Log() {
  const log = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const top = useRef(0);
  const lines = state.chat.value;
  useLayoutEffect(() => {
    const box = log.current;
    if (box && atEnd.current) box.scrollTop = box.scrollHeight;
  }, [lines]);
  useEffect(() => {
    const box = log.current!;
    const resized = new ResizeObserver(() => {
      if (atEnd.current) box.scrollTop = box.scrollHeight; // a keyboard came up: the last line stays in sight
    });
    resized.observe(box);
    return () => resized.disconnect();
  }, []);
  const scrolled = () => {
    const box = log.current!;
    if (box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX) atEnd.current = true;
    else if (box.scrollTop < top.current) atEnd.current = false; // by hand: a new line only makes the rest longer
    top.current = box.scrollTop;
  };
  return (
    <div class="log" role="log" ref={log} tabIndex={0} aria-label={t('chat')} onScroll={scrolled}>
      {lines.length ? null : <p class="fine">{t('chat.empty')}</p>}
      {lines.map((line) => (
        <Line key={line.id} line={line} />
      ))}
    </div>
  );
}

export function Chat() {
  const [draft, setDraft] = useState(recallTab('draft'));
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus({ preventScroll: true }), []);

  const now = useRef(draft); // as it is, also while it is being drawn
  const write = (text: string) => {
    now.current = text;
    setDraft(text);
    rememberTab('draft', text);
  };
  const send = async (event: Event) => {
    event.preventDefault();
    const text = now.current.trim();
    if (!text) return;
    if (new TextEncoder().encode(text).length > MAX_BYTES) {
      notify('error.chat_long');
      return;
    }
    write(''); // at once: a second press sends nothing twice, and what is typed meanwhile stays
    if (!(await classroom.act('chat.send', { text }))) write(now.current ? `${text}\n${now.current}` : text);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') toggleChat();
    else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) void send(event);
  };

  return (
    <section class="chat" aria-label={t('chat')}>
      <header class="panel-head">
        <h2>{t('chat')}</h2>
        <button type="button" class="plain" data-act="chat-close" aria-label={t('close')} onClick={toggleChat}>
          <Icon name="close" />
        </button>
      </header>
      <Log />
      <form class="chat-form" onSubmit={send}>
        <textarea
          id="chat-text"
          ref={field}
          rows={1}
          dir="auto"
          value={draft}
          maxLength={MAX_BYTES}
          disabled={!may('chat')}
          placeholder={t(may('chat') ? 'chat.write' : 'barred.chat')}
          aria-label={t('chat.write')}
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <button type="submit" class="row-button" disabled={!may('chat')} data-act="chat-send" aria-label={t('chat.send')}>
          <Icon name="send" />
        </button>
      </form>
    </section>
  );
}
