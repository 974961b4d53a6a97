import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeBrowser, logIn, noBrowser, visit } from './browser.ts';

after(closeBrowser);
const options = { skip: noBrowser };

test('a one-time link logs in once and leaves the address', options, async (t) => {
  const one = await visit(t);
  await logIn(one, '/keys?status=disabled');
  await one.page.getByRole('heading', { name: 'Virtual keys' }).waitFor();
  assert.equal(new URL(one.page.url()).search, '?status=disabled');
  assert.equal(await one.page.evaluate('document.cookie'), '', 'the session is out of reach for scripts');

  await one.page.getByRole('button', { name: 'Log out' }).click();
  await logIn(one);
  await one.page.getByText('was used already').waitFor();
  await one.page.getByLabel('Admin token or virtual key').fill('wrong');
  await one.page.getByRole('button', { name: 'Log in' }).click();
  await one.page.getByText('Not accepted.').waitFor();
  await one.page.getByLabel('Admin token or virtual key').fill(one.api.adminToken);
  await one.page.getByRole('button', { name: 'Log in' }).click();
  await one.page.getByRole('table', { name: 'Virtual keys' }).waitFor();
  assert.deepEqual(one.complaints, []);
});

test('a key is created, its value shown once, and found in the list', options, async (t) => {
  const one = await visit(t);
  const { page } = one;
  await logIn(one);
  await page.getByRole('button', { name: 'Create key' }).click();
  const drawer = page.getByRole('dialog');
  await drawer.getByRole('textbox', { name: 'Name', exact: true }).fill('Key-000');
  await drawer.getByRole('button', { name: 'Create key' }).click();
  await drawer.getByText('Use lower-case letters').waitFor();
  await drawer.getByRole('textbox', { name: 'Name', exact: true }).fill('key-000');
  await drawer.getByRole('button', { name: 'Create key' }).click();
  await drawer.getByText('this name is taken').waitFor();

  await drawer.getByRole('textbox', { name: 'Name', exact: true }).fill('laptop-of-anna');
  await drawer.getByLabel('Owner').fill('<img src=x onerror=alert(1)> 🦊');
  await drawer.getByRole('button', { name: 'Add to labels' }).click();
  await drawer.getByLabel('Labels: name 1').fill('team');
  await drawer.getByLabel('Labels: value 1').fill('search');
  await drawer.getByLabel('Allowed models').fill('claude-*');
  await drawer.getByLabel('Tokens per minute').fill('5000');
  await drawer.getByRole('button', { name: 'Create key' }).click();

  const value = drawer.getByLabel('Value of the key');
  await value.waitFor();
  assert.equal(await value.inputValue(), 'tg_fixture_laptop-of-anna_x9Qz');
  await drawer.getByRole('tab', { name: 'Claude Code' }).click();
  await drawer.getByText('ANTHROPIC_AUTH_TOKEN=tg_fixture_laptop-of-anna_x9Qz').waitFor();
  await drawer.getByText('ANTHROPIC_BASE_URL=http://127.0.0.1:8090').waitFor();
  await page.keyboard.press('Escape');
  assert.ok(await value.isVisible(), 'Escape does not take the value away');
  await drawer.getByRole('button', { name: 'I have stored it' }).click();
  await drawer.waitFor({ state: 'hidden' });
  assert.ok(
    !(await page.content()).includes('tg_fixture_laptop'),
    'the value is nowhere in the page any more',
  );

  const stored = one.api.world.keys.find(({ name }) => name === 'laptop-of-anna');
  assert.deepEqual(stored?.labels, { team: 'search' });
  assert.deepEqual(stored?.limits, { tokensPerMinute: 5_000 });
  assert.deepEqual(stored?.allowedModels, ['claude-*']);
  await page.getByLabel('Search keys').fill('laptop-of-anna');
  await page.getByRole('link', { name: 'laptop-of-anna' }).waitFor();
  await page.getByText('<img src=x onerror=alert(1)> 🦊').waitFor();
  assert.deepEqual(one.complaints, []);
});

test('search, status, order and page are in the address and come back from it', options, async (t) => {
  const one = await visit(t);
  const { page } = one;
  await logIn(one);
  await page.getByText('1–50 of 131').waitFor();
  await page.getByRole('button', { name: 'Next page' }).click();
  await page.waitForURL(/page=2/);
  await page.getByText('51–100 of 131').waitFor();
  await page.getByRole('button', { name: 'Spend this month' }).click();
  await page.waitForURL(/sort=spend&order=desc$/);
  await page.getByLabel('Search keys').fill('finance');
  await page.waitForURL(/search=finance/);
  await page.getByRole('combobox', { name: 'Status' }).click();
  await page.getByRole('option', { name: 'Disabled' }).click();
  await page.waitForURL(/status=disabled/);
  const shown = async () => {
    await page.getByText(/^1–\d of \d$/).waitFor();
    return page.getByRole('row').allInnerTexts();
  };
  const before = await shown();
  await page.reload();
  assert.deepEqual(await shown(), before);
  assert.equal(await page.getByLabel('Search keys').inputValue(), 'finance');
  await page.goBack();
  await page.waitForURL((url) => !url.search.includes('status'));
  await page.goto(`${one.api.url}/keys?page=-3&status=%3Cscript%3E&sort=nonsense`);
  await page.getByText('1–50 of 131').waitFor();
  assert.deepEqual(one.complaints, []);
});

test('a session that ends while someone types: logged in again, nothing is lost', options, async (t) => {
  const one = await visit(t);
  const { page } = one;
  await logIn(one);
  await page.getByRole('button', { name: 'Create key' }).click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('typed-before');
  await page.getByLabel('Owner').fill('someone');
  one.api.expireSessions();
  await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
  const again = page.getByRole('dialog', { name: 'Your session has ended' });
  await again.getByLabel('Admin token or virtual key').fill(one.api.adminToken);
  await again.getByRole('button', { name: 'Log in' }).click();
  await page.getByLabel('Value of the key').waitFor();
  assert.equal(one.api.world.keys.find(({ name }) => name === 'typed-before')?.owner, 'someone');
  assert.deepEqual(one.complaints, []);
});

test('rotate, disable and delete say what they do', options, async (t) => {
  const one = await visit(t);
  const { page } = one;
  await logIn(one, '/keys/agentgateway-system/key-001');
  await page.getByRole('heading', { name: 'key-001' }).waitFor();
  await page.getByRole('button', { name: 'Rotate …' }).click();
  await page.getByRole('button', { name: 'Make a new value' }).click();
  assert.equal(await page.getByLabel('Value of the key').inputValue(), 'tg_fixture_key-001_new1');
  await page.getByRole('button', { name: 'I have stored it' }).click();
  await page.getByRole('button', { name: 'Disable' }).click();
  await page.getByText('calls with it are refused from now on').waitFor();
  await page.getByRole('button', { name: 'Enable' }).waitFor();
  await page.getByRole('button', { name: 'Delete …' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete key-001?' });
  await dialog.getByText('It cannot be undone').waitFor();
  assert.ok(await dialog.getByRole('button', { name: 'Delete for ever' }).isDisabled());
  await dialog.getByLabel('Name of the key').fill('key-001');
  await dialog.getByRole('button', { name: 'Delete for ever' }).click();
  await page.waitForURL(/\/keys$/);
  assert.ok(!one.api.world.keys.some(({ name }) => name === 'key-001'));
  assert.deepEqual(one.complaints, []);
});

test('the API goes away and comes back: the page says so and recovers', options, async (t) => {
  const one = await visit(t);
  const { page } = one;
  await logIn(one);
  await page.getByText('1–50 of 131').waitFor();
  await one.api.goAway();
  await page.getByRole('button', { name: 'Next page' }).click();
  const banner = page.getByText('admin API does not answer. What you see may be old');
  await banner.waitFor();
  await one.api.comeBack();
  await banner.waitFor({ state: 'hidden' });
  await page.getByText('51–100 of 131').waitFor();
  assert.equal(await page.getByText('That did not work').count(), 0);
});
