/**
 * `node bin/run.mjs bench/console.ts [rounds]`: pages of the console as a new visitor loads them, with a budget
 * beside each figure: Chromium with nothing cached, its processor slowed down four times, a line of 10 Mbit/s and 40 ms. Medians of
 * five rounds; ends with 1 when a budget is broken. The gateway has 2,000 keys and 20,000 calls.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeDirectory, startGateway, temporaryDirectory } from '../test/support/gateway.ts';
import { seed, seedNamespace } from '../test/support/seed.ts';
import { launchChromium, noBrowser } from '../ui/test/chromium.ts';
import { figuresOf, type PageFigures } from './page-figures.ts';
import { median } from './process-figures.ts';

const rounds = Number(process.argv[2] ?? 5);
const pages = {
  login: undefined,
  overview: '/',
  keys: '/keys',
  key: `/keys/${seedNamespace}/key-5`,
  budgets: '/budgets',
  usage: '/usage?range=month&groupBy=user',
  calls: '/calls',
  models: '/models',
};
/** Lighthouse's bounds for "good", and the project's own for what is loaded. */
const budgets: Readonly<Record<keyof PageFigures, { most: number; show: (value: number) => string }>> = {
  scriptBytes: { most: 300_000, show: (bytes) => `${(bytes / 1_000).toFixed(0)} kB of scripts` },
  styleBytes: { most: 60_000, show: (bytes) => `${(bytes / 1_000).toFixed(0)} kB of styles` },
  requests: { most: 40, show: (count) => `${count} requests` },
  firstPaintMs: { most: 1_800, show: (ms) => `first paint ${ms.toFixed(0)} ms` },
  largestPaintMs: { most: 2_500, show: (ms) => `largest paint ${ms.toFixed(0)} ms` },
  blockedMs: { most: 200, show: (ms) => `blocked ${ms.toFixed(0)} ms` },
  shift: { most: 0.1, show: (value) => `layout shift ${value.toFixed(3)}` },
  heapMiB: { most: 25, show: (mib) => `heap ${mib.toFixed(1)} MiB` },
};

if (noBrowser) {
  process.stdout.write(`console: not measured, ${noBrowser}\n`);
} else {
  const dataDir = temporaryDirectory();
  seed(dataDir, { keys: 2_000, calls: 20_000, days: 30, nowMs: Date.now() });
  const gateway = await startGateway({ dataDir, args: ['--demo'] });
  const browser = await launchChromium();
  try {
    const url = `http://${gateway.address}:15000`;
    const cookies = await logIn(url, readFileSync(join(dataDir, 'admin-token'), 'utf8').trim());
    for (const [name, path] of Object.entries(pages)) {
      const found: PageFigures[] = [];
      while (found.length < rounds)
        found.push(await figuresOf(browser, url + (path ?? '/'), path === undefined ? [] : cookies));
      report(name, found);
    }
  } finally {
    await browser.close();
    await gateway.stop();
    removeDirectory(dataDir);
  }
}

async function logIn(url: string, token: string) {
  const answer = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  const [, name = '', value = ''] = /^([^=]+)=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '') ?? [];
  return [{ name, value, url }];
}

function report(page: string, found: readonly PageFigures[]): void {
  const texts = (Object.keys(budgets) as (keyof PageFigures)[]).map((figure) => {
    const { most, show } = budgets[figure];
    const value = median(found.map((one) => one[figure]));
    if (value > most) process.exitCode = 1;
    return `${show(value)} (${value > most ? 'OVER the' : 'of'} ${show(most).replace(/[^\d.]*([\d.]+).*/, '$1')})`;
  });
  process.stdout.write(`console, ${page}: ${texts.join(', ')}\n`);
}
