// What a page and the lab hold, and whether it has gone back to what it was.

/** How long things may take to go away after a handover; far more than they need, so that load is no failure. */
const PATIENCE = 10_000;

/** Counts of everything that a handover could leave behind in a page: see app/counts.js. */
export function holdings({ page }) {
  return page.evaluate(() => counts.now());
}

/**
 * Waits until a page holds what it held `before`, and gives back what it holds in the end: what differs is a leak.
 * @returns {Promise<Record<string, number>>}
 */
export async function holdingsBackTo({ page }, before) {
  const same = (wanted) => {
    const now = counts.now();
    return Object.keys(wanted).every((key) => now[key] === wanted[key]);
  };
  await page.waitForFunction(same, before, { polling: 50, timeout: PATIENCE }).catch((error) => {
    if (error.name !== "TimeoutError") throw error;
  });
  return page.evaluate(() => counts.now());
}

/** Waits until the lab counts nobody and nothing in a session, and gives back what it counts in the end. */
export function emptied(lab, session) {
  return populatedBy(lab, session, { connections: 0, streams: 0, subscribers: 0 });
}

/** Waits until the lab counts so many in a session, and gives back what it counts in the end. */
export async function populatedBy(lab, session, wanted) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const { connections, streams, subscribers } = await lab.session(session);
    const left = { connections: connections.length, streams: streams.length, subscribers: subscribers.length };
    if (Object.keys(wanted).every((key) => left[key] === wanted[key]) || Date.now() > end) return left;
    // The lab tells when it is asked, so it is asked again.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What the browser itself counts in a page, after it has cleared away what nobody holds; the heap in bytes. */
export async function browserCounts({ page }) {
  const client = await page.context().newCDPSession(page);
  await client.send("Performance.enable");
  // Twice: what the first clears may have held more.
  await client.send("HeapProfiler.collectGarbage");
  await client.send("HeapProfiler.collectGarbage");
  const { metrics } = await client.send("Performance.getMetrics");
  await client.detach();
  const value = (name) => metrics.find((metric) => metric.name === name).value;
  return { listeners: value("JSEventListeners"), nodes: value("Nodes"), heap: value("JSHeapUsedSize") };
}
