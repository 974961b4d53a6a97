/** Keys of the real gateway: changed, changed by two at once, made by the dozen and from a table. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { askOpenAi } from '../../test/support/openai-client.ts';
import type { Key } from '../src/api/types.ts';
import { closeBrowser, noBrowser, openTab } from './browser.ts';
import { logInWithToken, type RealGateway, startRealGateway } from './real-gateway.ts';

const path = (name: string) => `/keys/agentgateway-system/${name}`;

describe('keys in the console of the real gateway', { skip: noBrowser, timeout: 300_000 }, () => {
  let gateway: RealGateway;
  before(async () => {
    gateway = await startRealGateway();
  });
  after(async () => {
    await closeBrowser();
    await gateway?.end();
  });
  const keyOf = (name: string) => gateway.admin<Key>('GET', path(name));

  test('a key is changed field by field; what the form does not touch stays', async (t) => {
    await gateway.admin('POST', '/keys', {
      name: 'changed',
      owner: 'lee',
      labels: { team: 'search', floor: '3' },
      metadata: { user_id: 'lee', level: 4 },
      limits: { requestsPerMinute: 60 },
      expiresAt: '2031-01-01T10:00:30Z',
    });
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, path('changed'));
    await page.getByRole('button', { name: 'Edit …' }).click();
    const drawer = page.getByRole('dialog', { name: 'Edit changed' });
    await drawer.getByRole('button', { name: 'Save' }).click();
    await drawer.getByText('Nothing is changed yet.').waitFor();
    await drawer.getByLabel('Owner').fill('kim');
    await drawer.getByRole('button', { name: 'Labels: remove entry 2' }).click();
    await drawer.getByLabel('Requests per minute').fill('');
    await drawer.getByLabel('Tokens per minute').fill('9000');
    await drawer.getByRole('button', { name: 'Save' }).click();
    await page.getByText('changed is changed').waitFor();
    const { owner, labels, metadata, limits, expiresAt } = await keyOf('changed');
    assert.deepEqual([owner, labels, limits], ['kim', { team: 'search' }, { tokensPerMinute: 9_000 }]);
    assert.deepEqual(metadata, { user_id: 'lee', level: 4 });
    assert.equal(expiresAt, '2031-01-01T10:00:30Z');

    await page.getByRole('button', { name: 'Edit …' }).click();
    await drawer.getByLabel('Allowed addresses').fill('10.0.0.0/99');
    await drawer.getByRole('button', { name: 'Save' }).click();
    await drawer.getByText('must be a CIDR block').waitFor();
    const bars = page.getByRole('region', { name: 'Budgets it draws on', includeHidden: true });
    await bars.getByText('Tokens per minute, of this key').waitFor();
    await bars.getByText('of 9K tokens').waitFor();
    assert.deepEqual(complaints, []);
  });

  test('two administrators at one key: the second sees what the first did and loses nothing', async (t) => {
    await gateway.admin('POST', '/keys', { name: 'shared', owner: 'first', labels: { team: 'a' } });
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, path('shared'));
    await page.getByRole('button', { name: 'Edit …' }).click();
    const drawer = page.getByRole('dialog', { name: 'Edit shared' });
    await drawer.getByLabel('Owner').fill('mine');
    await gateway.admin('PATCH', path('shared'), { owner: 'theirs', allowedModels: ['claude-*'] });
    await drawer.getByRole('button', { name: 'Save' }).click();
    const conflict = drawer.getByRole('alert');
    const row = conflict.getByRole('row', { name: /^Owner/ });
    await row.waitFor();
    assert.deepEqual(await row.getByRole('cell').allInnerTexts(), ['first', 'theirs', 'mine']);
    await conflict
      .getByRole('row', { name: /^Allowed models/ })
      .getByText('not changed by you')
      .waitFor();
    assert.equal(await drawer.getByLabel('Owner').inputValue(), 'mine');
    assert.equal((await keyOf('shared')).owner, 'theirs', 'nothing is written before it is decided');
    await conflict.getByRole('button', { name: 'Save mine' }).click();
    await drawer.waitFor({ state: 'hidden' });
    const after = await keyOf('shared');
    assert.deepEqual([after.owner, after.allowedModels, after.labels], ['mine', ['claude-*'], { team: 'a' }]);

    await page.getByRole('button', { name: 'Edit …' }).click();
    await drawer.getByLabel('Owner').fill('mine again');
    await gateway.admin('PATCH', path('shared'), { owner: 'theirs again' });
    await drawer.getByRole('button', { name: 'Save' }).click();
    await drawer.getByRole('button', { name: 'Drop mine, show theirs' }).click();
    await drawer.getByRole('alert').waitFor({ state: 'hidden' });
    assert.equal(await drawer.getByLabel('Owner').inputValue(), 'theirs again');
    assert.deepEqual(complaints, []);
  });

  test('a table: its errors are shown row by row before anything is made, then values are taken along', async (t) => {
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, '/keys');
    await page.getByRole('link', { name: 'Create many …' }).click();
    await page.getByRole('textbox', { name: 'Table' }).fill('name,colour\na,red');
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('a column “colour”, which no key has').waitFor();
    const table = [
      'Name;Owner;label:team;allowedModels;requestsPerMinute;allowedCIDRs',
      'csv-one;"Kim; Lee";platform;claude-*|gpt-*;60;',
      'csv-two;<b>bold</b>;platform;;;10.0.0.0/8',
      'Wrong Name;x;;;;',
      'csv-one;twice;;;;',
      'csv-three;x;;;many;',
      'csv-four;x;;;;10.0.0.0/99',
    ].join('\r\n');
    await page.getByRole('textbox', { name: 'Table' }).fill(table);
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('2 can be made, 4 can not.').waitFor();
    const rows = page.getByRole('table', { name: 'What would become of each row' }).getByRole('row');
    await rows.nth(1).getByText('Wrong Name').waitFor();
    await rows.nth(2).getByText('name: this name is taken').waitFor();
    await rows
      .nth(3)
      .getByText(/limits\.requestsPerMinute/)
      .waitFor();
    await rows
      .nth(4)
      .getByText(/allowedCIDRs/)
      .waitFor();
    assert.equal((await gateway.admin<{ total: number }>('GET', '/keys?search=csv-')).total, 0);

    await page.getByRole('button', { name: 'Change the table' }).click();
    assert.equal(
      await page.getByRole('textbox', { name: 'Table' }).inputValue(),
      table.replaceAll('\r\n', '\n'),
      'it is still there',
    );
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByRole('button', { name: 'Create the 2 that can be made' }).click();
    await page.getByText('2 keys are made').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download names and values (CSV)' }).click(),
    ]);
    const lines = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\r\n');
    assert.equal(lines[0], 'name,owner,value');
    const value = /^csv-one,Kim; Lee,(tg_\S+)$/.exec(lines[1]!)?.[1];
    assert.ok((await askOpenAi(gateway.traffic, value!)).outputTokens > 0);
    const { owner, labels, allowedModels, limits } = await keyOf('csv-one');
    assert.deepEqual(
      [owner, labels, allowedModels, limits],
      ['Kim; Lee', { team: 'platform' }, ['claude-*', 'gpt-*'], { requestsPerMinute: 60 }],
    );
    page.once('dialog', (dialog) => void dialog.dismiss());
    await page.getByRole('link', { name: 'Budgets' }).click();
    await page.getByText('2 keys are made').waitFor();
    await page.getByRole('button', { name: 'I have stored them' }).click();
    await page.getByRole('link', { name: 'csv-two' }).waitFor();
    assert.ok(!(await page.content()).includes(value!));
    assert.deepEqual(complaints, []);
  });

  test('a thousand at once, by number', async (t) => {
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, '/keys/import');
    await page.getByRole('tab', { name: 'By number' }).click();
    await page.getByLabel('Begin of each name').fill('workshop');
    await page.getByLabel('How many').fill('1000');
    await page.getByLabel('Owner').fill('course');
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByRole('button', { name: 'Create 1,000 keys' }).click();
    await page.getByText('1,000 keys are made').waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'I have stored them' }).click();
    await page.getByText(/^1–50 of 1,0\d\d$/).waitFor();
    assert.equal((await keyOf('workshop-0777')).owner, 'course');
    assert.deepEqual(complaints, []);
  });
});
