// The door: the code of the class and a name. No account.

import { useEffect, useRef, useState } from 'preact/hooks';
import { toCheck, visitor } from '../app';
import { t } from '../core/i18n';
import { cleanCode, showCode } from '../core/route';
import { state } from '../core/state';
import { LanguageChoice } from './languages';

const OF_THE_NAME = ['bad_name', 'name_empty'];
const CODE_LENGTH = 7;

function errorAt(error: { code: string; field: string }): 'name' | 'code' {
  return OF_THE_NAME.includes(error.code) || error.field === 'name' ? 'name' : 'code';
}

export function Join() {
  const [code, setCode] = useState(showCode(visitor.code));
  const [name, setName] = useState(visitor.name);
  const codeField = useRef<HTMLInputElement>(null);
  const nameField = useRef<HTMLInputElement>(null);
  const error = state.joinError.value;
  const at = errorAt(error);

  useEffect(() => {
    const field = error.code ? (at === 'name' ? nameField : codeField) : code ? nameField : codeField;
    field.current?.focus();
  }, [error]);

  const submit = (event: Event) => {
    event.preventDefault();
    visitor.code = cleanCode(code);
    visitor.name = name.trim();
    if (visitor.code.length !== CODE_LENGTH) state.joinError.value = { code: 'code_short', field: 'code' };
    else if (!visitor.name) state.joinError.value = { code: 'name_empty', field: 'name' };
    else toCheck(visitor.code, visitor.name);
  };

  return (
    <main class="door">
      <header class="door-head">
        <h1>Aula</h1>
        <LanguageChoice />
      </header>
      <form id="join-form" class="card" noValidate onSubmit={submit}>
        <h2>{t('join.title')}</h2>
        {error.code ? (
          <p class="error" role="alert" id="join-error">
            {t(`error.${error.code}`)}
          </p>
        ) : null}
        <label>
          <span>{t('join.code')}</span>
          <input
            id="code"
            class="mono"
            ref={codeField}
            value={code}
            dir="ltr"
            autoComplete="off"
            autoCapitalize="characters"
            spellcheck={false}
            maxLength={16}
            placeholder="K7M-4QXW"
            aria-invalid={error.code !== '' && at === 'code'}
            aria-describedby={error.code ? 'join-error' : undefined}
            onInput={(event) => setCode(event.currentTarget.value)}
          />
        </label>
        <label>
          <span>{t('join.name')}</span>
          <input
            id="name"
            ref={nameField}
            value={name}
            dir="auto"
            autoComplete="name"
            maxLength={64}
            aria-invalid={error.code !== '' && at === 'name'}
            aria-describedby={error.code ? 'join-error' : undefined}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="primary" data-act="continue">
          {t('join.continue')}
        </button>
        <p class="fine">{t('join.fine')}</p>
      </form>
    </main>
  );
}
