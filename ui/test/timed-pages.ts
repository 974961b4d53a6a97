/** Opens a page as a new tab would, and waits until a person can use it: for tests and benchmarks with many keys and calls. */
import type { Page, Request, Response } from 'playwright-core';

export interface TimedPage {
  path: string;
  ready: (page: Page) => Promise<unknown>;
}

export interface Opened {
  /** From the navigation until the content is there, nothing is asked for any more and the main thread is idle. */
  interactiveMs: number;
  /** Of the API. */
  answers: { path: string; status: number; bytes: number; ms: number }[];
}

/** Loaders of the page itself, and tables that wait for their rows. */
const busy = '.mantine-Loader-root, .mantine-LoadingOverlay-root, [aria-busy=true]';
const idle = 'new Promise((done) => requestIdleCallback(() => done(performance.now())))';

export async function openTimed(page: Page, origin: string, { path, ready }: TimedPage): Promise<Opened> {
  const asked = new Set<Request>();
  const answered: Response[] = [];
  const isApi = (url: string) => url.startsWith(`${origin}/api/`);
  const onRequest = (request: Request) => isApi(request.url()) && asked.add(request);
  const onEnd = (request: Request) => asked.delete(request);
  const onResponse = (response: Response) => isApi(response.url()) && answered.push(response);
  page.on('request', onRequest).on('requestfinished', onEnd).on('requestfailed', onEnd);
  page.on('response', onResponse);
  try {
    await page.goto(origin + path, { waitUntil: 'commit' });
    await ready(page);
    let interactiveMs = 0;
    do {
      await page.locator(busy).first().waitFor({ state: 'detached' });
      interactiveMs = Number(await page.evaluate(idle));
    } while (asked.size > 0 || (await page.locator(busy).count()) > 0);
    return { interactiveMs, answers: await Promise.all(answered.map((one) => told(one, origin))) };
  } finally {
    page.off('request', onRequest).off('requestfinished', onEnd).off('requestfailed', onEnd);
    page.off('response', onResponse);
  }
}

async function told(response: Response, origin: string) {
  const { responseBodySize: bytes } = await response.request().sizes();
  const { responseStart, requestStart } = response.request().timing();
  const path = response.url().slice(origin.length);
  return { path, status: response.status(), bytes, ms: Math.round(responseStart - requestStart) };
}
