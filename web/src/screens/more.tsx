// What is needed less often.

import { useState } from 'preact/hooks';
import { classroom } from '../app';
import { decks } from '../core/decks';
import { t } from '../core/i18n';
import { showCode } from '../core/route';
import { audience, isLecturer, may, state } from '../core/state';
import { remember } from '../core/store';
import { Icon } from '../ui/icon';
import { Sheet } from '../ui/sheet';
import { TwoStep } from '../ui/twostep';
import { BackRows } from './backrows';
import { ChannelChoice, RuleChoice, SeesChoice } from './hearing';
import { LanguageChoice } from './languages';
import { LecturerBar } from './lecturerbar';
import { closeSheet, openSheet } from './panels';
import { QualityRow } from './quality';
import { ViewChoice } from './views';

function Toggle(props: { act: string; label: string; more?: string; on: boolean; onChange(on: boolean): void }) {
  return (
    <button
      type="button"
      class="switch"
      role="switch"
      data-act={props.act}
      aria-checked={props.on}
      onClick={() => props.onChange(!props.on)}
    >
      <span class="grow">
        {props.label}
        {props.more ? <small>{props.more}</small> : null}
      </span>
      <span class="knob" aria-hidden="true" />
    </button>
  );
}

function Numbers() {
  const s = state.stats.value;
  const vars = { kbps: s.videoKbps + s.audioKbps, sent: s.sentKbps, rtt: s.rttMs, loss: s.lossPct };
  return (
    <p class="fine mono" dir="ltr">
      {t('more.numbers', vars)}
      <br />
      {`${s.width}x${s.height} ${s.fps}/s ${s.codec} ${s.path}`}
    </p>
  );
}

export function More() {
  const [compatible, setCompatible] = useState(classroom.rtc.noH264);
  return (
    <Sheet name="more" title={t('more')} onClose={closeSheet}>
      {isLecturer() ? <LecturerBar /> : null}
      <button type="button" class="switch" data-act="people" onClick={() => openSheet('people')}>
        <Icon name="people" />
        <span class="grow">{t('people.n', { n: state.members.value.size + audience() })}</span>
      </button>
      <button type="button" class="switch" data-act="recordings" onClick={() => openSheet('recordings')}>
        <Icon name="film" />
        <span class="grow">{t('recordings')}</span>
      </button>
      {may('share') && !isLecturer() ? (
        <button
          type="button"
          class="switch"
          data-act="slides-open"
          onClick={() => {
            decks.open.value = true;
            closeSheet();
          }}
        >
          <Icon name="share" />
          <span class="grow">{t('slides')}</span>
        </button>
      ) : null}
      <BackRows />
      <QualityRow act="data" />
      <ViewChoice />
      <ChannelChoice />
      {isLecturer() ? <RuleChoice /> : null}
      {isLecturer() ? <SeesChoice /> : null}
      <Toggle
        act="self-view"
        label={t('more.self')}
        more={t('more.self_why')}
        on={state.selfView.value}
        onChange={(on) => {
          state.selfView.value = on;
        }}
      />
      {isLecturer() ? null : (
        <Toggle
          act="hand-mic"
          label={t('hand.opens')}
          more={t('hand.opens_why')}
          on={state.handOpensMic.value}
          onChange={(on) => {
            state.handOpensMic.value = on;
            remember('hand-mic', on ? '1' : '');
          }}
        />
      )}
      <Toggle
        act="compatible"
        label={t('more.compatible')}
        more={t('more.compatible_why')}
        on={compatible}
        onChange={(on) => {
          setCompatible(on);
          classroom.setCompatible(on);
        }}
      />
      <div class="switch">
        <Icon name="language" />
        <span class="grow">{t('language')}</span>
        <LanguageChoice />
      </div>
      <p class="fine">
        {t('join.code')}: <span class="mono">{showCode(state.room.value.parent || state.room.value.code)}</span> · {t('more.keys')}
      </p>
      <Numbers />
      {may('room') ? (
        <TwoStep
          act="end"
          icon="end"
          label={t('end')}
          sure={t('end.sure')}
          onConfirm={() => void classroom.act('class.end')}
        />
      ) : null}
    </Sheet>
  );
}
