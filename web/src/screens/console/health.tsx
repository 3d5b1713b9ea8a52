// How the server did in the last hour, and the switch that keeps newcomers out.

import { useState } from 'preact/hooks';
import { lineOf } from '../../core/admin/series';
import type { HealthRows } from '../../core/admin/types';
import { t } from '../../core/i18n';
import { TwoStep } from '../../ui/twostep';
import { Chart } from './chart';
import { desk } from './desk';
import { number, percent, rate } from './figures';
import { Choice, Nothing } from './parts';
import '../shell'; // what is loaded first stays one chunk
import { useAsked } from './use';

const SPANS = ['minutes', 'seconds'] as const;
type Span = (typeof SPANS)[number];
const EACH_MS: Record<Span, number> = { minutes: 10000, seconds: 1000 };
const SLOTS = 60;

type Text = (value: number) => string;
const plain: Text = (value) => number(value, value < 10 ? 1 : 0);
const ms: Text = (value) => t('con.ms', { v: number(value, 1) });
const mb: Text = (value) => (value < 10000 ? t('con.mb', { v: number(value) }) : t('con.gb', { v: number(value / 1000, 1) }));

/** Which figures stand together. */
const CHARTS: { id: string; names: string[]; text: Text }[] = [
  { id: 'members', names: ['members'], text: plain },
  { id: 'classes', names: ['rooms', 'views', 'rungs'], text: plain },
  { id: 'cpu', names: ['cpu_percent', 'cpu_video', 'cpu_net', 'cpu_audio', 'cpu_control'], text: percent },
  { id: 'traffic', names: ['kbps_out', 'kbps_in'], text: rate },
  { id: 'loss', names: ['loss_percent'], text: percent },
  { id: 'late', names: ['late_p99_ms'], text: ms },
  { id: 'memory', names: ['rss_mb'], text: mb },
  { id: 'disk', names: ['disk_free_mb'], text: mb },
  { id: 'disk_wait', names: ['disk_wait_ms'], text: ms },
  { id: 'queue', names: ['db_queue'], text: plain },
  { id: 'overload', names: ['overload'], text: plain },
];

function Drain() {
  const now = desk.server.value;
  if (!now) return null;
  const set = (on: boolean) => void desk.act('server.drain', { on }, on ? 'con.drain_on' : 'con.drain_off');
  return (
    <section class="card con-drain" aria-label={t('con.drain')} data-draining={now.draining}>
      <h3>{t('con.drain')}</h3>
      <p>{t(now.draining ? 'con.drain_is_on' : 'con.drain_is_off')}</p>
      {now.draining ? (
        <button type="button" class="row-button" data-act="undrain" onClick={() => set(false)}>
          {t('con.drain_stop')}
        </button>
      ) : (
        <TwoStep act="drain" icon="gone" label={t('con.drain_start')} sure={t('con.drain_sure')} onConfirm={() => set(true)} />
      )}
    </section>
  );
}

function Charts({ health, span }: { health: HealthRows; span: Span }) {
  const rows = health[span];
  const ago = (i: number) => (i === 0 ? t('con.just_now') : t(`con.ago.${span}`, { n: i }));
  const charts = CHARTS.map((one) => ({ ...one, names: one.names.filter((name) => health.names.includes(name)) }));
  return (
    <div class="con-charts">
      {charts
        .filter(({ names }) => names.length > 0)
        .map(({ id, names, text }) => (
          <Chart
            key={id}
            id={id}
            title={t(`con.chart.${id}`)}
            slots={SLOTS}
            ago={ago}
            text={text}
            curves={names.map((name) => ({ name: t(`con.of.${name}`), line: lineOf(health, name, rows) }))}
          />
        ))}
    </div>
  );
}

export function HealthTab() {
  const [span, setSpan] = useState<Span>('minutes');
  const asked = useAsked(async () => (await desk.read('admin.health')) as unknown as HealthRows, EACH_MS[span]);
  return (
    <section>
      <Drain />
      <div class="con-bar">
        <Choice id="health-span" label={t('con.span')} value={span} options={SPANS} text={(one) => t(`con.span.${one}`)} onChange={setSpan} />
      </div>
      {asked.data ? <Charts health={asked.data} span={span} /> : <Nothing asked={asked} none="" />}
    </section>
  );
}
