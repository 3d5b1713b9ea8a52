// Waiting with a limit, and with a word about what was waited for.

/** How many times slower than usual the server is: 1, or 3 with AULA_SLOW=1, for one built with sanitizers. */
export const SLOW = process.env.AULA_SLOW ? 3 : 1;

/** For what must come, where the time is not what is tested: a busy machine may take long. */
const PATIENCE_MS = 30000;

export async function until(what, check, { ms = PATIENCE_MS, every = 50 } = {}) {
  const limit = ms * SLOW;
  const end = Date.now() + limit;
  let last;
  for (;;) {
    try {
      last = await check();
    } catch (why) {
      last = why;
    }
    if (last && !(last instanceof Error)) return last;
    if (Date.now() >= end) {
      const detail = last instanceof Error ? `: ${last.message}` : '';
      throw new Error(`not within ${limit} ms: ${what}${detail}`);
    }
    await new Promise((go) => setTimeout(go, every));
  }
}

export const sleep = (ms) => new Promise((go) => setTimeout(go, ms));

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
