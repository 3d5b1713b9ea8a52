// The configuration as it is in force, and what can be changed while the server runs.

import { useEffect, useRef, useState } from 'preact/hooks';
import { changedOnly, settingFound } from '../../core/admin/settings';
import type { Setting } from '../../core/admin/types';
import { t } from '../../core/i18n';
import { Refusal } from '../../core/protocol';
import { desk } from './desk';
import { Choice, Nothing, Search } from './parts';
import { useAsked } from './use';

interface Of {
  setting: Setting;
  onDone(): void;
}

function Edit({ setting, onDone, onSaved }: Of & { onSaved(): void }) {
  const { key } = setting;
  const [value, setValue] = useState(setting.value);
  const [wrong, setWrong] = useState('');
  const [busy, setBusy] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const set = async (text: string) => {
    setBusy(true);
    setWrong('');
    try {
      await desk.ask('settings.set', { key, value: text });
      desk.tell(text ? 'con.set' : 'con.unset', { key });
      onSaved();
      onDone();
    } catch (why) {
      const refusal = why instanceof Refusal ? why : new Refusal('unknown');
      setWrong(refusal.why || t(`error.${refusal.code}`));
      input.current?.focus();
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: Event) => {
    event.preventDefault();
    void set(value.trim());
  };
  const escape = (event: KeyboardEvent) => event.key === 'Escape' && onDone();
  return (
    <form class="con-bar con-edit" onSubmit={submit} onKeyDown={escape}>
      <label class="con-field con-search">
        <span>{t('con.new_value', { key })}</span>
        <input
          id={`set-${key}`}
          dir="ltr"
          ref={input}
          required
          value={value}
          aria-invalid={wrong ? true : undefined}
          aria-describedby={wrong ? `wrong-${key}` : undefined}
          onInput={(e) => setValue(e.currentTarget.value)}
        />
      </label>
      <button type="submit" class="primary" data-act="save" disabled={busy}>
        {t('con.save')}
      </button>
      {setting.from === 'stored' ? (
        <button type="button" class="row-button" data-act="reset" disabled={busy} onClick={() => void set('')}>
          {t('con.reset')}
        </button>
      ) : null}
      <button type="button" class="row-button" data-act="cancel" onClick={onDone}>
        {t('con.cancel')}
      </button>
      {wrong ? (
        <p class="error" id={`wrong-${key}`} role="alert">
          <span lang="en">{wrong}</span>
        </p>
      ) : null}
    </form>
  );
}

function shown(setting: Setting): string {
  if (setting.secret) return t('con.secret');
  return `${setting.value || t('con.nothing')}${setting.unit && setting.value ? ` ${setting.unit}` : ''}`;
}

function Row({ setting, editing, onEdit, onDone, onSaved }: Of & { editing: boolean; onEdit(): void; onSaved(): void }) {
  const button = useRef<HTMLButtonElement>(null);
  const was = useRef(editing);
  useEffect(() => {
    if (was.current && !editing) button.current?.focus();
    was.current = editing;
  }, [editing]);
  const { key } = setting;
  return (
    <li class="row" data-setting={key} data-from={setting.from}>
      <span class="grow">
        <b class="mono" dir="ltr">
          {key}
        </b>
        <bdi class="con-value mono">{shown(setting)}</bdi>
        <small>
          {t(`con.from.${setting.from}`)}
          {setting.secret || setting.from === 'default' ? '' : ` · ${t('con.usual', { value: setting.usual || t('con.nothing') })}`}
          {setting.live ? '' : ` · ${t('con.restart')}`}
        </small>
      </span>
      {setting.live && !editing ? (
        <button type="button" class="row-button" data-act="edit" ref={button} aria-label={t('con.edit_key', { key })} onClick={onEdit}>
          {t('con.edit')}
        </button>
      ) : null}
      {editing ? <Edit setting={setting} onDone={onDone} onSaved={onSaved} /> : null}
    </li>
  );
}

const WHICH = ['all', 'changed', 'live'] as const;
type Which = (typeof WHICH)[number];

export function SettingsTab() {
  const [words, setWords] = useState('');
  const [which, setWhich] = useState<Which>('all');
  const [editing, setEditing] = useState('');
  const asked = useAsked(async () => (await desk.read('settings.list')).settings as Setting[], 0);
  const rows = (asked.data ?? []).filter(
    (one) => settingFound(one, words) && (which === 'all' || (which === 'live' ? one.live : changedOnly(one))),
  );
  return (
    <section>
      <div class="con-bar">
        <Search id="setting-search" label={t('con.search_settings')} value={words} onInput={setWords} />
        <Choice id="setting-which" label={t('con.filter')} value={which} options={WHICH} text={(one) => t(`con.which.${one}`)} onChange={setWhich} />
      </div>
      {rows.length ? null : <Nothing asked={asked} none={t('con.none_found')} />}
      <ul class="rows con-rows">
        {rows.map((one) => (
          <Row
            key={one.key}
            setting={one}
            editing={editing === one.key}
            onEdit={() => setEditing(one.key)}
            onDone={() => setEditing('')}
            onSaved={asked.again}
          />
        ))}
      </ul>
    </section>
  );
}
