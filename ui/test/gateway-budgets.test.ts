/** Budgets of the real gateway: seen before they are saved, simulated, raised, changed by two, and what calls hold of them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { eventually } from '../../test/support/eventually.ts';
import { askOpenAi } from '../../test/support/openai-client.ts';
import type { Budget } from '../src/api/budgets.ts';
import { axeFinds } from './axe.ts';
import { closeBrowser, noBrowser, openTab } from './browser.ts';
import { logInWithToken, type RealGateway, startRealGateway } from './real-gateway.ts';

const path = (name: string) => `/budgets/agentgateway-system/${name}`;

describe('budgets in the console of the real gateway', { skip: noBrowser, timeout: 300_000 }, () => {
  let gateway: RealGateway;
  let used = 0;
  before(async () => {
    gateway = await startRealGateway();
    const { value } = await gateway.admin<{ value: string }>('POST', '/keys', {
      name: 'lee-laptop',
      owner: 'lee',
      labels: { team: 'search' },
    });
    for (let call = 0; call < 3; call += 1) {
      const { inputTokens, outputTokens } = await askOpenAi(gateway.traffic, value);
      used += inputTokens + outputTokens;
    }
    await eventually(() => assert.equal(gateway.ledger('lee').requests, 3));
  });
  after(async () => {
    await closeBrowser();
    await gateway?.end();
  });
  const budgetOf = (name: string) => gateway.admin<Budget>('GET', path(name));
  const day = { limit: { tokens: 1_000 }, window: { calendar: 'Day' } };

  test('the form shows whom it would hold and what it would have refused, before anything is saved', async (t) => {
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, '/budgets');
    await page.getByRole('button', { name: 'Create budget' }).first().click();
    const drawer = page.getByRole('dialog', { name: 'Create a budget' });
    const preview = drawer.getByRole('region', { name: 'Whom it holds' });
    await preview.getByText('Fill in the limit').waitFor();
    await drawer.getByRole('textbox', { name: 'Limit', exact: true }).fill('300');
    await drawer.getByRole('button', { name: 'Add to for keys with these labels' }).click();
    await drawer.getByLabel('For keys with these labels: name 1').fill('team');
    await drawer.getByLabel('For keys with these labels: value 1').fill('nobody');
    await preview.getByText('No key has these labels yet.').waitFor();
    await drawer.getByLabel('For keys with these labels: value 1').fill('search');
    await preview.getByText('1 key: lee').waitFor();
    await drawer.getByRole('combobox', { name: 'In each' }).click();
    await page.getByRole('option', { name: 'For ever' }).click();
    await preview.getByText(`one counter for all: ${used} tokens`).waitFor();

    const simulation = drawer.getByRole('region', { name: 'Simulation' });
    await simulation.getByRole('button', { name: 'Simulate' }).click();
    await simulation.getByText(/^[12] of 3 calls would have been refused\.$/).waitFor();
    await simulation.getByRole('table', { name: 'Refused by group' }).waitFor();
    await drawer.getByRole('textbox', { name: 'Limit', exact: true }).fill('900000');
    await simulation.getByText('The form was changed since').waitFor();
    await simulation.getByRole('button', { name: 'Simulate' }).click();
    await simulation.getByText('0 of 3 calls would have been refused.').waitFor();
    assert.equal((await gateway.admin<{ total: number }>('GET', '/budgets')).total, 0);
    assert.deepEqual(complaints, []);
  });

  test('its page draws how it filled up, with limit, forecast and the window before, and says the same in a table', async (t) => {
    const perUser = { limit: { tokens: 5_000 }, window: { calendar: 'Day' }, groupBy: ['apiKey.user_id'] };
    await gateway.admin('POST', '/budgets', { name: 'course', spec: perUser });
    for (const key of ['sk-anna-key', 'sk-mike-key', 'sk-anna-key'])
      await askOpenAi(gateway.traffic, key).catch(() => undefined);
    const anna = () =>
      budgetOf('course').then(({ counters }) => counters.find(({ group }) => group === 'anna'));
    await eventually(async () => assert.ok(Number((await anna())?.used) > 200));
    const total = Number((await anna())!.used);
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, path('course'));
    const section = page.getByRole('region', { name: 'Course and forecast' });
    await section.getByRole('img', { name: /^Used over the window by anna/ }).waitFor();
    await section.getByText(/^At this pace it (runs out on|lasts:) /).waitFor();
    await section.getByText('In the window before: 0 tokens of 5K tokens.').waitFor();
    for (const name of ['Used', 'At this pace', 'Limit', 'Window before'])
      await section.locator('figcaption').getByText(name, { exact: true }).waitFor();
    await section.getByText('Figures as a table').press('Enter');
    const now = section.getByRole('table').getByRole('row').filter({ hasText: '(now)' });
    await now.getByText(`${total} tokens`, { exact: true }).waitFor();
    assert.deepEqual(await axeFinds(page), []);
    await page.goto(`${gateway.url}/budgets?search=course`);
    for (const [format, wanted] of [
      ['CSV', /course,ok,tokens,5000,Day UTC,.*,anna,5000,/],
      ['JSON', /"group":"anna"/],
    ] as const) {
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: format }).click();
      const file = await download;
      assert.equal(file.suggestedFilename(), `budgets.${format.toLowerCase()}`);
      assert.match(readFileSync(await file.path(), 'utf8'), wanted);
    }
    await page.goto(gateway.url + path('course'));
    await section.getByRole('combobox', { name: 'Counter' }).click();
    await page.getByRole('option', { name: 'mike' }).click();
    await section.getByRole('img', { name: /^Used over the window by mike/ }).waitFor();
    assert.deepEqual(complaints, []);
  });

  test('a budget is raised for a while, and the other limit taken away again', async (t) => {
    await gateway.admin('POST', '/budgets', { name: 'raised', spec: day });
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, '/budgets');
    await page.getByRole('link', { name: 'raised' }).click();
    await page.getByText('0 of 1K tokens').waitFor();
    await page.getByRole('button', { name: 'Raise for a while …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Raise raised for a while' });
    await dialog.getByRole('button', { name: 'Raise it' }).click();
    await dialog.getByText('Choose a moment to come.').waitFor();
    await dialog.getByLabel('Limit meanwhile (tokens)').fill('5000');
    await dialog.getByLabel('Until').fill('2031-01-01T12:00');
    await dialog.getByLabel('Reason').fill('quarter end 🎉');
    await dialog.getByRole('button', { name: 'Raise it' }).click();
    await page.getByText('0 of 5K tokens').waitFor();
    const overrides = page.getByRole('region', { name: 'Other limits for a while' });
    await overrides.getByText('(in force)').waitFor();
    const [override] = (await budgetOf('raised')).spec.overrides!;
    assert.deepEqual(
      [override!.limit, override!.to, override!.reason],
      [{ tokens: 5_000 }, '2031-01-01T11:00:00Z', 'quarter end 🎉'],
    );
    await overrides.getByRole('button', { name: 'Take away entry 1' }).click();
    await page.getByText('0 of 1K tokens').waitFor();
    assert.equal((await budgetOf('raised')).spec.overrides, undefined);
    assert.deepEqual(complaints, []);
  });

  test('two administrators at one budget: what the other changed stays, what was typed is not lost', async (t) => {
    await gateway.admin('POST', '/budgets', { name: 'shared', spec: day });
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, path('shared'));
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    const drawer = page.getByRole('dialog', { name: 'Edit shared' });
    await drawer.getByRole('textbox', { name: 'Limit', exact: true }).fill('2000');
    const theirs = { limit: { tokens: 3_000 }, window: { calendar: 'Week' }, groupBy: ['apiKey.user_id'] };
    await gateway.admin('PUT', path('shared'), { spec: theirs });
    await drawer.getByRole('button', { name: 'Save' }).click();
    const conflict = drawer.getByRole('alert');
    const row = conflict.getByRole('row', { name: /^limit/ });
    await row.waitFor();
    assert.deepEqual(await row.getByRole('cell').allInnerTexts(), [
      '{"tokens":1000}',
      '{"tokens":3000}',
      '{"tokens":2000}',
    ]);
    await conflict.getByRole('button', { name: 'Save mine' }).click();
    await drawer.waitFor({ state: 'hidden' });
    const { spec } = await budgetOf('shared');
    assert.deepEqual(
      [spec.limit, spec.window, spec.groupBy],
      [{ tokens: 2_000 }, theirs.window, theirs.groupBy],
    );
    assert.deepEqual(complaints, []);
  });

  test('what a call under way holds is shown and released', async (t) => {
    const slow = await startSlowProvider();
    const own = await startRealGateway(['--provider-url', `anthropic=${slow.url}`]);
    t.after(async () => {
      slow.end();
      await own.end();
    });
    await own.admin('POST', '/budgets', { name: 'held', spec: { ...day, limit: { tokens: 1_000_000 } } });
    const call = askOpenAi(own.traffic, 'sk-anna-key').catch((error: unknown) => error);
    await slow.asked;
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, own, path('held'));
    const holds = page.getByRole('table', { name: 'Held by calls under way' });
    await holds.getByText('Secret/agentgateway-system/anthropic-api-key/anna').waitFor();
    await holds.getByRole('button', { name: 'Held', exact: true }).click();
    await page.waitForURL(/sort=reserved&order=desc/);
    await page.getByRole('combobox', { name: 'Under way for' }).click();
    await page.getByRole('option', { name: '10 minutes or more' }).click();
    await page.waitForURL(/minAge=600/);
    await page.getByText('Nothing matches').waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await page.getByLabel('Search').fill('API-KEY/anna');
    await page.waitForURL(/search=API-KEY/);
    await page.getByText('1–1 of 1').waitFor();
    const csv = await page.getByRole('link', { name: 'CSV' }).getAttribute('href');
    const file = String(await page.evaluate(`fetch(${JSON.stringify(csv)}).then((answer) => answer.text())`));
    assert.match(file, /^since,id,key,.*\r\n.*Secret\/agentgateway-system\/anthropic-api-key\/anna/);
    assert.deepEqual(await axeFinds(page), []);
    await holds.getByRole('button', { name: /^Release what/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Release' }).click();
    await page.getByText('Nothing matches').waitFor();
    slow.answer();
    await call;
    assert.deepEqual(complaints, []);
  });
});

/** Takes a call and answers it when it is told to. */
async function startSlowProvider() {
  const asked = Promise.withResolvers<void>();
  const told = Promise.withResolvers<void>();
  const server = createServer(async (request, response) => {
    request.resume();
    asked.resolve();
    await told.promise;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'claude-sonnet-5',
        content: [{ type: 'text', text: 'At last.' }],
        stop_reason: 'end_turn',
        stop_sequence: null,
        usage: { input_tokens: 5, output_tokens: 3 },
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: asked.promise,
    answer: () => told.resolve(),
    end: () => {
      told.resolve();
      server.close();
      server.closeAllConnections();
    },
  };
}
