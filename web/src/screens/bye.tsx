// After the class, whatever ended it.

import { useState } from 'preact/hooks';
import { classroom, enterLast, visitor } from '../app';
import { t } from '../core/i18n';
import { state } from '../core/state';

const CAN_RETURN = ['left', 'replaced', 'too_fast'];

export function Bye() {
  const [entering, setEntering] = useState(false);
  const why = state.bye.value;
  return (
    <main class="door">
      <div class="card bye" data-why={why}>
        <h1>{t(`bye.${why}`)}</h1>
        <p>{t(`bye.${why}.more`)}</p>
        {CAN_RETURN.includes(why) ? (
          <button
            type="button"
            class="primary"
            data-act="rejoin"
            disabled={entering}
            onClick={() => {
              setEntering(true);
              void enterLast();
            }}
          >
            {t(entering ? 'connecting' : 'bye.again')}
          </button>
        ) : null}
        <button
          type="button"
          class="plain wide"
          data-act="other"
          onClick={() => {
            if (why !== 'left') visitor.code = '';
            if (entering) classroom.giveUp();
            state.screen.value = 'join';
          }}
        >
          {t('bye.other')}
        </button>
      </div>
    </main>
  );
}
