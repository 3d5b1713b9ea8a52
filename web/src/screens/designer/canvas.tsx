// The canvas: cells that are dragged, stretched by their edges, and moved by keys.

import { useLayoutEffect, useRef } from 'preact/hooks';
import * as edit from '../../core/design/edit';
import { findings } from '../../core/design/legible';
import { kindOf, unitOf, type Cell } from '../../core/design/plan';
import { drag, WHOLE, type Grip } from '../../core/design/snap';
import { sourceOf } from '../../core/design/tryout';
import type { Work } from '../../core/design/work';
import { t } from '../../core/i18n';
import { placeOf, whoInWords } from './words';

const NEAR_PX = 8;
const FINE = 600; // steps of a side with Alt
const USUAL = 60; // steps of a side without a grid

const GRIPS: [string, Grip][] = [
  ['nw', { x: -1, y: -1 }],
  ['n', { x: 0, y: -1 }],
  ['ne', { x: 1, y: -1 }],
  ['e', { x: 1, y: 0 }],
  ['se', { x: 1, y: 1 }],
  ['s', { x: 0, y: 1 }],
  ['sw', { x: -1, y: 1 }],
  ['w', { x: -1, y: 0 }],
];

const ARROWS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

let drags = 0;

function useDrag(work: Work, canvas: { current: HTMLElement | null }) {
  return (event: PointerEvent, i: number, grip: Grip) => {
    const box = canvas.current?.getBoundingClientRect();
    const { variant } = work.at.value;
    const from = work.plan.value.variants[variant]?.cells[i];
    if (!box || !from || event.button !== 0) return;
    event.stopPropagation();
    work.select({ variant, cell: i });
    const unit = unitOf(work.plan.value);
    const others = work.plan.value.variants[variant]!.cells.filter((_, k) => k !== i);
    const snap = { lines: work.lines.value, dx: (NEAR_PX / box.width) * unit, dy: (NEAR_PX / box.height) * unit, unit, others };
    const kind = `drag ${drags++}`;
    const held = event.currentTarget as HTMLElement;
    held.setPointerCapture(event.pointerId);
    const move = (to: PointerEvent) => {
      const dx = ((to.clientX - event.clientX) / box.width) * unit;
      const dy = ((to.clientY - event.clientY) / box.height) * unit;
      const rect = drag(from, grip, dx, dy, to.altKey ? { ...snap, lines: 0, dx: 0, dy: 0 } : snap);
      work.do(edit.place(work.plan.value, { variant, cell: i }, rect), kind, Infinity);
    };
    const end = () => {
      held.removeEventListener('pointermove', move);
      work.part();
    };
    held.addEventListener('pointermove', move);
    held.addEventListener('pointerup', end, { once: true });
    held.addEventListener('pointercancel', end, { once: true });
  };
}

function byKey(work: Work, event: KeyboardEvent): boolean {
  const { plan, at } = { plan: work.plan.value, at: work.at.value };
  const arrow = ARROWS[event.key];
  const ctrl = event.ctrlKey || event.metaKey;
  if (arrow && !ctrl) {
    const by = unitOf(plan) / (event.altKey ? FINE : work.lines.value || USUAL);
    const step = event.shiftKey ? edit.stretch : edit.nudge;
    work.do(step(plan, at, arrow[0], arrow[1], by), `${event.shiftKey ? 'stretch' : 'nudge'} ${at.variant} ${at.cell}`);
  } else if (ctrl && event.key.toLowerCase() === 'd') work.do(edit.duplicate(plan, at));
  else if (ctrl) return false;
  else if (event.key === 'Delete' || event.key === 'Backspace') work.do(edit.removeCell(plan, at));
  else if (event.key === '+' || event.key === '=') work.do(edit.raise(plan, at, 1));
  else if (event.key === '-') work.do(edit.raise(plan, at, -1));
  else if (event.key === 'Enter') document.querySelector<HTMLElement>('.design-side select, .design-side input')?.focus();
  else return false;
  return true;
}

/** Cells of this variant that are too small on the smallest rung, by what was tried last. */
function faultsOf(work: Work): Set<number> {
  const tried = work.tried.value;
  const { variant } = work.at.value;
  if (!tried || tried.variant !== variant) return new Set();
  const low = findings(tried)[0];
  return new Set([...(low?.cells.keys() ?? [])].map((i) => sourceOf(work.plan.value, variant, tried.cells[i]!)));
}

export function Canvas({ work }: { work: Work }) {
  const canvas = useRef<HTMLDivElement>(null);
  const hold = useDrag(work, canvas);
  const { plan, at } = { plan: work.plan.value, at: work.at.value };
  const cells = plan.variants[at.variant]?.cells ?? [];
  const unit = unitOf(plan);
  const part = (v: number) => `${(v / unit) * 100}%`;
  const faults = faultsOf(work);
  const wrong = work.wrong.value;
  // a cell that was put elsewhere or copied keeps the keyboard
  useLayoutEffect(() => {
    const inside = canvas.current?.contains(document.activeElement) || document.activeElement === document.body;
    if (inside && at.cell >= 0) canvas.current?.querySelector<HTMLElement>(`[data-cell="${at.cell}"]`)?.focus({ preventScroll: true });
  }, [at.variant, at.cell, cells.length]);
  // of the cell in hand, which may be one that is not drawn yet: it has got the focus when it is
  const keys = (event: KeyboardEvent) => {
    if (!byKey(work, event)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const draw = (cell: Cell, i: number) => {
    const bad = wrong?.variant === at.variant && wrong.cell === i;
    const small = faults.has(i);
    const chosen = at.cell === i;
    const classes = ['cell', chosen && 'is-chosen', bad && 'is-bad', small && 'is-small', cell.border && 'has-border', kindOf(cell) === 'rest' && 'is-rest'];
    return (
      <div
        key={i}
        class={classes.filter(Boolean).join(' ')}
        data-cell={i}
        data-role={kindOf(cell)}
        role="button"
        tabIndex={0}
        aria-pressed={chosen}
        aria-label={`${i + 1} ${whoInWords(cell)}, ${placeOf(cell, plan)}${bad ? `, ${wrong.why}` : ''}${small ? `, ${t('design.small')}` : ''}`}
        aria-keyshortcuts="Delete Control+D + -"
        style={{ left: part(cell.x), top: part(cell.y), width: part(cell.w), height: part(cell.h), zIndex: (cell.z ?? 0) + 101 }}
        onFocus={() => !chosen && work.select({ variant: at.variant, cell: i })}
        onKeyDown={keys}
        onPointerDown={(event) => hold(event, i, WHOLE)}
      >
        <span class="cell-name" aria-hidden="true">
          <b>{i + 1}</b> {whoInWords(cell)}
        </span>
        {chosen ? GRIPS.map(([name, grip]) => <span key={name} class={`grip grip-${name}`} onPointerDown={(event) => hold(event, i, grip)} />) : null}
      </div>
    );
  };
  const lines = work.lines.value;
  return (
    <>
      <div
        class={work.ask.value.tall ? 'canvas is-tall' : 'canvas'}
        ref={canvas}
        role="group"
        aria-label={t(work.ask.value.tall ? 'design.canvas_tall' : 'design.canvas_wide')}
        style={lines ? { backgroundSize: `${100 / lines}% ${100 / lines}%` } : { backgroundImage: 'none' }}
      >
        {cells.map(draw)}
        {cells.length ? null : <p class="fine">{t('design.no_cells')}</p>}
      </div>
      <p class="unseen" role="status">
        {work.cell ? placeOf(work.cell, plan) : ''}
      </p>
    </>
  );
}
