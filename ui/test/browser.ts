/** Tabs of a browser, as tests of the console open them. */
import type { TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { type FixtureApi, startFixtureApi } from './fixture-api.ts';

export { noBrowser } from './chromium.ts';

let browser: Promise<Browser> | undefined;

export interface Look {
  colorScheme?: 'light' | 'dark';
  width?: number;
}

export interface Tab {
  page: Page;
  /** What the browser complained of: scripts' errors and what the content security policy refused. */
  complaints: string[];
}

export interface Visit extends Tab {
  api: FixtureApi;
}

/** With cookies of its own; closed when the test ends. */
export async function openTab(t: TestContext, options: Look = {}): Promise<Tab> {
  browser ??= launchChromium();
  const context = await (await browser).newContext({
    viewport: { width: options.width ?? 1280, height: 860 },
    colorScheme: options.colorScheme ?? 'light',
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // Answers of 4xx are shown there too: the pages under test provoke them on purpose.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  t.after(async () => {
    if (process.env.TOLLGATE_SHOW_PAGE)
      t.diagnostic(`${page.url()}\n${await page.locator('body').innerText()}`);
    await context.close();
  });
  return { page, complaints };
}

export async function visit(t: TestContext, options: Look = {}): Promise<Visit> {
  const api = await startFixtureApi();
  const tab = await openTab(t, options);
  t.after(() => api.close());
  return { api, ...tab };
}

export async function logIn({ api, page }: Visit, path = '/keys'): Promise<void> {
  const url = new URL(path, api.url);
  url.searchParams.set('login', api.loginCode);
  await page.goto(url.href);
}

export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
}
