/** The console of the real gateway with hostile names, sessions that end, and a gateway that goes away. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { askOpenAi } from '../../test/support/openai-client.ts';
import { closeBrowser, noBrowser, openTab } from './browser.ts';
import { logInWithToken, type RealGateway, startRealGateway } from './real-gateway.ts';

interface Form {
  /** Of a key that was made for it. */
  path: (key: string) => string;
  open: (page: Page) => Promise<void>;
  field: (page: Page) => Locator;
  typed: string;
  send: (page: Page) => Locator;
  /** What was typed was taken as it was. */
  done: (page: Page) => Promise<void>;
}

const keyFor = (form: string) => `typed-${form.replaceAll(' ', '-')}`;
const dialog = (page: Page) => page.getByRole('dialog', { name: /^Edit/ });
const formsWhileSessionsEnd: Record<string, Form> = {
  'a change': {
    path: (key) => `/keys/agentgateway-system/${encodeURIComponent(key)}`,
    open: (page) => page.getByRole('button', { name: 'Edit …' }).click(),
    field: (page) => dialog(page).getByLabel('Owner'),
    typed: 'after 🦊',
    send: (page) => dialog(page).getByRole('button', { name: 'Save' }),
    done: async (page) => {
      await dialog(page).waitFor({ state: 'hidden' });
      await page.getByText('after 🦊').first().waitFor();
    },
  },
  'a table': {
    path: () => '/keys/import',
    open: async () => undefined,
    field: (page) => page.getByRole('textbox', { name: 'Table' }),
    typed: 'name,owner\nfrom-a-table,someone',
    send: (page) => page.getByRole('button', { name: 'Check' }),
    done: (page) => page.getByRole('cell', { name: 'from-a-table' }).waitFor(),
  },
};

describe('the console of the real gateway, ill-treated', { skip: noBrowser }, () => {
  let gateway: RealGateway;
  before(async () => {
    gateway = await startRealGateway();
  });
  after(async () => {
    await closeBrowser();
    await gateway?.end();
  });

  test('markup and emoji are text everywhere', async (t) => {
    const owner = '"><img src=x onerror=document.title=1> 🦊 {{7*7}} \u202etxt';
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, '/keys');
    await page.getByRole('button', { name: 'Create key' }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('textbox', { name: 'Name', exact: true }).fill('hostile');
    await drawer.getByLabel('Owner').fill(owner);
    await drawer.getByRole('button', { name: 'Add to metadata' }).click();
    await drawer.getByLabel('Metadata: name 1').fill('<b>note</b>');
    await drawer.getByLabel('Metadata: value 1').fill('😀'.repeat(2_000));
    await drawer.getByRole('button', { name: 'Create key' }).click();
    const value = await drawer.getByLabel('Value of the key').inputValue();
    await drawer.getByRole('button', { name: 'I have stored it' }).click();
    await askOpenAi(gateway.traffic, value);
    await page.getByText(owner).filter({ visible: true }).first().waitFor();
    for (const path of ['/keys/agentgateway-system/hostile', '/calls', '/usage?range=today', '/']) {
      await page.goto(gateway.url + path);
      await page.getByText(owner).filter({ visible: true }).first().waitFor();
      const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
      assert.ok(Number(overflow) <= 0, path);
    }
    assert.match(await page.title(), /Tollgate/);
    assert.equal(await page.locator('img').count(), 0);
    assert.deepEqual(complaints, []);
  });

  test('10,000 characters are refused beside their field, or searched for, and nothing typed is lost', async (t) => {
    const long = 'x'.repeat(10_000);
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, '/keys');
    await page.getByRole('button', { name: 'Create key' }).click();
    const drawer = page.getByRole('dialog');
    const name = drawer.getByRole('textbox', { name: 'Name', exact: true });
    await name.fill(long);
    await drawer.getByRole('button', { name: 'Create key' }).click();
    await drawer.getByText('253 characters at most').waitFor();
    await name.fill('long-owner');
    await drawer.getByLabel('Owner').fill(long);
    await drawer.getByRole('button', { name: 'Create key' }).click();
    await drawer.getByText(/253/).first().waitFor();
    assert.equal(await drawer.getByLabel('Owner').inputValue(), long);
    await drawer.getByRole('button', { name: 'Cancel' }).click();
    await page.getByLabel('Search keys').fill(long);
    await page.getByText('No key matches').waitFor();
    await page.goto(`${gateway.url}/keys?search=${long}&page=9e99&order=%00`);
    await page.getByText('No key matches').waitFor();
    await page.goto(`${gateway.url}/keys/%3Cscript%3E/${long.slice(0, 3_000)}`);
    await page.getByText('there is no such key').waitFor();
    const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
    assert.ok(Number(overflow) <= 0);
    assert.deepEqual(complaints, []);
  });

  test('the gateway goes away and comes back with other sessions: what was typed is sent then', async (t) => {
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, '/keys');
    await page.getByRole('button', { name: 'Create key' }).click();
    const drawer = page.getByRole('dialog', { name: 'Create a virtual key' });
    await drawer.getByRole('textbox', { name: 'Name', exact: true }).fill('typed-before');
    await drawer.getByLabel('Owner').fill('someone');
    await gateway.goAway();
    await drawer.getByRole('button', { name: 'Create key' }).click();
    await page.getByText('admin API does not answer. What you see may be old').waitFor();
    assert.equal(await drawer.getByLabel('Owner').inputValue(), 'someone');

    await gateway.comeBack();
    const again = page.getByRole('dialog', { name: 'Your session has ended' });
    await again.getByLabel('Admin token or virtual key').fill(gateway.adminToken());
    await again.getByRole('button', { name: 'Log in' }).click();
    await again.waitFor({ state: 'hidden' });
    await page.getByText('admin API does not answer. What you see may be old').waitFor({ state: 'hidden' });
    assert.equal(await drawer.getByLabel('Owner').inputValue(), 'someone');
    await drawer.getByRole('button', { name: 'Create key' }).click();
    await page.getByLabel('Value of the key').waitFor();
    const { owner } = await gateway.admin<{ owner: string }>('GET', '/keys/agentgateway-system/typed-before');
    assert.equal(owner, 'someone');
    assert.deepEqual(complaints, []);
  });

  test('a session that was ended elsewhere while someone typed: the same form is sent after a new login', async (t) => {
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, '/budgets');
    await page.getByRole('button', { name: 'Create budget' }).first().click();
    const drawer = page.getByRole('dialog', { name: 'Create a budget' });
    await drawer.getByRole('textbox', { name: 'Name', exact: true }).fill('kept');
    await drawer.getByRole('textbox', { name: 'Limit', exact: true }).fill('12345');
    // Another tab logs out: the cookie is one for all of them.
    await page.context().clearCookies();
    await drawer.getByRole('button', { name: 'Create budget' }).click();
    const again = page.getByRole('dialog', { name: 'Your session has ended' });
    await again.getByLabel('Admin token or virtual key').fill('wrong');
    await again.getByRole('button', { name: 'Log in' }).click();
    await again.getByText('Not accepted.').waitFor();
    await again.getByLabel('Admin token or virtual key').fill(gateway.adminToken());
    await again.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('article', { name: 'kept' }).getByText('12.3K tokens').first().waitFor();
    assert.deepEqual(complaints, []);
  });

  test('addresses that nobody would type: what makes no sense is left out, what is too long is searched for', async (t) => {
    const long = encodeURIComponent('🦊<b>'.repeat(150));
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, '/keys');
    await page.getByRole('button', { name: 'Create key' }).waitFor();
    for (const [path, found] of [
      [`/usage?user=${long}&groupBy=__proto__,label:${long}&sort=constructor&page=1e309`, 'Nothing was used'],
      ['/usage?range=custom&from=9999-99-99&to=-1&bucket=eon&compare=war&page=-1', 'Usage and cost'],
      [`/calls?search=${long}&sort=toString&order=%00&before=${long}`, 'No call here'],
      ['/calls?before=nothing&sort=cost&order=asc&range=custom&from=x', 'No call here'],
      [`/models?search=${long}&sort=__proto__&page=0`, 'No model matches'],
      ['/?days=-7', 'Top users'],
    ] as const) {
      await page.goto(gateway.url + path);
      await page.getByText(found).first().waitFor();
      const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
      assert.ok(Number(overflow) <= 0, path.slice(0, 40));
    }
    assert.deepEqual(complaints, []);
  });

  test('a page that is only looked at says that the gateway is gone, and shows the new figures when it is back', async (t) => {
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, '/calls');
    const banner = page.getByText('admin API does not answer. What you see may be old');
    await page.getByRole('heading', { name: 'Calls' }).waitFor();
    await gateway.goAway();
    await page.getByRole('combobox', { name: 'Outcome' }).click();
    await page.getByRole('option', { name: 'Answered' }).click();
    await banner.waitFor();
    await gateway.comeBack();
    const again = page.getByRole('dialog', { name: 'Your session has ended' });
    await again.getByLabel('Admin token or virtual key').fill(gateway.adminToken());
    await again.getByRole('button', { name: 'Log in' }).click();
    await banner.waitFor({ state: 'hidden' });
    await page.getByRole('table', { name: 'Calls' }).getByText('Answered 200').first().waitFor();
    assert.equal(await page.getByText('That did not work').count(), 0);
    assert.deepEqual(complaints, []);
  });

  for (const [name, { path, open, field, typed, send, done }] of Object.entries(formsWhileSessionsEnd))
    test(`a session that ends while someone types ${name}`, async (t) => {
      const { page, complaints } = await openTab(t);
      await gateway.admin('POST', '/keys', { name: keyFor(name), owner: 'before' });
      await logInWithToken(page, gateway, path(keyFor(name)));
      await open(page);
      await field(page).fill(typed);
      await page.context().clearCookies();
      await send(page).click();
      const again = page.getByRole('dialog', { name: 'Your session has ended' });
      await again.getByLabel('Admin token or virtual key').fill(gateway.adminToken());
      await again.getByRole('button', { name: 'Log in' }).click();
      await again.waitFor({ state: 'hidden' });
      await done(page);
      assert.deepEqual(complaints, []);
    });
});
