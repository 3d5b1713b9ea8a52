// What axe-core finds on a page: WCAG 2.0 to 2.2, A and AA, and its best practices.

import { readFileSync } from 'node:fs';

const SOURCE = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Returns the violations in words. `scope`: a selector; the whole page without it. */
export async function axe(page, name, { scope = 'html', off = [] } = {}) {
  await page.evaluate(SOURCE); // not a script of the page: its policy does not concern it
  const violations = await page.evaluate(
    async ([where, tags, rules]) => {
      const options = { runOnly: { type: 'tag', values: tags }, rules: Object.fromEntries(rules.map((one) => [one, { enabled: false }])) };
      const result = await window.axe.run(where, options);
      return result.violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((one) => one.target.join(' ')) }));
    },
    [scope, TAGS, off],
  );
  return violations.map(({ id, help, nodes }) => `${name}: ${id} (${help}): ${nodes.slice(0, 4).join(', ')}`);
}
