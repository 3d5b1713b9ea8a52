// A chart of a few lines over the time, and the same in words and as a table.

import { HEIGHT, pathOf, roundUp, sumOf, WIDTH, type Line } from '../../core/admin/series';
import { t } from '../../core/i18n';
import { Table } from './parts';

export interface Curve {
  name: string;
  line: Line;
}

/** Lines differ by more than their colour. */
const DASHES = ['', '7 4', '2 3', '10 3 2 3', '1 5'];

interface Props {
  id: string;
  title: string;
  curves: Curve[];
  slots: number;
  /** Of a row, counted from the newest. */
  ago(i: number): string;
  text(value: number): string;
}

function Key({ curves, text }: Pick<Props, 'curves' | 'text'>) {
  return (
    <ul class="con-key">
      {curves.map(({ name, line }, i) => {
        const sum = sumOf(line);
        return (
          <li key={name}>
            <svg class="con-dash" viewBox="0 0 30 8" aria-hidden="true">
              <path class={`con-line is-${i}`} d="M0 4h30" stroke-dasharray={DASHES[i]} />
            </svg>
            <b>{name}</b>{' '}
            {sum ? t('con.sum', { now: text(sum.now), least: text(sum.least), most: text(sum.most), mean: text(sum.mean) }) : t('con.unknown')}
          </li>
        );
      })}
    </ul>
  );
}

function Numbers({ title, curves, ago, text }: Props) {
  const n = Math.max(0, ...curves.map(({ line }) => line.length));
  const rows = Array.from({ length: n }, (_, i) => i); // from the newest
  return (
    <Table label={title}>
      <thead>
        <tr>
          <th scope="col">{t('con.when')}</th>
          {curves.map(({ name }) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((i) => (
          <tr key={i}>
            <th scope="row">{ago(i)}</th>
            {curves.map(({ name, line }) => {
              const value = line[line.length - 1 - i];
              return <td key={name}>{value == null ? '—' : text(value)}</td>;
            })}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

export function Chart(props: Props) {
  const { id, title, curves, slots, text } = props;
  const top = roundUp(Math.max(0, ...curves.map(({ line }) => sumOf(line)?.most ?? 0)));
  return (
    <figure class="con-chart" data-chart={id}>
      <figcaption>{title}</figcaption>
      <div class="con-plot" aria-hidden="true">
        <span class="con-scale">
          <span>{text(top)}</span>
          <span>{text(0)}</span>
        </span>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none">
          {[0.25, 0.5, 0.75].map((part) => (
            <path key={part} class="con-grid" d={`M0 ${HEIGHT * part}h${WIDTH}`} />
          ))}
          {curves.map(({ name, line }, i) => (
            <path key={name} class={`con-line is-${i}`} d={pathOf(line, top, slots)} stroke-dasharray={DASHES[i]} />
          ))}
        </svg>
      </div>
      <Key curves={curves} text={text} />
      <details class="con-more">
        <summary class="plain" data-act={`table-${id}`}>
          {t('con.as_table', { title })}
        </summary>
        <Numbers {...props} />
      </details>
    </figure>
  );
}
