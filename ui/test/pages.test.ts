import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { closeBrowser, logIn, noBrowser, visit } from './browser.ts';
import { figuresOf } from './fixture-data.ts';

after(closeBrowser);
const pictures = join(import.meta.dirname, '..', '..', 'test-results', 'console');
const options = { skip: noBrowser };

test(
  'usage: grouped, its total that of the ledger, state in the address, CSV of the same question',
  options,
  async (t) => {
    const one = await visit(t);
    const { page } = one;
    await logIn(one, '/usage?range=lastMonth&groupBy=model');
    await page.getByRole('columnheader', { name: 'Model' }).waitFor();
    const csv = new URL(
      (await page.getByRole('link', { name: 'Download CSV' }).getAttribute('href'))!,
      one.api.url,
    );
    const [from, to] = ['from', 'to'].map((name) => Date.parse(csv.searchParams.get(name)!));
    assert.equal(csv.searchParams.get('groupBy'), 'model');
    assert.equal(csv.searchParams.get('timeZone'), 'Europe/Berlin');
    const calls = one.api.world.calls.filter(({ startedAtMs: at }) => at >= from! && at < to!);
    const total = page.getByRole('row', { name: /^Total/ });
    const shown = (await total.getByRole('cell').allInnerTexts()).map((text) => text.replaceAll(',', ''));
    const { requests, tokens, costNano } = figuresOf(calls);
    assert.equal(shown[0], String(requests));
    assert.equal(shown[6], String(tokens));
    assert.equal(shown[7], `$${(costNano / 1e9).toFixed(2)}`);

    await page.getByRole('combobox', { name: 'Range' }).click();
    await page.getByRole('option', { name: 'Last 7 days' }).click();
    await page.waitForURL(/range=week/);
    await page.getByRole('button', { name: 'Requests' }).click();
    await page.waitForURL(/sort=requests&order=desc/);
    await page.getByRole('img', { name: 'Cost over time by model' }).waitFor();
    assert.deepEqual(one.complaints, []);
  },
);

test('usage: compared with the time before, shares by group, and drawn for paper', options, async (t) => {
  const one = await visit(t, { colorScheme: 'dark' });
  const { page } = one;
  await logIn(one, '/usage?range=week&groupBy=model');
  await page.getByRole('combobox', { name: 'Compare with' }).click();
  await page.getByRole('option', { name: 'The time before' }).click();
  await page.waitForURL(/compare=before/);
  await page.getByRole('columnheader', { name: 'Cost before' }).waitFor();
  const total = page.getByRole('row', { name: /^Total/ });
  const day = 86_400_000;
  const midnight = new Date(new Date().toLocaleDateString('en-US', { timeZone: 'UTC' })).getTime();
  const spent = one.api.world.calls.some(({ startedAtMs: at }) => at < midnight - 8 * day);
  assert.ok(spent, 'there is something before');
  assert.match((await total.getByRole('cell').allInnerTexts())[9]!, /^[+−][\d,]+ %$/);
  await page.getByRole('img', { name: 'Share of cost by model' }).waitFor();

  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  await page.setViewportSize({ width: 720, height: 1000 });
  assert.ok(!(await page.getByRole('button', { name: 'Print' }).isVisible()));
  assert.ok(!(await page.getByRole('navigation').isVisible()));
  const paper = await page.evaluate('getComputedStyle(document.body).backgroundColor');
  assert.equal(paper, 'rgb(255, 255, 255)');
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, 'usage-print.png'), fullPage: true });
  await page.pdf({ path: join(pictures, 'usage.pdf'), format: 'A4', preferCSSPageSize: true });
  const table = await page.getByRole('table', { name: 'Usage by group' }).boundingBox();
  assert.ok(
    table!.x >= 0 && table!.x + table!.width <= 720,
    `the table is as wide as the paper: ${JSON.stringify(table)}`,
  );
  assert.deepEqual(one.complaints, []);
});

test('calls: filtered, live, and one opened with what the gateway decided', options, async (t) => {
  const one = await visit(t);
  const { page } = one;
  await logIn(one, '/calls');
  await page.getByRole('switch', { name: 'Live' }).press('Space');
  await page.waitForURL(/live=true/);
  const rows = page.getByRole('table', { name: 'Calls' }).getByRole('row');
  await rows.nth(50).waitFor();
  await one.api.tailed();
  one.api.tellCall();
  await rows.nth(51).waitFor();

  await page.goto(`${one.api.url}/calls?outcome=refused`);
  await page.getByText('Refused 429').first().waitFor();
  assert.equal(await page.getByText('Answered 200').count(), 0);
  await rows.nth(1).getByRole('link').click();
  await page.getByText('99,870 of 100,000 tokens used').first().waitFor();
  await page.getByText('Nothing was charged').waitFor();
  assert.deepEqual(one.complaints, []);
});

test('budgets: made, changed without losing what the form does not show, deleted', options, async (t) => {
  const one = await visit(t);
  const { page } = one;
  const [first] = one.api.world.budgets;
  first!.spec.alerts = [{ atPercent: 80, webhook: 'finance' }];
  await logIn(one, '/budgets');
  await page.getByRole('button', { name: 'Edit engineering-daily' }).click();
  const drawer = page.getByRole('dialog');
  await drawer.getByRole('textbox', { name: 'Limit', exact: true }).fill('200000');
  await drawer.getByRole('button', { name: 'Save' }).click();
  await page.getByText('engineering-daily is saved and in force.').waitFor();
  await drawer.waitFor({ state: 'hidden' });
  assert.deepEqual(first!.spec.limit, { tokens: 200_000 });
  assert.deepEqual(first!.spec.alerts, [{ atPercent: 80, webhook: 'finance' }]);
  assert.deepEqual(first!.spec.window, { calendar: 'Day', timeZone: 'Europe/Berlin' });

  await page.getByRole('button', { name: 'Create budget' }).click();
  await drawer.getByRole('textbox', { name: 'Name', exact: true }).fill('broken');
  await drawer.getByRole('textbox', { name: 'Limit', exact: true }).fill('lots');
  await drawer.getByRole('button', { name: 'Create budget' }).click();
  await drawer.getByText('Enter the limit').waitFor();
  await drawer.getByRole('textbox', { name: 'Limit', exact: true }).fill('10');
  await drawer.getByRole('button', { name: 'Create budget' }).click();
  await drawer.getByText('this name is taken').waitFor();
  await drawer.getByRole('textbox', { name: 'Name', exact: true }).fill('search-monthly');
  await drawer.getByRole('combobox', { name: 'Limit in' }).click();
  await page.getByRole('option', { name: 'US dollars' }).click();
  await drawer.getByRole('textbox', { name: 'Limit', exact: true }).fill('25.50');
  await drawer.getByRole('button', { name: 'Create budget' }).click();
  await page.getByRole('article', { name: 'search-monthly' }).waitFor();
  const made = one.api.world.budgets.find(({ name }) => name === 'search-monthly');
  assert.deepEqual(made?.spec.limit, { usd: '25.50' });

  await page.getByRole('button', { name: 'Delete broken' }).click();
  await page.getByRole('button', { name: 'Delete budget' }).click();
  await page.getByRole('article', { name: 'broken' }).waitFor({ state: 'hidden' });
  assert.deepEqual(one.complaints, []);
});

test('the holder of a key sees that key and nothing else', options, async (t) => {
  const one = await visit(t);
  const { page } = one;
  await page.goto(`${one.api.url}/keys`);
  await page.getByLabel('Admin token or virtual key').fill(one.api.holderKey);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'My key' }).waitFor();
  await page.waitForURL(/\/me$/);
  await page.getByText('agentgateway-system/engineering-daily').first().waitFor();
  assert.equal(await page.getByRole('link', { name: 'Virtual keys' }).count(), 0);
  await page.goto(`${one.api.url}/usage`);
  await page.waitForURL(/\/me$/);
  await page.getByRole('button', { name: 'Log out' }).click();
  await logIn(one, '/keys');
  await page.getByText('1–50 of 131').waitFor();
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByLabel('Admin token or virtual key').fill(one.api.holderKey);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.waitForURL(/\/me$/);
  assert.deepEqual(one.complaints, []);
});

test('overview says how all stands, and leads on to usage', options, async (t) => {
  const one = await visit(t);
  await logIn(one, '/');
  const health = one.page.getByRole('region', { name: 'Health' });
  for (const text of ['Counters and ledger agree', 'All of it is in force', /^anthropic: \w+ of \d+ failed$/])
    await health.getByText(text).waitFor();
  await one.page.getByRole('region', { name: 'Top users' }).getByRole('link').first().click();
  await one.page.waitForURL(/\/usage\?user=/);
  await one.page.getByRole('img', { name: 'Cost over time by model' }).waitFor();
  assert.deepEqual(one.complaints, []);
});

test('the JavaScript that the first page needs is below 300 kB compressed', () => {
  const dist = join(import.meta.dirname, '..', 'dist');
  const page = readFileSync(join(dist, 'index.html'), 'utf8');
  const files = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map(([, path]) => path!);
  const bytes = files.reduce((sum, path) => sum + gzipSync(readFileSync(join(dist, path))).length, 0);
  assert.ok(files.length > 0 && bytes < 300_000, `${files.length} files, ${bytes} bytes`);
});
