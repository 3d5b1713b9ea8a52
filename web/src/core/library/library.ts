// The list of recordings that somebody looks at: what is asked for, what was told since, what is done with a row.

import { signal } from '@preact/signals-core';
import { askAgain, refreshed } from '../player/renew';
import { type MadeNews, withNews } from '../player/rows';
import { type Quota, type Recording, Refusal } from '../protocol';
import { addPage } from '../reduce';
import { EVERYTHING, type Filter, isNarrow, matches, named, queryOf } from './filter';

export type Ask = (t: string, d: object) => Promise<Record<string, unknown>>;

export interface LibraryUser {
  ask: Ask;
  /** What could not be done, in the server's code. */
  refused(code: string): void;
}

const TYPED_MS = 300; // after the last letter
const NEWS_MS = 500; // several come together
const PAGE = 30;
const MOST = 100; // that may be asked for at once
const SEEN = 0.03; // of the work: then it is known what it looks like
const STALE_MS = 4 * 60_000; // links are good for ten minutes

type News = Partial<Recording> & { id: string };

/** By time, the newest first. */
function put(rows: Recording[], row: Recording): Recording[] {
  const others = rows.filter((one) => one.id !== row.id);
  const at = others.findIndex((one) => one.started_ms <= row.started_ms);
  return at < 0 ? [...others, row] : [...others.slice(0, at), row, ...others.slice(at)];
}

export class Library {
  readonly rows = signal<Recording[]>([]);
  readonly more = signal(false);
  readonly quota = signal<Quota | null>(null);
  readonly filter = signal<Filter>(EVERYTHING);
  readonly busy = signal(true);
  /** Why there is no list. */
  readonly error = signal('');
  /** What was put into the trash last. */
  readonly undo = signal<Recording | null>(null);

  private turn = 0; // what was asked before is not wanted any more
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly asked = new Set<string>(); // rows that are being made, for their posters
  private readonly listed = new Map<string, number>(); // when the links of a row were made

  constructor(private readonly user: LibraryUser) {}

  /** The newest ones, as many as are known already. */
  async load(least = PAGE): Promise<void> {
    clearTimeout(this.timer);
    const turn = ++this.turn;
    this.busy.value = true;
    try {
      const reply = await this.user.ask('recording.list', { limit: Math.min(MOST, least), ...queryOf(this.filter.value, Date.now()) });
      if (turn !== this.turn) return;
      this.take([], reply);
      this.error.value = '';
    } catch (why) {
      if (turn === this.turn) this.failed(codeOf(why));
    } finally {
      if (turn === this.turn) this.busy.value = false;
    }
  }

  /** What follows. */
  async next(): Promise<void> {
    const last = this.rows.value.at(-1);
    if (!last) return this.load();
    const turn = ++this.turn;
    this.busy.value = true;
    try {
      const reply = await this.user.ask('recording.list', { before: last.started_ms, limit: PAGE, ...queryOf(this.filter.value, Date.now()) });
      if (turn === this.turn) this.take(this.rows.value, reply);
    } catch (why) {
      this.user.refused(codeOf(why));
    } finally {
      if (turn === this.turn) this.busy.value = false;
    }
  }

  narrow(change: Partial<Filter>): void {
    this.filter.value = { ...this.filter.value, ...change };
    this.busy.value = true;
    this.later('q' in change ? TYPED_MS : 0, PAGE);
  }

  /** With links that are good again. */
  async renew(row: Recording): Promise<void> {
    const page = await askAgain(this.user.ask, this.row(row.id) ?? row);
    this.note(page);
    this.rows.value = refreshed(this.rows.value, page);
  }

  /** Links that were made a while ago may soon be good no more. */
  async fresh(row: Recording): Promise<void> {
    if (Date.now() - (this.listed.get(row.id) ?? 0) < STALE_MS) return;
    await this.renew(row).catch(() => undefined); // those that are there may do
  }

  row(id: string): Recording | undefined {
    return this.rows.value.find((one) => one.id === id);
  }

  /** As it comes, with its refusals. */
  askFor(t: string, d: object): Promise<Record<string, unknown>> {
    return this.user.ask(t, d);
  }

  /** What the server answered; null when it refused, which was told. */
  async ask(t: string, d: object): Promise<Record<string, unknown> | null> {
    try {
      return await this.user.ask(t, d);
    } catch (why) {
      this.user.refused(codeOf(why));
      return null;
    }
  }

  async rename(row: Recording, title: string): Promise<boolean> {
    if (!(await this.ask('recording.rename', { id: row.id, title }))) return false;
    this.change({ id: row.id, title });
    return true;
  }

  /** Into the trash, from where it can come back. */
  async remove(row: Recording): Promise<boolean> {
    if (!(await this.ask('recording.delete', { id: row.id }))) return false;
    this.drop(row.id);
    this.undo.value = row;
    return true;
  }

  async removeForGood(row: Recording): Promise<boolean> {
    if (!(await this.ask('recording.delete', { id: row.id, now: true }))) return false;
    this.drop(row.id);
    this.later(0);
    return true;
  }

  /** All that is in it, for good, whatever is listed of it. How many that were; -1: it was refused, which was told. */
  async emptyTrash(): Promise<number> {
    const reply = await this.ask('recording.empty_trash', {});
    this.later(0); // some may be gone all the same, or still be there
    if (!reply) return -1;
    this.undo.value = null;
    if (this.filter.value.trash) this.rows.value = [];
    return Number(reply.deleted ?? 0);
  }

  async restore(row: Recording): Promise<boolean> {
    if (!(await this.ask('recording.restore', { id: row.id }))) return false;
    if (this.undo.value?.id === row.id) this.undo.value = null;
    this.drop(row.id);
    this.later(0);
    return true;
  }

  async keep(row: Recording, keep: boolean): Promise<boolean> {
    if (!(await this.ask('recording.keep', { id: row.id, keep }))) return false;
    this.change({ id: row.id, keep });
    this.later(0); // until when it stays is the server's affair
    return true;
  }

  /** A part of it as a recording of its own. */
  async trim(row: Recording, fromMs: number, toMs: number, title: string): Promise<boolean> {
    if (!(await this.ask('recording.trim', { id: row.id, from_ms: fromMs, to_ms: toMs, ...(title && { title }) }))) return false;
    this.later(0);
    return true;
  }

  /** Several as one, which is a recording of its own. */
  async join(ids: string[], title: string): Promise<boolean> {
    if (!(await this.ask('recording.join', { ids, ...(title && { title }) }))) return false;
    this.later(0);
    return true;
  }

  /** What the server tells of recordings. */
  readonly tell = (t: string, d: unknown): void => {
    if (t === 'recording.gone') this.drop((d as { id: string }).id);
    else if (t === 'recording.made') this.made(d as MadeNews);
    else if (t === 'recording.changed') this.changed(d as News);
    else this.arrived(d as Recording);
  };

  close(): void {
    clearTimeout(this.timer);
    this.turn++;
  }

  // --- inner parts ---

  private later(ms: number, least = Math.max(PAGE, this.rows.value.length)): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.load(least), ms);
  }

  /** Who may see the trash no more is shown the list. */
  private failed(code: string): void {
    if (code === 'forbidden' && this.filter.value.trash) this.narrow({ trash: false });
    else this.error.value = code;
  }

  private note(rows: Recording[]): void {
    for (const row of rows) this.listed.set(row.id, Date.now());
  }

  private take(known: Recording[], reply: Record<string, unknown>): void {
    const page = (reply.recordings as Recording[] | undefined) ?? [];
    this.note(page);
    this.rows.value = addPage(known, page);
    this.more.value = reply.more === true;
    this.quota.value = (reply.quota as Quota | undefined) ?? null;
  }

  private drop(id: string): void {
    this.rows.value = this.rows.value.filter((one) => one.id !== id);
  }

  private change(news: News): void {
    this.rows.value = this.rows.value.map((one) => (one.id === news.id ? { ...one, ...news } : one));
  }

  private changed(news: News): void {
    if (!this.row(news.id)) return this.later(NEWS_MS); // it came back, or got another name
    this.change(news);
    if (!matches(this.row(news.id)!, this.filter.value, Date.now())) this.drop(news.id);
  }

  private made(news: MadeNews): void {
    const was = this.row(news.id);
    this.rows.value = withNews(this.rows.value, news);
    const seen = was && news.state === 'working' && (news.done ?? 0) >= SEEN && !was.made?.files && !this.asked.has(news.id);
    if (seen) this.asked.add(news.id); // once: there may be nothing to see
    if (seen) this.later(NEWS_MS); // its poster is there
    if (news.state === 'ready' && was?.made?.state !== 'ready') this.later(NEWS_MS); // its links are in the list only, which may be on its way
  }

  private arrived(row: Recording): void {
    const { filter } = this;
    if (!matches(row, filter.value, Date.now())) return this.drop(row.id);
    if (!row.url || (isNarrow(filter.value) && !named(row, filter.value))) return this.later(NEWS_MS);
    this.note([row]);
    this.rows.value = put(this.rows.value, row);
  }
}

export function codeOf(why: unknown): string {
  return why instanceof Refusal ? why.code : 'unknown';
}
