/** Pictures of each page in both themes and on a narrow screen, to be looked at: test-results/console/. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { noUsage } from '../../src/core/llm/usage.ts';
import { closeBrowser, logIn, noBrowser, visit } from './browser.ts';
import { movementEnds } from './movement.ts';

after(closeBrowser);
const folder = join(import.meta.dirname, '..', '..', 'test-results', 'console');
const pages: Record<string, { path: string; ready: string }> = {
  keys: { path: '/keys', ready: '1–50 of 131' },
  key: { path: '/keys/agentgateway-system/key-000', ready: 'Recent calls' },
  overview: { path: '/?days=30', ready: 'Budgets that run out first' },
  usage: { path: '/usage?range=month&groupBy=user', ready: 'Share of cost' },
  calls: { path: '/calls', ready: 'Older calls' },
  refused: { path: '/calls/refused', ready: 'Not sent to a provider' },
  retried: { path: '/calls/retried', ready: 'The provider was left out for' },
  budgets: { path: '/budgets', ready: 'research-usd' },
};
const retried = {
  id: 'retried',
  attempts: [
    {
      provider: 'agentgateway-system/failover/claude',
      model: 'claude-sonnet-5',
      startedAfterMs: 2,
      durationMs: 31,
      status: 529,
      outcome: 'refused' as const,
      ejectedMs: 20_000,
      usage: { ...noUsage, inputTokens: 40, media: { audioInput: 30 } },
    },
    {
      provider: 'agentgateway-system/failover/gpt',
      model: 'gpt-5.1',
      startedAfterMs: 34,
      durationMs: 812,
      status: 200,
      outcome: 'ok' as const,
      usage: { ...noUsage, inputTokens: 40, outputTokens: 80 },
    },
  ],
};
const looks = [
  { name: 'light', colorScheme: 'light', width: 1280 },
  { name: 'dark', colorScheme: 'dark', width: 1280 },
  { name: 'narrow', colorScheme: 'light', width: 360 },
] as const;

for (const look of looks) {
  test(`every page is drawn without complaint: ${look.name}`, { skip: noBrowser }, async (t) => {
    mkdirSync(folder, { recursive: true });
    const one = await visit(t, look);
    const { page } = one;
    const shot = (name: string) => page.screenshot({ path: join(folder, `${name}-${look.name}.png`) });
    const settled = () => page.evaluate(movementEnds);
    await page.goto(one.api.url);
    await page.getByRole('button', { name: 'Log in' }).waitFor();
    await shot('login');
    await logIn(one);
    const { calls } = one.api.world;
    calls.find(({ status }) => status === 429)!.id = 'refused';
    Object.assign(calls.find(({ status }) => status === 200)!, retried);
    await page.getByText('1–50 of 131').waitFor();
    for (const [name, { path, ready }] of Object.entries(pages)) {
      await page.goto(one.api.url + path);
      await page.getByText(ready).first().waitFor();
      await page.waitForLoadState('networkidle');
      await shot(name);
      const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
      assert.ok(Number(overflow) <= 0, `${name} is ${overflow} px wider than the screen`);
    }
    await page.goto(`${one.api.url}/keys`);
    await page.getByRole('button', { name: 'Create key' }).click();
    await page.getByLabel('Owner').waitFor();
    await settled();
    await shot('create-key');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('laptop');
    await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
    await page.getByLabel('Value of the key').waitFor();
    await settled();
    await shot('issued-key');
    assert.deepEqual(one.complaints, []);
  });
}
