/** The console of the real gateway, in the order in which its first day goes; each test builds on those before. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { eventually } from '../../test/support/eventually.ts';
import { type Asked, askOpenAi, isRateLimited } from '../../test/support/openai-client.ts';
import { axeFinds } from './axe.ts';
import { closeBrowser, noBrowser, openTab } from './browser.ts';
import { logInWithToken, type RealGateway, startRealGateway } from './real-gateway.ts';

describe('the console of the real gateway', { skip: noBrowser }, () => {
  let gateway: RealGateway;
  let value = '';
  const answers: Asked[] = [];
  const asked = async (question?: string) =>
    void answers.push(await askOpenAi(gateway.traffic, value, question));
  const sumOf = (figure: 'inputTokens' | 'outputTokens') =>
    answers.reduce((sum, answer) => sum + answer[figure], 0);
  before(async () => {
    gateway = await startRealGateway();
  });
  after(async () => {
    await closeBrowser();
    await gateway?.end();
  });

  test('first login by the one-time link, which works once and leaves the address', async (t) => {
    const { page, complaints } = await openTab(t);
    const [response] = await Promise.all([
      page.waitForResponse((answer) => answer.url() === gateway.loginUrl()),
      page.goto(gateway.loginUrl()),
    ]);
    const policy = (await response.headerValue('content-security-policy')) ?? '';
    assert.ok(policy.includes("default-src 'self'") && !policy.includes('unsafe'), policy);
    const scripts = await page.locator('script:not([src])').count();
    assert.equal(scripts, 0, 'no inline script');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    assert.equal(new URL(page.url()).search, '');
    assert.equal(await page.evaluate('document.cookie'), '', 'the session is out of reach for scripts');
    assert.deepEqual(complaints, []);

    const second = await openTab(t);
    await second.page.goto(gateway.loginUrl());
    await second.page.getByText('was used already').waitFor();
  });

  test('a key made in the console opens the gateway for the OpenAI SDK', async (t) => {
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, '/keys');
    await page.getByRole('button', { name: 'Create key' }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('textbox', { name: 'Name', exact: true }).fill('zoe-laptop');
    await drawer.getByLabel('Owner').fill('zoe');
    await drawer.getByRole('button', { name: 'Add to labels' }).click();
    await drawer.getByLabel('Labels: name 1').fill('department');
    await drawer.getByLabel('Labels: value 1').fill('research');
    await drawer.getByRole('button', { name: 'Create key' }).click();
    value = await drawer.getByLabel('Value of the key').inputValue();
    assert.match(value, /^tg_/);
    await drawer.getByText(`ANTHROPIC_AUTH_TOKEN=${value}`).waitFor({ state: 'attached' });
    await drawer.getByText(gateway.traffic).first().waitFor();
    await drawer.getByRole('button', { name: 'I have stored it' }).click();
    await asked('What is a virtual key?');
    await asked();
    assert.ok(answers[0]!.text.length > 0 && answers[0]!.outputTokens > 0);
    assert.ok(!gateway.output().includes(value), 'its value is in no log');

    await eventually(() => assert.equal(gateway.ledger('zoe').requests, 2));
    await page.goto(`${gateway.url}/keys/agentgateway-system/zoe-laptop`);
    const usage = page.getByRole('region', { name: 'Usage this month' });
    await usage.getByText((sumOf('inputTokens') + sumOf('outputTokens')).toLocaleString('en')).waitFor();
    const recent = page.getByRole('region', { name: 'Recent calls' });
    await recent.getByText('Answered 200').nth(1).waitFor();
    assert.deepEqual(complaints, []);
  });

  test('a budget made in the console runs out, and the refusal is found with its reason', async (t) => {
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, '/budgets');
    await page.getByRole('button', { name: 'Create budget' }).first().click();
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('textbox', { name: 'Name', exact: true }).fill('research-daily');
    await drawer.getByRole('button', { name: 'Add to for keys with these labels' }).click();
    await drawer.getByLabel('For keys with these labels: name 1').fill('department');
    await drawer.getByLabel('For keys with these labels: value 1').fill('research');
    await drawer.getByRole('combobox', { name: 'Limit in' }).click();
    await page.getByRole('option', { name: 'Requests', exact: true }).click();
    await drawer.getByRole('textbox', { name: 'Limit', exact: true }).fill('2');
    await drawer.getByRole('button', { name: 'Create budget' }).click();
    const card = page.getByRole('article', { name: 'research-daily' });
    await card.getByText('0 of 2 requests').waitFor();
    await asked();
    await asked();
    let refusal = '';
    await assert.rejects(asked(), (error) => {
      refusal = isRateLimited(error) ? error.message : '';
      return isRateLimited(error);
    });
    assert.match(refusal, /research-daily/);
    await eventually(() => assert.equal(gateway.ledger('zoe').requests, 5));
    await page.reload();
    await card.getByText('2 of 2 requests').waitFor();

    await page.goto(`${gateway.url}/calls?outcome=refused&user=zoe`);
    const rows = page.getByRole('table', { name: 'Calls' }).getByRole('row');
    await rows.nth(1).getByText('Refused 429').waitFor();
    await rows.nth(1).getByText('research-daily').first().waitFor();
    await rows.nth(1).getByRole('link').first().click();
    await page.getByText('Not sent to a provider').waitFor();
    await page.getByText('research-daily: 0 requests left, 1 request needed').waitFor();
    await page.getByText('Nothing was charged').waitFor();
    const budget = page.getByRole('link', { name: 'agentgateway-system/research-daily' });
    assert.ok((await budget.count()) >= 2, 'in the reason and in the decision');
    const again = page.getByRole('link', { name: 'Try in the playground' });
    const query = new URL((await again.getAttribute('href'))!, gateway.url).searchParams;
    assert.equal(query.get('key'), 'VirtualKey/agentgateway-system/zoe-laptop');
    await again.click();
    await page.waitForURL(/\/playground\?/);
    const box = (name: string) => page.getByRole('combobox', { name, exact: true });
    // With the owner, once the keys are there.
    await eventually(async () => assert.match(await box('Virtual key').inputValue(), /^zoe-laptop/));
    assert.equal(await box('Model').inputValue(), query.get('model'));
    await page.goBack();
    await budget.first().click();
    await page.getByRole('heading', { name: 'research-daily', level: 1 }).waitFor();
    await page.goto(`${gateway.url}/keys/agentgateway-system/zoe-laptop`);
    await page.getByRole('link', { name: 'Try in the playground' }).click();
    await page.waitForURL(/key=VirtualKey/);
    assert.deepEqual(complaints, []);
  });

  test('the usage page equals the ledger to the token, and its CSV the page', async (t) => {
    await asked('someone else').catch(() => undefined);
    await askOpenAi(gateway.traffic, 'sk-anna-key');
    await eventually(() => assert.equal(gateway.ledger('anna').requests, 1));
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, '/usage?range=today&groupBy=user');
    const total = page.getByRole('row', { name: /^Total/ });
    const cells = async (row: typeof total) =>
      (await row.getByRole('cell').allInnerTexts()).map(withoutCommas);
    await total.waitFor();
    const all = gateway.ledger();
    const [requests, , , input, , output, tokens] = await cells(total);
    const inLedger = [all.requests, all.inputTokens, all.outputTokens, all.inputTokens + all.outputTokens];
    assert.deepEqual([requests, input, output, tokens], inLedger.map(String));
    const zoe = await cells(page.getByRole('row', { name: /^zoe/ }));
    assert.deepEqual(
      [zoe[4], zoe[6]],
      [sumOf('inputTokens'), sumOf('outputTokens')].map(String),
      'as the SDK was told',
    );

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download CSV' }).click(),
    ]);
    const csv = readCsv(readFileSync(await download.path(), 'utf8'));
    const sum = (name: string, rows = csv) => rows.reduce((result, row) => result + Number(row[name]), 0);
    assert.deepEqual(
      [sum('requests'), sum('inputTokens'), sum('outputTokens'), sum('tokens'), sum('costUsd').toFixed(9)],
      [...inLedger, (all.costNano / 1e9).toFixed(9)],
    );
    const [focus] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'FOCUS' }).click(),
    ]);
    const charges = readCsv(readFileSync(await focus.path(), 'utf8'));
    assert.equal(sum('BilledCost', charges).toFixed(9), (all.costNano / 1e9).toFixed(9));
    const ofZoe = csv.filter(({ user }) => user === 'zoe');
    assert.equal(sum('tokens', ofZoe), sumOf('inputTokens') + sumOf('outputTokens'));

    const table = page.getByRole('table', { name: 'Usage by group' });
    const users = table.locator('tbody tr td:first-child');
    await table.getByRole('button', { name: 'User' }).click();
    await page.waitForURL(/sort=group&order=asc/);
    await users.nth(1).waitFor();
    const shown = await users.allInnerTexts();
    assert.deepEqual(shown, shown.toSorted());
    await page.getByLabel('Find in the table').fill('ZO');
    await page.waitForURL(/named=ZO/);
    await table.getByText('anna').waitFor({ state: 'detached' });
    assert.deepEqual(await users.allInnerTexts(), ['zoe']);
    assert.equal((await cells(total))[6], String(sum('tokens', ofZoe)), 'the total is of what is found');
    await page.getByLabel('Find in the table').fill('nobody');
    await table.getByText('Nothing matches').waitFor();
    assert.deepEqual(await axeFinds(page), []);
    assert.deepEqual(complaints, []);
  });

  test('the holder of the key sees it and nothing else, whatever is asked for', async (t) => {
    const { page, complaints } = await openTab(t);
    await page.goto(`${gateway.url}/keys`);
    await page.getByLabel('Admin token or virtual key').fill(value);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.waitForURL(/\/me$/);
    await page.getByText('2 of 2 requests').waitFor();
    await page
      .getByText((sumOf('inputTokens') + sumOf('outputTokens')).toLocaleString('en'))
      .first()
      .waitFor();
    const text = await page.locator('body').innerText();
    assert.ok(!/anna|mike/.test(text), text);
    for (const path of [
      '/keys',
      '/budgets',
      '/usage',
      '/calls',
      '/overview',
      '/resources/Gateway',
      '/prices',
    ]) {
      const answer = await page.request.get(`${gateway.url}/api/v1${path}`);
      assert.equal(answer.status(), 403, path);
    }
    await page.goto(`${gateway.url}/calls`);
    await page.waitForURL(/\/me$/);
    assert.deepEqual(complaints, []);
  });
});

const withoutCommas = (text: string) => text.replaceAll(',', '').trim();

/** No field of these tests has a comma in it. */
function readCsv(text: string): Record<string, string>[] {
  const [head = '', ...lines] = text.trim().split('\r\n');
  const names = head.split(',');
  return lines.map((line) =>
    Object.fromEntries(line.split(',').map((field, place) => [names[place]!, field])),
  );
}
