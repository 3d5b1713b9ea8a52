// The choice of the language.

import { chooseLanguage, language, LANGUAGES, t } from '../core/i18n';

export function LanguageChoice() {
  return (
    <label class="language">
      <span class="unseen">{t('language')}</span>
      <select
        data-act="language"
        value={language.value}
        onChange={(event) => void chooseLanguage(event.currentTarget.value)}
      >
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
