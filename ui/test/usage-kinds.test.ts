/** Kinds of tokens in the console: of a range, in the table's columns, and of each attempt of a call. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Locator } from 'playwright-core';
import { noUsage, sumOf } from '../../src/core/llm/usage.ts';
import { closeBrowser, logIn, noBrowser, visit } from './browser.ts';
import { figuresOf } from './fixture-data.ts';

after(closeBrowser);
const options = { skip: noBrowser };

const cellsOf = async (row: Locator) =>
  (await row.getByRole('cell').allInnerTexts()).map((text) => text.trim());

test('usage: tokens by kind equal the ledger, in the list and in the columns', options, async (t) => {
  const one = await visit(t);
  const { page } = one;
  await logIn(one, '/usage?range=lastMonth&groupBy=model');
  const list = page.getByRole('table', { name: 'Tokens by kind' });
  await list.waitFor();
  const link = await page.getByRole('link', { name: 'Download CSV' }).getAttribute('href');
  const { searchParams } = new URL(link!, one.api.url);
  const [from, to] = ['from', 'to'].map((name) => Date.parse(searchParams.get(name)!));
  const total = figuresOf(one.api.world.calls.filter(({ startedAtMs: at }) => at >= from! && at < to!));
  await list.getByRole('columnheader', { name: 'Cost' }).waitFor();
  const shown = await Promise.all((await list.getByRole('row').all()).slice(1).map(cellsOf));
  assert.deepEqual(
    shown.map(([kind, tokens]) => [kind, tokens]),
    [
      ['Input', total.inputTokens.toLocaleString('en')],
      ['Cached reads', total.cachedInputTokens.toLocaleString('en')],
      ['Sound heard', total.audioInputTokens.toLocaleString('en')],
      ['Output', total.outputTokens.toLocaleString('en')],
      ['Sound spoken', total.audioOutputTokens.toLocaleString('en')],
    ],
  );
  const half = `$${(total.costNano / 2e9).toFixed(2)}`;
  await page.getByText(`Another ${half} cannot be told apart by kind`).waitFor();
  assert.match(shown[3]![2]!, /^\$\d/, 'what the output cost');
  await page.getByText(`Of ${total.estimated} calls the provider did not report`).waitFor();

  const heard = page.getByRole('columnheader', { name: 'Sound heard' });
  assert.equal(await heard.count(), 0);
  await page.getByRole('switch', { name: 'Columns by kind' }).click();
  await heard.getByRole('button').click();
  await page.waitForURL(/kinds=true.*sort=audioInputTokens/);
  const sums = await cellsOf(page.getByRole('row', { name: /^Total/ }));
  assert.equal(sums[3], total.audioInputTokens.toLocaleString('en'));
  await page.reload();
  await heard.waitFor();
  assert.deepEqual(one.complaints, []);
});

test('call: what each attempt used and cost, and all of them together', options, async (t) => {
  const one = await visit(t);
  const { page } = one;
  const call = one.api.world.calls.find(({ status }) => status === 200)!;
  const first = { ...noUsage, inputTokens: 90, media: { audioInput: 70 } };
  const second = {
    ...noUsage,
    inputTokens: 90,
    outputTokens: 1_300,
    media: { audioInput: 70, imageOutput: 1_290 },
  };
  const attempt = { provider: 'ns/b/p', startedAfterMs: 1, durationMs: 5, outcome: 'ok' as const };
  call.id = 'painted';
  call.attempts = [
    { ...attempt, outcome: 'failed', usage: first, costNano: 900_000_000 },
    { ...attempt, usage: second, costNano: 4_000_000_000 },
  ];
  const both = { ...sumOf(first, second), serviceTier: 'priority' as const };
  call.llm = { ...call.llm!, usage: both, costNano: 4_900_000_000 };
  await logIn(one, '/calls/painted');
  const table = page.getByRole('table', { name: 'Usage of each attempt' });
  await table.waitFor();
  const rows = await Promise.all((await table.getByRole('row').all()).slice(1).map(cellsOf));
  assert.deepEqual(rows, [
    ['Input', '90', '90', '180'],
    ['Sound heard', '70', '70', '140'],
    ['Output', '0', '1,300', '1,300'],
    ['Pictures painted', '0', '1,290', '1,290'],
    ['Cost', '$0.90', '$4.00', '$4.90'],
  ]);
  const facts = page.locator('dl');
  assert.match(await facts.innerText(), /Tokens: pictures painted\s+1,290\s+Service tier\s+priority/);
  assert.deepEqual(one.complaints, []);
});
