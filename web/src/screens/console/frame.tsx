// The frame of the console: the tabs, how the server does, what was done last, and one tab's screen.

import { useEffect, useRef, useState } from 'preact/hooks';
import { tryNow } from '../../app';
import { followAddress, place, TABS, type Tab } from '../../core/admin/place';
import { t } from '../../core/i18n';
import { state } from '../../core/state';
import { Late } from '../../ui/late';
import { LanguageChoice } from '../languages';
import { AuditTab } from './audit';
import { desk } from './desk';
import { number, percent, rate, span } from './figures';
import { LinksTab, PeopleTab } from './people';
import { Go, Said } from './parts';
import { PluginsTab } from './plugins';
import { RoomsTab } from './rooms';
import { SettingsTab } from './settings';

type HealthModule = typeof import('./health');
type LayoutsModule = typeof import('./layouttab');

const loadHealth = (): Promise<HealthModule> => import('./health');
const loadLayouts = (): Promise<LayoutsModule> => import('./layouttab');

function Banner() {
  const link = state.link.value;
  if (link === 'open' && !state.restarting.value) return null;
  const text = state.restarting.value ? 'banner.restart' : link === 'offline' ? 'banner.offline' : link === 'connecting' ? 'connecting' : 'banner.lost';
  return (
    <p class="con-banner" role="alert">
      <span>{t(text, { n: Math.max(1, state.tries.value) })}</span>
      {link === 'lost' ? (
        <button type="button" class="row-button" data-act="try-now" onClick={tryNow}>
          {t('banner.try')}
        </button>
      ) : null}
    </p>
  );
}

function Tabs({ tab }: { tab: Tab }) {
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [tab]);
  return (
    <nav class={open ? 'con-tabs is-open' : 'con-tabs'} aria-label={t('con.tabs')}>
      <button type="button" class="row-button con-menu" data-act="menu" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span aria-hidden="true">☰ </span>
        {t('con.menu', { tab: t(`con.tab.${tab}`) })}
      </button>
      <ul>
        {TABS.map((one) => (
          <li key={one}>
            <Go to={{ tab: one, code: '' }} class="con-tab" act={`tab-${one}`} current={one === tab}>
              {t(`con.tab.${one}`)}
            </Go>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Figures() {
  const now = desk.server.value;
  if (!now) return null;
  const items: [string, string][] = [
    ['rooms', number(now.rooms)],
    ['members', number(now.members)],
    ['cpu', percent(now.cpu_percent)],
    ['in', rate(now.kbps_in)],
    ['out', rate(now.kbps_out)],
    ['late', t('con.ms', { v: number(now.late_p99_ms, 1) })],
    ['up', span(now.uptime_s)],
  ];
  return (
    <section class="con-now" aria-label={t('con.now')}>
      <dl class="con-figures">
        {items.map(([key, value]) => (
          <div key={key} data-figure={key}>
            <dt>{t(`con.now.${key}`)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {now.draining ? <p class="con-warning">{t('con.draining')}</p> : null}
      {now.overload > 0 ? <p class="con-warning">{t('con.overload', { n: now.overload })}</p> : null}
    </section>
  );
}

function Screen({ tab }: { tab: Tab }) {
  if (tab === 'people') return <PeopleTab />;
  if (tab === 'links') return <LinksTab />;
  if (tab === 'layouts') return <Late<LayoutsModule> key={tab} load={loadLayouts} show={(m) => <m.LayoutsTab />} />;
  if (tab === 'plugins') return <PluginsTab />;
  if (tab === 'settings') return <SettingsTab />;
  if (tab === 'audit') return <AuditTab />;
  if (tab === 'health') return <Late<HealthModule> key={tab} load={loadHealth} show={(m) => <m.HealthTab />} />;
  return <RoomsTab />;
}

/** The heading of the tab takes the focus when the tab changes: a screen reader says where one is. */
function Heading({ tab }: { tab: Tab }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) heading.current?.focus();
    first.current = false;
    desk.hush();
  }, [tab]);
  return (
    <h2 class="con-heading" tabIndex={-1} ref={heading}>
      {t(`con.tab.${tab}`)}
    </h2>
  );
}

export function Console({ onOut }: { onOut(): void }) {
  const { tab, code } = place.value;
  useEffect(followAddress, []);
  useEffect(() => desk.start(), []);
  const title = `${t(`con.tab.${tab}`)} - Aula`;
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <div class="con">
      <a class="con-skip" href="#con-main">
        {t('con.skip')}
      </a>
      <header class="con-top">
        <h1>{t('con')}</h1>
        <LanguageChoice />
        <button type="button" class="plain" data-act="sign-out" onClick={onOut}>
          {t('con.out')}
        </button>
      </header>
      <Tabs tab={tab} />
      <Banner />
      <Figures />
      <main class="con-main" id="con-main" tabIndex={-1}>
        <Heading tab={tab} />
        {code ? null : <Said />}
        <Screen tab={tab} />
      </main>
    </div>
  );
}
