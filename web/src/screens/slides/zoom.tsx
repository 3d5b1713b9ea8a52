// The page that is shown, sharp and as large as it goes: laid over the picture until it is put away. A tap shows it in
// its own size.

import { useEffect, useRef, useState } from 'preact/hooks';
import { classroom } from '../../app';
import { decks } from '../../core/decks';
import { t } from '../../core/i18n';
import { Refusal } from '../../core/protocol';
import { notify } from '../../core/state';
import { Icon } from '../../ui/icon';

export function Zoom() {
  const deck = decks.shown.value;
  const [url, setUrl] = useState('');
  const [full, setFull] = useState(false);
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    close.current?.focus();
    return () => {
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  useEffect(() => {
    let wanted = true;
    setUrl(''); // the picture below shows the new page at once
    void classroom.request('deck.still').then(
      (reply) => {
        if (wanted) setUrl(String(reply.url ?? ''));
      },
      (why) => {
        if (wanted) notify(`error.${why instanceof Refusal ? why.code : 'unknown'}`);
      },
    );
    return () => {
      wanted = false;
    };
  }, [deck?.id, deck?.page]);
  if (!deck) return null;
  const put = () => {
    decks.zoom.value = false;
  };
  return (
    <div
      class={full ? 'zoom is-full' : 'zoom'}
      role="region"
      aria-label={t('slides.zoom')}
      data-zoom={url ? 'sharp' : 'waits'}
      onKeyDown={(event) => {
        if (event.key === 'Escape') put();
      }}
    >
      {url ? (
        <button type="button" class="zoom-page" aria-label={t(full ? 'slides.fit' : 'slides.full')} aria-pressed={full} onClick={() => setFull(!full)}>
          <img src={url} alt={t('slides.alt', { n: deck.page, title: deck.title })} />
        </button>
      ) : null}
      <button type="button" class="zoom-close" ref={close} data-act="zoom-close" aria-label={t('close')} onClick={put}>
        <Icon name="close" />
      </button>
    </div>
  );
}
