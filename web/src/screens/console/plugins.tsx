// The plugins of this server: what they are, how often they were called, and what went wrong.

import type { Plugin } from '../../core/admin/types';
import { t } from '../../core/i18n';
import { desk } from './desk';
import { number } from './figures';
import { Nothing, Table } from './parts';
import { useAsked } from './use';

const EACH_MS = 5000;
const SIGNS: Record<string, string> = { loaded: '✓', aside: '⏸', refused: '✕' };

function Row({ plugin }: { plugin: Plugin }) {
  const good = plugin.state === 'loaded';
  return (
    <tr data-plugin={plugin.name} data-state={plugin.state}>
      <th scope="row">
        {plugin.name}
        <small>{plugin.path || t('con.built_in')}</small>
      </th>
      <td>{t(`con.plugin.${plugin.kind}`)}</td>
      <td class={good ? undefined : 'is-weak'}>
        <span aria-hidden="true">{SIGNS[plugin.state] ?? ''} </span>
        {t(`con.plugin.${plugin.state}`)}
        {plugin.why ? <small lang="en">{plugin.why}</small> : null}
      </td>
      <td>{number(plugin.calls)}</td>
      <td>{number(plugin.slow)}</td>
      <td>{number(plugin.failed)}</td>
      <td>{t('con.us', { v: number(plugin.mean_us, 1) })}</td>
      <td>{t('con.us', { v: number(plugin.max_us) })}</td>
    </tr>
  );
}

export function PluginsTab() {
  const asked = useAsked(async () => (await desk.read('plugin.list')).plugins as Plugin[], EACH_MS);
  const aside = desk.aside.value;
  return (
    <section>
      {aside.map((one) => (
        <p key={one.name} class="con-warning" role="alert">
          {t('con.set_aside', { name: one.name })} <span lang="en">{one.why}</span>
        </p>
      ))}
      {asked.data?.length ? (
        <Table label={t('con.tab.plugins')}>
          <thead>
            <tr>
              <th scope="col">{t('con.name')}</th>
              <th scope="col">{t('con.kind_of')}</th>
              <th scope="col">{t('con.state')}</th>
              <th scope="col">{t('con.calls')}</th>
              <th scope="col">{t('con.slow')}</th>
              <th scope="col">{t('con.failed')}</th>
              <th scope="col">{t('con.mean')}</th>
              <th scope="col">{t('con.longest')}</th>
            </tr>
          </thead>
          <tbody>
            {asked.data.map((one) => (
              <Row key={`${one.kind} ${one.name} ${one.path}`} plugin={one} />
            ))}
          </tbody>
        </Table>
      ) : (
        <Nothing asked={asked} none={t('con.no_plugins')} />
      )}
    </section>
  );
}
