// The server under test: one that runs already (AULA_ADMIN_URL=https://host/admin#t=...), else one of
// our own: AULA_BIN, and as wanted AULA_PLUGINS (their directory), AULA_WEBROOT (another page than the one in it), AULA_DATABASE, AULA_LOG.

import { startServer } from './server.mjs';

/**
 * The configuration for tests; `more` holds further keys with their values as they stand in the file. A busy machine is
 * no reason to show less: these tests judge pictures. Nor to show more: a few browsers that decode 720p without hardware
 * take all of a small one, and then times mean nothing. Of recordings nothing is made, unless a test asks for it.
 */
export function testConfig({ dir, port }, more = {}) {
  const keys = {
    listen: '{"127.0.0.1"}',
    advertise: '{"127.0.0.1"}',
    http_port: port,
    media_udp_port: 0,
    media_tcp_port: 0,
    public_url: `"https://127.0.0.1:${port}"`,
    data_dir: `"${dir}/data"`,
    shed: 'false',
    derive: 'false',
    rung_top: '"main"',
    ...more,
  };
  if (process.env.AULA_PLUGINS) keys.plugins_dir ??= `"${process.env.AULA_PLUGINS}"`;
  if (process.env.AULA_DATABASE) keys.database ??= `"${process.env.AULA_DATABASE}"`;
  if (process.env.AULA_WEBROOT) keys.webroot ??= `"${process.env.AULA_WEBROOT}"`;
  if (process.env.AULA_LOG) keys.log_level ??= `"${process.env.AULA_LOG}"`;
  return Object.entries(keys)
    .map(([key, value]) => `${key} = ${value}\n`)
    .join('');
}

/** conf: further keys of the configuration; the rest (place, ...) as for startServer. */
export async function openTarget({ conf = {}, ...options } = {}) {
  const running = process.env.AULA_ADMIN_URL;
  if (running) {
    const origin = new URL(running).origin;
    return { adminUrl: running, origin, pid: 0, log: () => '', stop: async () => undefined };
  }
  const binary = process.env.AULA_BIN;
  if (!binary) throw new Error('set AULA_BIN (and AULA_PLUGINS), or AULA_ADMIN_URL of a server that runs');
  return startServer({ binary, config: (place) => testConfig(place, conf), ...options });
}
