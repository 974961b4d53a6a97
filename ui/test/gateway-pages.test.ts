/** Every page of the real gateway, light, dark and narrow: drawn without complaint, nothing found by axe, pictures kept. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { eventually } from '../../test/support/eventually.ts';
import { askOpenAi } from '../../test/support/openai-client.ts';
import { axeFinds } from './axe.ts';
import { closeBrowser, noBrowser, openTab } from './browser.ts';
import { movementEnds } from './movement.ts';
import { logInWithToken, type RealGateway, startRealGateway } from './real-gateway.ts';

/** To be looked at; not part of the repository. */
const folder = join(import.meta.dirname, '..', '..', 'test-results', 'console-real');
const long = 'x'.repeat(253);
const marked = '<img src=x onerror=alert(1)> 🦊 & Söhne';

interface Shown {
  path: string;
  ready: (page: Page) => Promise<unknown>;
}
const text = (found: string | RegExp) => (page: Page) => page.getByText(found).first().waitFor();
const pages: Record<string, Shown> = {
  overview: { path: '/', ready: text('Counters and ledger agree') },
  keys: { path: '/keys', ready: text('anna-laptop') },
  'keys-none-found': { path: '/keys?search=nobody', ready: text('No key matches') },
  key: { path: '/keys/agentgateway-system/anna-laptop', ready: text('Answered 200') },
  'key-in-secret': {
    path: '/keys/agentgateway-system/anthropic-api-key%2Fanna',
    ready: text('This key lives in a Secret'),
  },
  budgets: { path: '/budgets', ready: text('of 3 requests') },
  budget: { path: '/budgets/agentgateway-system/everyone-monthly', ready: text('(to come)') },
  usage: { path: '/usage?range=month&groupBy=user,model', ready: text(/^Total$/) },
  calls: { path: '/calls', ready: text('Refused 429') },
  call: { path: '/calls?outcome=refused', ready: (page) => openFirstCall(page) },
  'create-many': { path: '/keys/import', ready: text('Choose a CSV file') },
  models: { path: '/models?search=claude', ready: text('claude-haiku-4-5-20251001') },
  tokens: { path: '/settings', ready: text('finance-anna') },
  users: { path: '/settings?tab=users', ready: text('No user yet') },
  retention: { path: '/settings?tab=retention', ready: text('Nobody: nothing is deleted') },
  webhooks: { path: '/settings?tab=webhooks', ready: text('there is no such Secret') },
  audit: { path: '/settings?tab=audit', ready: text('budgets.create') },
  configuration: { path: '/configuration', ready: text('Leads to claude') },
  'edit-yaml': {
    path: '/configuration/edit?kind=AgentgatewayPolicy&namespace=agentgateway-system&name=api-key-auth',
    ready: text('apiKeyAuthentication'),
  },
  'not-found': { path: '/nothing/here', ready: text('There is no such page') },
};

async function openFirstCall(page: Page) {
  await page.getByRole('table', { name: 'Calls' }).getByRole('link').first().click();
  await page.getByText('Not sent to a provider').waitFor();
}

describe('every page of the real gateway', { skip: noBrowser, timeout: 300_000 }, () => {
  let gateway: RealGateway;
  let holder = '';
  before(async () => {
    mkdirSync(folder, { recursive: true });
    gateway = await startRealGateway();
    holder = await fill(gateway);
  });
  after(async () => {
    await closeBrowser();
    await gateway?.end();
  });

  for (const [name, look] of Object.entries({
    light: { colorScheme: 'light', width: 1280 },
    dark: { colorScheme: 'dark', width: 1280 },
    narrow: { colorScheme: 'light', width: 360 },
  } as const)) {
    test(name, async (t) => {
      const { page, complaints } = await openTab(t, look);
      const faults: string[] = [];
      const seen = async (what: string) => faults.push(...(await inspect(page, `${what}-${name}`)));
      await page.goto(gateway.url);
      await page.getByRole('button', { name: 'Log in' }).waitFor();
      await seen('login');
      await logInWithToken(page, gateway);
      await text('research-daily')(page);
      for (const [what, { path, ready }] of Object.entries(pages)) {
        await page.goto(gateway.url + path);
        await ready(page);
        await seen(what);
      }
      for (const [path, button] of [
        ['/keys', 'Create key'],
        ['/budgets', 'Create budget'],
      ] as const) {
        await page.goto(gateway.url + path);
        await page.getByRole('button', { name: button }).first().click();
        await page.getByRole('dialog').getByRole('textbox', { name: 'Name', exact: true }).waitFor();
        await seen(button.toLowerCase().replaceAll(' ', '-'));
      }
      await page.goto(`${gateway.url}/budgets/agentgateway-system/research-daily`);
      await page.getByRole('button', { name: 'Edit', exact: true }).click();
      await page.getByText(/^4 keys: /).waitFor();
      await page.getByRole('button', { name: 'Simulate' }).click();
      await page.getByText('calls would have been refused').waitFor();
      await page.getByRole('button', { name: 'Save' }).scrollIntoViewIfNeeded();
      await seen('edit-budget');
      await page.goto(`${gateway.url}/keys/agentgateway-system/anna-laptop`);
      await page.getByRole('button', { name: 'Edit …' }).click();
      await page.getByRole('dialog').getByLabel('Owner').waitFor();
      await seen('edit-key');
      assert.deepEqual([...faults, ...complaints], []);
    });

    test(`${name}, as the holder of a key`, async (t) => {
      const { page, complaints } = await openTab(t, look);
      await page.goto(gateway.url);
      await page.getByLabel('Admin token or virtual key').fill(holder);
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.getByText('Budgets that apply to you').waitFor();
      assert.deepEqual([...(await inspect(page, `me-${name}`)), ...complaints], []);
    });
  }
});

/** Takes the picture; returns what is wrong with the page. */
async function inspect(page: Page, name: string): Promise<string[]> {
  await page.locator('.mantine-Loader-root, [aria-busy=true]').first().waitFor({ state: 'detached' });
  await page.evaluate(movementEnds);
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  const overflow = Number(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'));
  const found = await axeFinds(page, name.endsWith('-dark') ? 'colors' : 'all');
  if (overflow > 0) found.push(`${overflow} px wider than the screen`);
  return found.map((fault) => `${name}: ${fault}`);
}

/** Keys with hostile names, a budget that runs out, some calls. Returns the value of a key. */
async function fill(gateway: RealGateway): Promise<string> {
  const key = async (name: string, owner: string, more: object = {}) =>
    (
      await gateway.admin<{ value: string }>('POST', '/keys', {
        name,
        owner,
        labels: { team: 'research' },
        ...more,
      })
    ).value;
  const value = await key('anna-laptop', 'anna', {
    limits: { requestsPerMinute: 60 },
    allowedModels: ['claude-*'],
  });
  const hostile = await key('hostile', marked, { metadata: { note: marked, long } });
  await key(long.slice(0, 63), long, { expiresAt: '2031-01-01T00:00:00Z' });
  await key('asleep', '田中 さくら', { disabled: true });
  await gateway.admin('POST', '/budgets', {
    name: 'research-daily',
    spec: {
      selector: { matchLabels: { team: 'research' } },
      limit: { requests: 3 },
      window: { calendar: 'Day' },
    },
  });
  await gateway.admin('POST', '/budgets', {
    name: 'everyone-monthly',
    spec: {
      limit: { usd: '250' },
      alerts: [{ atPercent: 80, webhook: 'finance' }],
      window: { calendar: 'Month', timeZone: 'Europe/Berlin' },
      overrides: [{ from: '2031-01-01', to: '2031-01-31', limit: { usd: '900' }, reason: 'quarter end' }],
    },
  });
  await gateway.admin('POST', '/tokens', { name: 'finance-anna', role: 'owner', team: 'research' });
  for (const secret of [value, value, hostile]) await askOpenAi(gateway.traffic, secret);
  await askOpenAi(gateway.traffic, value).catch(() => undefined);
  await askOpenAi(gateway.traffic, 'sk-anna-key');
  await eventually(() => assert.equal(gateway.ledger().requests, 5));
  return value;
}
