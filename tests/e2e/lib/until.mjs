// Waiting with a limit, and with a word about what was waited for.

export async function until(what, check, { ms = 5000, every = 50 } = {}) {
  const end = Date.now() + ms;
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
      throw new Error(`not within ${ms} ms: ${what}${detail}`);
    }
    await new Promise((go) => setTimeout(go, every));
  }
}

export const sleep = (ms) => new Promise((go) => setTimeout(go, ms));

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
