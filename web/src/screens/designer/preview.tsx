// What the server's engine makes of it for a class that is imagined, and what can be recognised on each rung.

import { useState } from 'preact/hooks';
import { findings, type Fault, type Finding } from '../../core/design/legible';
import { GRAIN } from '../../core/design/plan';
import { partOf, PEOPLE, type Tried, type TryAsk, type TryCell } from '../../core/design/tryout';
import type { Work } from '../../core/design/work';
import { t } from '../../core/i18n';
import { Check, Select, TextField } from './fields';

const PARTS = ['screen', 'pinned', 'hand', 'guest', 'interpreter', 'wall'] as const;

function Ask({ work }: { work: Work }) {
  const ask = work.ask.value;
  const wrong = work.wrong.value;
  return (
    <>
      <fieldset class="chips">
        <legend>{t('design.people')}</legend>
        {PEOPLE.map((n) => (
          <label key={n}>
            <input type="radio" name="people" value={n} checked={ask.n === n} onChange={() => work.setAsk({ n })} />
            <span>{n}</span>
          </label>
        ))}
      </fieldset>
      <div class="design-tools">
        {PARTS.map((part) => (
          <Check key={part} id={`try-${part}`} label={t(`design.with.${part}`)} on={ask[part]} onChange={(on) => work.setAsk({ [part]: on } as Partial<TryAsk>)} />
        ))}
      </div>
      {work.plan.value.params ? (
        <TextField
          id="try-params"
          mono
          label={t('design.try_params')}
          value={ask.params}
          most={60}
          why={wrong?.field === 'try-params' ? t('design.try_params.bad') : undefined}
          onChange={(params) => work.setAsk({ params: params.trim() })}
        />
      ) : null}
    </>
  );
}

function nameIn(cell: TryCell, ask: TryAsk): string {
  if (cell.kind === 'text') return cell.text ?? '';
  if (cell.kind === 'screen') return t('design.role.screen');
  const part = partOf(ask, cell.member ?? 0);
  return part ? t('design.member_part', { n: cell.member ?? 0, part: t(`design.role.${part}`) }) : t('design.member_n', { n: cell.member ?? 0 });
}

const SIGNS: Record<Fault, string> = { small: '⚠', page: '≣⚠', name: 'A⚠' };

function Drawing({ tried, ask, finding }: { tried: Tried; ask: TryAsk; finding: Finding | undefined }) {
  const part = (v: number) => `${(v / GRAIN) * 100}%`;
  const words = tried.cells.map((cell) => nameIn(cell, ask)).join(', ');
  return (
    <div class={ask.tall ? 'canvas is-tall drawing' : 'canvas drawing'} role="img" aria-label={t('design.drawing', { n: tried.cells.length, words })} data-drawn={tried.cells.length}>
      {tried.cells.map((cell, i) => {
        const fault = finding?.cells.get(i);
        return (
          <div
            key={i}
            class={['seen', cell.border && 'has-border', fault && 'is-small'].filter(Boolean).join(' ')}
            data-role={cell.kind === 'camera' ? partOf(ask, cell.member ?? 0) || 'any' : cell.kind}
            data-at={`${cell.x} ${cell.y} ${cell.w} ${cell.h}`}
            style={{ left: part(cell.x), top: part(cell.y), width: part(cell.w), height: part(cell.h) }}
          >
            <span class="cell-name">
              {fault && finding ? (
                <b>
                  {SIGNS[fault]} {Math.floor((cell.h * finding.h) / GRAIN)}{' '}
                </b>
              ) : null}
              {nameIn(cell, ask)}
            </span>
          </div>
        );
      })}
    </div>
  );
}

function Rungs({ all, level }: { all: Finding[]; level: string }) {
  return (
    <ul class="rungs" aria-label={t('design.rungs')}>
      {all.map((one) => (
        <li key={one.level} data-rung={one.level} data-good={!one.says.length} class={one.level === level ? 'is-chosen' : undefined}>
          <p>
            <b>
              <span aria-hidden="true">{one.says.length ? '⚠ ' : '✓ '}</span>
              {t(`level.${one.level}`)}
            </b>{' '}
            <span class="fine mono">
              {one.w}×{one.h}
            </span>
          </p>
          {one.says.length ? one.says.map((said, i) => <p key={i}>{t(said.key, said.vars)}</p>) : <p class="fine">{t('design.says.good')}</p>}
        </li>
      ))}
    </ul>
  );
}

export function Preview({ work }: { work: Work }) {
  const [level, setLevel] = useState('low');
  const tried = work.tried.value;
  const ask = work.ask.value;
  const all = tried ? findings(tried) : [];
  const elsewhere = tried && tried.variant >= 0 && tried.variant !== work.at.value.variant;
  return (
    <>
      <div class="design-part">
        <h3>{t('design.preview')}</h3>
        <Ask work={work} />
        {tried ? (
          <>
            <p data-variant={tried.variant}>
              {tried.variant < 0 ? t('design.no_variant') : t('design.takes', { n: tried.variant + 1, cells: tried.cells.length })}{' '}
              {elsewhere ? (
                <button type="button" class="row-button" data-act="show-variant" onClick={() => work.select({ variant: tried.variant, cell: -1 })}>
                  {t('design.show_variant')}
                </button>
              ) : null}
            </p>
            <Drawing tried={tried} ask={ask} finding={all.find((one) => one.level === level)} />
          </>
        ) : (
          <p class="fine">{t('design.waits')}</p>
        )}
      </div>
      {tried ? (
        <div class="design-part">
          <h3>{t('design.legible')}</h3>
          <p class="fine">{t('design.legible.fine', { n: tried.least })}</p>
          <Select id="rung" label={t('design.rung')} value={level} options={all.map((one) => [one.level, `${t(`level.${one.level}`)} ${one.w}×${one.h}`])} onChange={setLevel} />
          <Rungs all={all} level={level} />
        </div>
      ) : null}
    </>
  );
}
