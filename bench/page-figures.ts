/** What a person feels of a page, by Chromium's own counting, on a processor made slow and a line made long. */
import type { Browser, CDPSession } from '../ui/test/chromium.ts';

export interface PageFigures {
  /** Bytes over the line, compressed as they come. */
  scriptBytes: number;
  styleBytes: number;
  requests: number;
  firstPaintMs: number;
  largestPaintMs: number;
  /** What tasks longer than 50 ms have beyond that, from the first paint on. */
  blockedMs: number;
  /** Cumulative layout shift. */
  shift: number;
  heapMiB: number;
}

/** As Lighthouse has them for desktops, but for the processor: it is that of a phone. */
const line = { offline: false, latency: 40, downloadThroughput: 1_280_000, uploadThroughput: 1_280_000 };
const slowdown = 4;

const observe = `
  globalThis.seen = { paint: 0, largest: 0, shift: 0, tasks: [] };
  const on = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  on('paint', (entry) => { if (entry.name === 'first-contentful-paint') seen.paint = entry.startTime; });
  on('largest-contentful-paint', (entry) => { seen.largest = entry.startTime; });
  on('layout-shift', (entry) => { if (!entry.hadRecentInput) seen.shift += entry.value; });
  on('longtask', (entry) => { seen.tasks.push([entry.startTime, entry.duration]); });`;

const isThere = `new Promise((done) => {
    const look = () => document.querySelector('h1, h2') !== null && seen.paint > 0
      && document.querySelector('.mantine-Loader-root, [aria-busy=true]') === null ? done() : requestAnimationFrame(look);
    look();
  })`;

interface Seen {
  paint: number;
  largest: number;
  shift: number;
  tasks: [startMs: number, ms: number][];
}

/** In a profile of its own: nothing is kept from before but `cookies`. */
export async function figuresOf(
  browser: Browser,
  url: string,
  cookies: Parameters<Awaited<ReturnType<Browser['newContext']>>['addCookies']>[0],
): Promise<PageFigures> {
  const context = await browser.newContext({ viewport: { width: 1350, height: 940 } });
  await context.addCookies(cookies);
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  await session.send('Network.emulateNetworkConditions', line);
  const transfer = await countTransfer(session);
  await page.addInitScript(observe);
  await page.goto(url);
  await page.evaluate(isThere);
  await page.evaluate('new Promise((done) => requestIdleCallback(done))');
  const seen = (await page.evaluate('seen')) as Seen;
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const heap = metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0;
  await context.close();
  const late = seen.tasks.filter(([startMs]) => startMs >= seen.paint);
  return {
    ...transfer(),
    firstPaintMs: seen.paint,
    largestPaintMs: seen.largest,
    blockedMs: late.reduce((sum, [, ms]) => sum + ms - 50, 0),
    shift: seen.shift,
    heapMiB: heap / 2 ** 20,
  };
}

async function countTransfer(session: CDPSession) {
  const types = new Map<string, string>();
  const bytes: Record<string, number> = {};
  session.on('Network.responseReceived', ({ requestId, type }) => types.set(requestId, type));
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const type = types.get(requestId) ?? '';
    bytes[type] = (bytes[type] ?? 0) + encodedDataLength;
  });
  await session.send('Network.enable');
  await session.send('Performance.enable');
  return () => ({
    scriptBytes: bytes['Script'] ?? 0,
    styleBytes: bytes['Stylesheet'] ?? 0,
    requests: types.size,
  });
}
