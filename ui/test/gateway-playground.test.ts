/** The playground of the real gateway: what the page shows is what the ledger has. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { axeFinds } from './axe.ts';
import { closeBrowser, noBrowser, openTab } from './browser.ts';
import { movementEnds } from './movement.ts';
import { logInWithToken, type RealGateway, startRealGateway } from './real-gateway.ts';

/** To be looked at; not part of the repository. */
const folder = join(import.meta.dirname, '..', '..', 'test-results', 'console-real');
const looks = {
  light: { colorScheme: 'light', width: 1280 },
  dark: { colorScheme: 'dark', width: 1280 },
  narrow: { colorScheme: 'light', width: 360 },
} as const;

interface Record {
  id: string;
  status: number;
  decisions: string[];
  llm: { usage: { inputTokens: number; outputTokens: number } };
}

async function pick(page: Page, label: string, option: string | RegExp) {
  await page.getByRole('combobox', { name: label }).click();
  await page.getByRole('option', { name: option }).click();
}

async function say(page: Page, text: string) {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.keyboard.press('Enter');
}

/** Takes the picture; nothing may be wrong with the page. */
async function inspect(page: Page, name: string) {
  await page.evaluate(movementEnds);
  await page.evaluate('scrollTo(0, 0)');
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  const overflow = Number(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'));
  assert.ok(overflow <= 0, `${name} is ${overflow} px wider than the screen`);
  assert.deepEqual(await axeFinds(page), [], name);
}

const lastCall = async (gateway: RealGateway) =>
  (await gateway.admin<{ items: Record[] }>('GET', '/calls?limit=1')).items[0]!;

describe('the playground of the real gateway', { skip: noBrowser, timeout: 300_000 }, () => {
  let gateway: RealGateway;
  let value = '';
  before(async () => {
    mkdirSync(folder, { recursive: true });
    gateway = await startRealGateway();
    const { value: made } = await gateway.admin<{ value: string }>('POST', '/keys', {
      name: 'tester',
      owner: 'lee',
      labels: { team: 'research' },
      limits: { requestsPerMinute: 60 },
    });
    value = made;
    const spec = { selector: { matchLabels: { team: 'research' } }, window: { calendar: 'Day' } };
    await gateway.admin('POST', '/budgets', {
      name: 'research',
      spec: { ...spec, limit: { tokens: 100_000 } },
    });
  });
  after(async () => {
    await closeBrowser();
    await gateway?.end();
  });

  for (const [name, look] of Object.entries(looks)) {
    test(`a chat in the name of a key streams, and what was decided is the ledger’s: ${name}`, async (t) => {
      const { page, complaints } = await openTab(t, look);
      await logInWithToken(page, gateway, '/playground');
      await page.getByText('Ask something').waitFor();
      await inspect(page, `playground-${name}`);
      await say(page, 'Hello');
      await page.getByText('Choose a key, or another way to call.').waitFor();
      await pick(page, 'Route', /^\/v1\/chat\/completions/);
      await pick(page, 'Virtual key', /^tester/);
      await page.getByRole('textbox', { name: 'Message' }).click();
      await page.keyboard.press('Enter');
      const log = page.getByRole('log', { name: 'Conversation' });
      await log.getByText(/^Tollgate sample provider: you asked “Hello”/).waitFor();
      const decided = page.getByRole('region', { name: 'What the gateway decided' });
      await decided.getByText(/^Status 200 · /).waitFor();
      const call = await lastCall(gateway);
      const tokens = call.llm.usage.inputTokens + call.llm.usage.outputTokens;
      await decided.getByText(new RegExp(`^Status 200 · ${tokens} tokens · \\$`)).waitFor();
      await decided.getByText(call.id).waitFor();
      const row = decided.getByRole('row', { name: /research/ });
      assert.equal(await row.getByRole('cell').nth(2).innerText(), String(tokens));
      const { counters } = await gateway.admin<{ counters: { remaining: number }[] }>(
        'GET',
        '/budgets/agentgateway-system/research',
      );
      assert.equal(
        await row.getByRole('cell').nth(3).innerText(),
        counters[0]!.remaining.toLocaleString('en'),
      );
      await inspect(page, `playground-answered-${name}`);
      await say(page, 'And again?');
      await log.getByText(/you asked “And again\?”/).waitFor();
      await decided.getByText(/^Status 200 · /).waitFor();
      const second = await lastCall(gateway);
      assert.ok(second.llm.usage.inputTokens > call.llm.usage.inputTokens, 'the conversation goes on');
      assert.match(page.url(), /key=VirtualKey/);
      assert.deepEqual(complaints, []);
    });
  }

  test('a call that a budget refuses says so, with the numbers; a value is in no address', async (t) => {
    await gateway.admin('POST', '/budgets', {
      name: 'tiny',
      spec: {
        selector: { matchLabels: { team: 'research' } },
        window: { calendar: 'Day' },
        limit: { requests: 1 },
      },
    });
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, '/playground');
    await page.getByText('By value').click();
    await page.getByLabel('Value of the key').fill(value);
    await say(page, 'Hello');
    await page.getByText(/you asked “Hello”/).waitFor();
    await page.getByText(/^Status 200 · /).waitFor();
    await say(page, 'More');
    await page.getByText('Refused with status 429').waitFor();
    await page
      .getByRole('log')
      .getByText(/budget agentgateway-system\/tiny has 0 requests left of 1 request/)
      .waitFor();
    const decided = page.getByRole('region', { name: 'What the gateway decided' });
    await decided.getByText('Status 429', { exact: true }).waitFor();
    for (const decision of (await lastCall(gateway)).decisions)
      await decided.getByText(decision, { exact: true }).waitFor();
    await decided.getByRole('link', { name: 'Open under Calls' }).waitFor();
    await inspect(page, 'playground-refused-light');
    assert.ok(!page.url().includes(value));
    await gateway.admin('DELETE', '/budgets/agentgateway-system/tiny');
    const audit = await gateway.admin<{ items: object[] }>('GET', '/audit?object=VirtualKey/');
    assert.ok(!JSON.stringify(audit).includes(value) && JSON.stringify(audit).includes('playground.call'));
    assert.ok(!gateway.output().includes(value));
    assert.deepEqual(complaints, []);
  });

  for (const [name, look] of Object.entries(looks)) {
    test(`an expression over a recorded call has a value, or a fault with its place: ${name}`, async (t) => {
      await gateway.admin('POST', '/cel/evaluate', { expression: '1' });
      const { id } = await lastCall(gateway);
      const { page, complaints } = await openTab(t, look);
      await logInWithToken(page, gateway, `/cel?call=${id}`);
      const variables = page.getByRole('textbox', { name: 'Variables' });
      await variables.waitFor();
      assert.match(await variables.inputValue(), /"requestModel": "claude-sonnet-5"/);
      await page.getByText('headers are not kept: they may hold secrets').waitFor();
      await page.getByRole('table', { name: 'Functions' }).getByText("text.startsWith('sk-')").waitFor();
      await inspect(page, `cel-${name}`);
      const expression = page.getByRole('textbox', { name: 'Expression' });
      await expression.fill("llm.requestModel.startsWith('claude') && response.code >= 200");
      await page.keyboard.press('Control+Enter');
      const result = page.getByRole('region', { name: 'Result' });
      await result.getByText('Type: bool').waitFor();
      await result.getByText('true', { exact: true }).waitFor();
      await page.waitForURL(/expression=/);
      await inspect(page, `cel-value-${name}`);
      await variables.fill('{"llm": {"requestModel": "gpt-5.1"}, "response": {"code": 200}}');
      await page.getByRole('button', { name: 'Evaluate' }).click();
      await result.getByText('false', { exact: true }).waitFor();
      await expression.fill('llm.requestModel ==\n  nobody.team');
      await page.getByRole('button', { name: 'Evaluate' }).click();
      await result.getByText('Line 2, column 3').waitFor();
      await result.getByText('Unknown variable: nobody').waitFor();
      await inspect(page, `cel-fault-${name}`);
      await variables.fill('{"llm": ');
      await page.getByText(/^Not JSON: /).waitFor();
      assert.ok(await page.getByRole('button', { name: 'Evaluate' }).isDisabled());
      assert.deepEqual(complaints, []);
    });
  }

  test('deleting an object names what depends on it, asks, and leads back to the graph', async (t) => {
    const { page, complaints } = await openTab(t);
    const edit = (kind: string, name: string) =>
      `/configuration/edit?kind=${kind}&namespace=agentgateway-system&name=${name}`;
    await logInWithToken(page, gateway, edit('AgentgatewayPolicy', 'api-key-auth'));
    await page.getByRole('button', { name: 'Delete …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Without it:').waitFor();
    await dialog.getByText(/^HTTPRoute agentgateway-system\/claude loses the rate limit of/).waitFor();
    await dialog
      .getByText(/^Secret agentgateway-system\/anthropic-api-key\/mike is no key any more/)
      .waitFor();
    await page.evaluate(movementEnds);
    await page.screenshot({ path: join(folder, 'delete-object-light.png') });
    assert.deepEqual(await axeFinds(page), []);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.evaluate(movementEnds);
    await page.screenshot({ path: join(folder, 'delete-object-dark.png') });
    assert.deepEqual(await axeFinds(page, 'colors'), []);
    await page.emulateMedia({ colorScheme: 'light' });
    const confirm = dialog.getByRole('button', { name: 'Delete api-key-auth' });
    assert.ok(await confirm.isDisabled());
    await dialog.getByLabel('Type api-key-auth to delete it').fill('api-key-auth');
    assert.ok(await confirm.isEnabled());
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.goto(gateway.url + edit('HTTPRoute', 'claude'));
    await page.getByRole('button', { name: 'Delete …' }).click();
    await dialog.getByText('Nothing else in force depends on it.').waitFor();
    await dialog.getByRole('button', { name: 'Delete claude' }).click();
    await page.waitForURL(/\/configuration$/);
    await page.getByText('claude is deleted, and the configuration without it is in force.').waitFor();
    await page.getByRole('article', { name: 'HTTPRoute claude', exact: true }).waitFor({ state: 'detached' });
    const { items } = await gateway.admin<{ items: { action: string }[] }>(
      'GET',
      '/audit?object=HTTPRoute/agentgateway-system/claude',
    );
    assert.equal(items[0]?.action, 'resources.delete');
    assert.deepEqual(complaints, []);
  });

  test('a viewer is told why not; without routes the page says what to do', async (t) => {
    const { value: token } = await gateway.admin<{ value: string }>('POST', '/tokens', {
      name: 'auditor',
      role: 'viewer',
    });
    const { page } = await openTab(t);
    await page.goto(`${gateway.url}/playground`);
    await page.getByLabel('Admin token or virtual key').fill(token);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('Your login only looks on').waitFor();
    await inspect(page, 'playground-viewer-light');
  });
});
