// One layout at work: what it is, which cell is in hand, what the server makes of it.

import { signal } from '@preact/signals-core';
import { Refusal } from '../protocol';
import { cellAt, firstOf, type Spot, type Step } from './edit';
import { History } from './history';
import { clean, tallOf, type Plan } from './plan';
import { question, USUAL_ASK, type TryAsk, type Tried } from './tryout';
import { readWrong, type Wrong } from './wrong';

export type Request = (t: string, d: Record<string, unknown>) => Promise<Record<string, unknown>>;

const TRY_MS = 250; // after the last change
const AGAIN_MS = 1000;
const PASSING = ['too_fast', 'offline', 'timeout', 'no_resources', 'unknown']; // refusals that may be none soon

export class Work {
  readonly plan = signal<Plan>({ version: 1, name: '', variants: [{ cells: [] }] });
  readonly at = signal<Spot>({ variant: 0, cell: -1 });
  readonly can = signal({ undo: false, redo: false });
  readonly ask = signal<TryAsk>(USUAL_ASK);
  readonly tried = signal<Tried | null>(null);
  readonly wrong = signal<Wrong | null>(null);
  /** Lines of the grid on a side; 0: no grid. */
  readonly lines = signal(60);
  /** What is not stored yet. */
  readonly changed = signal(false);
  private history: History<Step>;
  private stored: Plan;
  private timer = 0;
  private asking = false;
  private closed = false;

  constructor(
    plan: Plan,
    stored: boolean,
    private readonly request: Request,
  ) {
    this.history = new History<Step>({ plan, at: { variant: firstOf(plan, false), cell: -1 } });
    this.stored = stored ? plan : { ...plan };
    this.show();
    this.changed.value = !stored;
    if (tallOf(plan.variants[this.at.value.variant]!)) this.ask.value = { ...USUAL_ASK, tall: true };
  }

  /** kind: as of History.push(). */
  do(next: Plan | Step, kind = '', withinMs?: number): void {
    const step = 'plan' in next ? next : { plan: next, at: this.at.value };
    if (step.plan === this.plan.value) return;
    this.history.push(step, kind, withinMs);
    this.show();
  }

  /** What follows is not undone together with what was. */
  part(): void {
    this.history.part();
  }

  undo(): void {
    if (this.history.undo()) this.show();
  }

  redo(): void {
    if (this.history.redo()) this.show();
  }

  select(at: Spot): void {
    this.at.value = at;
    const tall = tallOf(this.plan.value.variants[at.variant]!);
    if (tall !== undefined && tall !== this.ask.value.tall) this.setAsk({ tall });
  }

  setAsk(fields: Partial<TryAsk>): void {
    this.ask.value = { ...this.ask.value, ...fields };
    const { plan, at } = this;
    const shape = tallOf(plan.value.variants[at.value.variant]!);
    if (shape !== undefined && shape !== this.ask.value.tall) at.value = { variant: firstOf(plan.value, this.ask.value.tall), cell: -1 };
    this.later();
  }

  get cell() {
    return cellAt(this.plan.value, this.at.value);
  }

  /** The server has this one; what was changed while it was on its way is not stored yet. */
  kept(plan: Plan): void {
    this.stored = plan;
    this.changed.value = plan !== this.plan.value;
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private show(): void {
    const { plan, at } = this.history.value;
    this.plan.value = plan;
    const variant = Math.min(at.variant, plan.variants.length - 1);
    this.at.value = { variant, cell: Math.min(at.cell, plan.variants[variant]!.cells.length - 1) };
    const tall = tallOf(plan.variants[variant]!);
    if (tall !== undefined) this.ask.value = { ...this.ask.value, tall };
    this.can.value = { undo: this.history.canUndo, redo: this.history.canRedo };
    this.changed.value = plan !== this.stored;
    this.later();
  }

  /** Asks the server, when nothing has changed for a moment. */
  private later(ms = TRY_MS): void {
    clearTimeout(this.timer);
    if (!this.closed) this.timer = setTimeout(() => void this.try(), ms) as unknown as number;
  }

  private async try(): Promise<void> {
    if (this.asking) return this.later();
    this.asking = true;
    const { value: plan } = this.plan;
    const { value: ask } = this.ask;
    try {
      const reply = await this.request('layout.try', question(clean(plan), ask));
      this.tried.value = reply as unknown as Tried;
      this.wrong.value = null;
    } catch (why) {
      this.refused(why instanceof Refusal ? why : new Refusal('unknown'));
    }
    this.asking = false;
    if (plan !== this.plan.value || ask !== this.ask.value) this.later();
  }

  private refused(why: Refusal): void {
    if (why.code === 'bad_field' && why.why) this.wrong.value = readWrong(why.why);
    else if (why.code === 'bad_field' && why.field === 'params') this.wrong.value = { ...readWrong('params: '), field: 'try-params' };
    else if (why.code === 'no_room') this.setAsk({ code: '' }); // the class has ended meanwhile
    else if (PASSING.includes(why.code)) this.later(AGAIN_MS);
  }

  /** Of layout.put: the same words as of a try. */
  blame(text: string): void {
    this.wrong.value = readWrong(text);
  }
}
