// On a class of this server: its rungs, a picture with its members, and the layout at once.

import { useEffect, useState } from 'preact/hooks';
import { clean } from '../../core/design/plan';
import type { Work } from '../../core/design/work';
import { t } from '../../core/i18n';
import { Refusal, type RoomRow } from '../../core/protocol';
import { showCode } from '../../core/route';
import { Select } from './fields';
import { ask, listRooms, putLayout, wordsOf } from './server';

const NO_PICTURE: Record<string, string | undefined> = {
  unknown_type: 'design.trial.no_picture',
  no_preview: 'design.trial.nobody',
  preview_busy: 'design.trial.busy',
};

export function Trial({ work, onSaid }: { work: Work; onSaid(text: string): void }) {
  const [rooms, setRooms] = useState<RoomRow[]>([]);
  const [picture, setPicture] = useState('');
  const [said, setSaid] = useState('');
  const [busy, setBusy] = useState(false);
  const code = work.ask.value.code;
  const refresh = () => void listRooms().then(setRooms, () => undefined);
  useEffect(refresh, []);
  useEffect(() => setPicture(''), [code, work.plan.value]);
  const during = async (what: () => Promise<string>) => {
    setBusy(true);
    try {
      setSaid(await what());
    } catch (why) {
      if (why instanceof Refusal && why.why) work.blame(why.why);
      setSaid(wordsOf(why));
    }
    setBusy(false);
  };
  const look = async () => {
    try {
      const tall = work.ask.value.tall;
      const plan = work.plan.value;
      const reply = await ask('layout.preview', { code, layout: clean(plan), ...(tall ? { tall } : {}) });
      if (plan !== work.plan.value || code !== work.ask.value.code) return ''; // of what it was before
      const image = String(reply.jpeg ?? '');
      if (!image) return t('design.trial.no_picture');
      setPicture(image);
      return t('design.trial.picture');
    } catch (why) {
      const known = why instanceof Refusal ? NO_PICTURE[why.code] : undefined;
      if (known) return t(known);
      throw why;
    }
  };
  const show = async () => {
    const plan = work.plan.value;
    await putLayout(plan);
    work.kept(plan);
    await ask('layout.set', { code, name: plan.name });
    const text = t('design.trial.shown', { name: plan.name });
    onSaid(text);
    return text;
  };
  return (
    <div class="trial">
      <h3>{t('design.trial')}</h3>
      <div class="design-row">
        <Select
          id="trial-room"
          label={t('design.trial.room')}
          value={code}
          options={[['', t('design.trial.none')], ...rooms.map((room): [string, string] => [room.code, `${room.title} (${showCode(room.code)}, ${t('people.n', { n: room.members })})`])]}
          onChange={(to) => work.setAsk({ code: to })}
        />
        <button type="button" class="row-button" data-act="rooms" onClick={refresh}>
          {t('design.trial.refresh')}
        </button>
      </div>
      <div class="design-tools">
        <button type="button" class="row-button" data-act="trial-look" disabled={!code || busy} onClick={() => void during(look)}>
          {t('design.trial.look')}
        </button>
        <button type="button" class="row-button" data-act="trial-show" disabled={!code || busy} onClick={() => void during(show)}>
          {t('design.trial.show')}
        </button>
      </div>
      <p class="said" role="status" data-trial={said}>
        {said}
      </p>
      {picture ? <img class="trial-picture" src={`data:image/jpeg;base64,${picture}`} alt={t('design.trial.alt', { name: work.plan.value.name })} /> : null}
    </div>
  );
}
