// Fields of numbers and texts that are taken over when they are left or Enter is pressed, and say what is wrong with them.

import { useEffect, useState } from 'preact/hooks';

interface Base {
  id: string;
  label: string;
  /** Only for who does not see. */
  hidden?: boolean;
  why?: string;
}

interface LineProps extends Base {
  /** As it is. */
  said: string;
  mono?: boolean;
  most?: number;
  /** False: it cannot be so. */
  onTake(text: string): boolean;
  onStep?(text: string, way: 1 | -1): void;
}

function Why({ id, why }: { id: string; why?: string }) {
  return why ? (
    <span class="why" id={`${id}-why`} lang="en">
      ⚠ {why}
    </span>
  ) : null;
}

function Line({ id, label, hidden, why, said, mono, most, onTake, onStep }: LineProps) {
  const [text, setText] = useState(said);
  useEffect(() => setText(said), [said]);
  const take = () => {
    if (text !== said && !onTake(text)) setText(said);
  };
  const keys = (event: KeyboardEvent) => {
    const way = { ArrowUp: 1 as const, ArrowDown: -1 as const }[event.key];
    if (event.key !== 'Enter' && !(way && onStep)) return;
    event.preventDefault();
    if (way) onStep?.(text, way);
    else take();
  };
  return (
    <label class="field">
      <span class={hidden ? 'unseen' : undefined}>{label}</span>
      <input
        id={id}
        type="text"
        class={mono ? 'mono' : undefined}
        dir={mono ? 'ltr' : 'auto'}
        inputMode={onStep ? 'decimal' : undefined}
        autoComplete="off"
        maxLength={most}
        value={text}
        aria-invalid={why ? true : undefined}
        aria-describedby={why ? `${id}-why` : undefined}
        onInput={(event) => setText(event.currentTarget.value)}
        onBlur={take}
        onKeyDown={keys}
      />
      <Why id={id} why={why} />
    </label>
  );
}

/** Empty: undefined. Arrows up and down count by `step`. */
export function NumberField(props: Base & { value: number | undefined; min: number; max: number; step?: number; onChange(value: number | undefined): void }) {
  const { value, min, max, step = 1, onChange, ...base } = props;
  const take = (text: string) => {
    const read = text.trim().replace(',', '.');
    const next = read === '' ? undefined : Number(read);
    const good = next === undefined || Number.isFinite(next);
    if (good && next !== value) onChange(next);
    return good;
  };
  const count = (text: string, way: 1 | -1) => onChange(Number(Math.min(max, Math.max(min, (Number(text) || 0) + way * step)).toFixed(5)));
  return <Line {...base} mono said={value === undefined ? '' : String(value)} onTake={take} onStep={count} />;
}

export function TextField(props: Base & { value: string; most: number; mono?: boolean; onChange(value: string): void }) {
  const { value, onChange, ...base } = props;
  const take = (text: string) => {
    onChange(text);
    return true;
  };
  return <Line {...base} said={value} onTake={take} />;
}

export function Check({ id, label, on, onChange }: { id: string; label: string; on: boolean; onChange(on: boolean): void }) {
  return (
    <label class="check">
      <input id={id} type="checkbox" checked={on} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>{label}</span>
    </label>
  );
}

export function Select(props: { id: string; label: string; value: string; options: [string, string][]; why?: string; onChange(value: string): void }) {
  const { id, why } = props;
  return (
    <label class="field">
      <span>{props.label}</span>
      <select
        id={id}
        value={props.value}
        aria-invalid={why ? true : undefined}
        aria-describedby={why ? `${id}-why` : undefined}
        onChange={(event) => props.onChange(event.currentTarget.value)}
      >
        {props.options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
      <Why id={id} why={why} />
    </label>
  );
}
