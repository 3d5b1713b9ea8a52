// The buttons of the player, and its choices.

import type { ComponentChildren } from 'preact';
import { t, language } from '../../core/i18n';
import { size } from '../../core/library/words';
import { CAPTION_SIZES, type CaptionSize } from '../../core/player/caption';
import type { Playback } from '../../core/player/playback';
import { type Captions, type Choice, languageName } from '../../core/player/sources';
import { SPEEDS, speedText } from '../../core/player/speed';
import { PlayerIcon } from './icons';

interface ButtonProps {
  act: string;
  label: string;
  keys?: string;
  pressed?: boolean;
  onClick(): void;
  children: ComponentChildren;
}

function Button({ act, label, keys, pressed, onClick, children }: ButtonProps) {
  return (
    <button type="button" class="pl-button" data-act={act} aria-label={label} aria-pressed={pressed} aria-keyshortcuts={keys} title={label} onClick={onClick}>
      {children}
    </button>
  );
}

function Volume({ playback }: { playback: Playback }) {
  const { muted, volume } = playback.now.value;
  return (
    <>
      <Button act="mute" label={t(muted ? 'player.unmute' : 'player.mute')} keys="M" onClick={() => playback.toggleMuted()}>
        <PlayerIcon name={muted ? 'silent' : 'sound'} />
      </Button>
      <input
        class="pl-volume"
        type="range"
        min={0}
        max={100}
        step={5}
        data-act="volume"
        aria-label={t('player.volume')}
        value={muted ? 0 : Math.round(volume * 100)}
        onInput={(event) => playback.setVolume(Number(event.currentTarget.value) / 100)}
      />
    </>
  );
}

interface ButtonsProps {
  playback: Playback;
  full: boolean;
  onFull(): void;
  /** null: this browser has none. */
  onPip: (() => void) | null;
}

export function Buttons({ playback, full, onFull, onPip }: ButtonsProps) {
  const { playing } = playback.now.value;
  return (
    <div class="pl-buttons">
      <span class="pl-group" dir="ltr">
        <Button act="back" label={t('player.back')} keys="J" onClick={() => playback.seekBy(-10)}>
          <PlayerIcon name="back" />
        </Button>
        <Button act="toggle" label={t(playing ? 'player.pause' : 'player.play')} keys="K Space" onClick={() => playback.toggle()}>
          <PlayerIcon name={playing ? 'pause' : 'play'} />
        </Button>
        <Button act="on" label={t('player.on')} keys="L" onClick={() => playback.seekBy(10)}>
          <PlayerIcon name="on" />
        </Button>
      </span>
      <span class="pl-group">
        <Volume playback={playback} />
      </span>
      <span class="pl-group pl-last">
        {onPip ? (
          <Button act="pip" label={t('player.pip')} onClick={onPip}>
            <PlayerIcon name="pip" />
          </Button>
        ) : null}
        <Button act="full" label={t(full ? 'player.full_off' : 'player.full')} keys="F" onClick={onFull}>
          <PlayerIcon name={full ? 'full_off' : 'full'} />
        </Button>
      </span>
    </div>
  );
}

interface FieldProps {
  act: string;
  label: string;
  value: string;
  choices: [value: string, label: string][];
  onChange(value: string): void;
}

function Field({ act, label, value, choices, onChange }: FieldProps) {
  return (
    <label class="pl-field">
      <span>{label}</span>
      <select data-act={act} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {choices.map(([one, text]) => (
          <option key={one} value={one} selected={one === value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

interface ChoicesProps {
  playback: Playback;
  captions: Captions[];
  shown: string;
  size: CaptionSize;
  onCaptions(language: string): void;
  onSize(size: string): void;
}

function choiceText({ edition, bytes }: Choice): string {
  return bytes ? t('player.edition_size', { name: t(`edition.${edition}`), size: size(bytes) }) : t(`edition.${edition}`);
}

export function Choices({ playback, captions, shown, size: textSize, onCaptions, onSize }: ChoicesProps) {
  const { speed } = playback.now.value;
  const choices = playback.choices();
  return (
    <div class="pl-choices">
      <Field
        act="speed"
        label={t('player.speed')}
        value={String(speed)}
        choices={SPEEDS.map((one) => [String(one), speedText(one)])}
        onChange={(value) => playback.setSpeed(Number(value))}
      />
      {choices.length > 1 ? (
        <Field
          act="edition"
          label={t('player.edition')}
          value={playback.choice.value?.edition ?? ''}
          choices={choices.map((one) => [one.edition, choiceText(one)])}
          onChange={(value) => playback.choose(value)}
        />
      ) : null}
      {captions.length ? (
        <Field
          act="captions"
          label={t('player.captions')}
          value={shown}
          choices={[['', t('player.captions_off')], ...captions.map((one): [string, string] => [one.language, languageName(one.language, language.value)])]}
          onChange={onCaptions}
        />
      ) : null}
      {captions.length && shown ? (
        <Field
          act="captions-size"
          label={t('player.captions_size')}
          value={textSize}
          choices={CAPTION_SIZES.map((one) => [one, t(`player.captions_${one}`)])}
          onChange={onSize}
        />
      ) : null}
    </div>
  );
}
