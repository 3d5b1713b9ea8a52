// The layout as text: all that the form has can be written here, and is checked before it is taken over.

import { useState } from 'preact/hooks';
import { asPlan, toText } from '../../core/design/plan';
import type { Work } from '../../core/design/work';
import { t } from '../../core/i18n';

export function JsonText({ work }: { work: Work }) {
  const [text, setText] = useState<string | null>(null); // null: as it is
  const [error, setError] = useState('');
  const shown = text ?? toText(work.plan.value);
  const take = () => {
    try {
      const plan = asPlan(JSON.parse(shown));
      if (typeof plan === 'string') {
        setError(t('design.file.no_layout', { path: plan }));
        return;
      }
      work.do({ plan, at: work.at.value.variant < plan.variants.length ? work.at.value : { variant: 0, cell: -1 } });
      setText(null);
      setError('');
    } catch (why) {
      setError(t('design.file.no_json', { why: (why as Error).message }));
    }
  };
  return (
    <details class="json">
      <summary>
        <h3>{t('design.json')}</h3>
      </summary>
      <p class="fine">{t('design.json.fine')}</p>
      <label class="field">
        <span>{t('design.json.text')}</span>
        <textarea
          id="layout-json"
          class="mono"
          dir="ltr"
          rows={14}
          spellcheck={false}
          value={shown}
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? 'layout-json-why' : undefined}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      {error ? (
        <p class="error" id="layout-json-why" role="alert">
          {error}
        </p>
      ) : null}
      <div class="design-tools">
        <button type="button" class="row-button" data-act="json-take" disabled={text === null} onClick={take}>
          {t('design.json.take')}
        </button>
        <button
          type="button"
          class="row-button"
          data-act="json-back"
          disabled={text === null}
          onClick={() => {
            setText(null);
            setError('');
          }}
        >
          {t('design.json.back')}
        </button>
      </div>
    </details>
  );
}
