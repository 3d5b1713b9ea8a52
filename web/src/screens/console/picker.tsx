// The layout of a class, chosen by pictures of what each makes of a class like this one.

import { useEffect, useState } from 'preact/hooks';
import { boxesOf, builtIn, partsOf, picks, PICTURE_H, PICTURE_W, type Box } from '../../core/admin/picks';
import type { LayoutInfo } from '../../core/admin/types';
import { t } from '../../core/i18n';
import { desk } from './desk';
import { layoutLabel } from './layouts';
import { Nothing } from './parts';
import { useAsked } from './use';

const PEOPLE = 6; // a class like many

/** Kept as long as the page: what a layout makes of so many people does not change. */
const known = new Map<string, Promise<Box[] | null>>();

/** One for all the ways in which it can be set. */
const plans = new Map<string, unknown>();

async function planOf(name: string): Promise<unknown> {
  if (!plans.has(name)) plans.set(name, (await desk.read('layout.get', { name })).layout);
  return plans.get(name);
}

async function tried(text: string): Promise<Box[] | null> {
  const { name, params } = partsOf(text);
  const drawn = builtIn(name);
  if (drawn) return drawn;
  try {
    const layout = await planOf(name);
    const { cells } = await desk.read('layout.try', { layout, n: PEOPLE, screen: true, ...(params && { params }) });
    return boxesOf(cells as Box[]);
  } catch {
    return null; // its name has to do
  }
}

let queue: Promise<unknown> = Promise.resolve();

function pictureOf(text: string): Promise<Box[] | null> {
  let one = known.get(text);
  if (!one) {
    one = queue.then(() => tried(text));
    queue = one;
    known.set(text, one);
    void one.then((boxes) => boxes ?? known.delete(text)); // asked for anew the next time
  }
  return one;
}

export function Picture({ text }: { text: string }) {
  const [boxes, setBoxes] = useState<Box[] | null>(null);
  useEffect(() => {
    let wanted = true;
    void pictureOf(text).then((got) => wanted && setBoxes(got));
    return () => {
      wanted = false;
    };
  }, [text]);
  return (
    <svg class="con-layout" viewBox={`0 0 ${PICTURE_W} ${PICTURE_H}`} aria-hidden="true" data-boxes={boxes?.length ?? 0}>
      {(boxes ?? []).map(({ kind, ...box }, i) => (
        <rect key={i} {...box} width={box.w} height={box.h} rx="2" class={`is-${kind}`} />
      ))}
    </svg>
  );
}

function List({ code, current, again }: { code: string; current: string; again(): void }) {
  const asked = useAsked(async () => (await desk.read('layout.list')).layouts as LayoutInfo[], 0);
  if (!asked.data) return <Nothing asked={asked} none="" />;
  const titles = new Map(asked.data.map((one) => [one.name, one.title]));
  const label = (text: string) => {
    const known = layoutLabel(text);
    return known === text ? titles.get(text) || text : known;
  };
  const choose = (text: string) => void desk.act('layout.set', { code, name: text }, 'con.layout_set', { name: label(text) }).then(again);
  return (
    <div class="con-layouts" role="group" aria-label={t('layouts')}>
      {picks(asked.data).map((text) => (
        <button key={text} type="button" class="con-pick" data-layout={text} aria-pressed={text === current} onClick={() => choose(text)}>
          <Picture text={text} />
          <span>
            {text === current ? <b aria-hidden="true">✓ </b> : null}
            {label(text)}
          </span>
        </button>
      ))}
    </div>
  );
}

export function LayoutPicker(props: { code: string; current: string; again(): void }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="con-more" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary class="plain" data-act="layout-picker">
        {t('con.layout_now', { name: props.current ? layoutLabel(props.current) : '—' })}
      </summary>
      {open ? <List {...props} /> : null}
    </details>
  );
}
