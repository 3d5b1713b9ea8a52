// A word to a class, or to all.

import { useState } from 'preact/hooks';
import { t } from '../../core/i18n';
import { desk } from './desk';

export function Announce({ code }: { code: string }) {
  const [text, setText] = useState('');
  const id = code ? 'announce-one' : 'announce-all';
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      const { rooms } = await desk.ask('announce', { text: text.trim(), ...(code && { code }) });
      desk.tell('con.announced', { n: Number(rooms) || 0 });
      setText('');
    } catch (why) {
      desk.say(why);
    }
  };
  return (
    <details class="con-more">
      <summary class="plain" data-act={id}>
        {t(code ? 'con.announce_one' : 'con.announce_all')}
      </summary>
      <form class="con-bar" onSubmit={submit}>
        <label class="con-field con-search">
          <span>{t('con.announce_text')}</span>
          <input id={id} dir="auto" required maxLength={250} value={text} onInput={(e) => setText(e.currentTarget.value)} />
        </label>
        <button type="submit" class="primary" data-act={`${id}-send`}>
          {t('con.announce')}
        </button>
      </form>
    </details>
  );
}
