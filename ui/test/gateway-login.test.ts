/** Logging in to the console of the real gateway: by a real OpenID provider, and with a user's password. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import {
  clientId,
  clientSecret,
  type OpenIdProvider,
  startOpenIdProvider,
} from '../../src/admin/openid-provider.fixture.ts';
import { axeFinds } from './axe.ts';
import { closeBrowser, noBrowser, openTab } from './browser.ts';
import { movementEnds } from './movement.ts';
import { logInWithToken, type RealGateway, startRealGateway } from './real-gateway.ts';

/** To be looked at; not part of the repository. */
const folder = join(import.meta.dirname, '..', '..', 'test-results', 'console-real');
const password = 'correct horse battery';

async function inspect(page: Page, name: string): Promise<void> {
  await page.evaluate(movementEnds);
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  assert.deepEqual(await axeFinds(page), [], name);
  const overflow = Number(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'));
  assert.ok(overflow <= 0, `${name} is ${overflow} px wider than the screen`);
}

async function fillProvider(page: Page, user: string): Promise<void> {
  await page.getByLabel('User').fill(user);
  await page.getByRole('button', { name: 'Continue' }).click();
}

async function logInWithPassword(page: Page, user: string, secret: string): Promise<void> {
  await page.getByRole('textbox', { name: 'User' }).fill(user);
  await page.getByLabel('Password', { exact: true }).fill(secret);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
}

describe('logging in to the console of the real gateway', { skip: noBrowser, timeout: 300_000 }, () => {
  let gateway: RealGateway;
  let provider: OpenIdProvider;
  const endings: (() => void)[] = [];
  before(async () => {
    mkdirSync(folder, { recursive: true });
    const secretFile = join(mkdtempSync(join(tmpdir(), 'oidc-')), 'secret');
    writeFileSync(secretFile, clientSecret);
    const ending = { after: (end: () => void) => void endings.push(end), diagnostic: () => undefined };
    provider = await startOpenIdProvider(ending, () => `${gateway.url}/api/v1/oidc/callback`);
    Object.assign(provider.people, {
      anna: { email: 'anna@example.com', email_verified: true, groups: ['everyone', 'platform'] },
      lee: { email: 'lee@example.com', email_verified: true, groups: 'research' },
      eve: { email: 'eve@example.com', email_verified: true, groups: ['others'] },
    });
    gateway = await startRealGateway([
      ...['--oidc-issuer', provider.issuer, '--oidc-client-id', clientId],
      ...['--oidc-client-secret-file', secretFile, '--oidc-name', 'Example ID'],
      ...['--oidc-roles', 'platform=admin,research=owner:research'],
      ...['--oidc-scopes', 'openid profile email groups'],
    ]);
  });
  after(async () => {
    await closeBrowser();
    await gateway?.end();
    for (const end of endings) end();
  });

  test('by the identity provider, back to the page that was asked for, with the role of the groups', async (t) => {
    const { page, complaints } = await openTab(t);
    await page.goto(`${gateway.url}/keys?search=anna`);
    await page.getByRole('link', { name: 'Log in with Example ID' }).press('Enter');
    await fillProvider(page, 'anna');
    await page.waitForURL(`${gateway.url}/keys?search=anna`);
    await page.getByText('anna@example.com (Admin)').waitFor();
    await page.getByText('anthropic-api-key/anna').waitFor();
    const cookies = await page.context().cookies(gateway.url);
    assert.deepEqual(
      cookies.map(({ name, httpOnly, sameSite }) => [name, httpOnly, sameSite]),
      [['tollgate_session', true, 'Strict']],
    );
    await page.getByRole('button', { name: 'Log out' }).click();
    const leave = page.getByRole('link', { name: 'Log out at Example ID too' });
    await leave.waitFor();
    const status = await page.evaluate("fetch('/api/v1/session').then((answer) => answer.status)");
    assert.equal(status, 401, 'the session here has ended already');
    await inspect(page, 'logged-out');
    await leave.click();
    await page.getByRole('button', { name: 'Yes, sign me out' }).click();
    await page.getByText('Sign-out Success').waitFor();
    await page.goto(gateway.url);
    await page.getByRole('link', { name: 'Log in with Example ID' }).click();
    await page.getByLabel('User').waitFor();

    const other = await openTab(t);
    await other.page.goto(gateway.url);
    await other.page.getByRole('link', { name: 'Log in with Example ID' }).click();
    await fillProvider(other.page, 'lee');
    await other.page.getByText('lee@example.com (Owner)').waitFor();
    assert.deepEqual([...complaints, ...other.complaints], []);
  });

  test('who has no role is told so, and a login that was cancelled too; the one-time link opens all the same', async (t) => {
    const { page, complaints } = await openTab(t, { colorScheme: 'dark', width: 360 });
    await page.goto(gateway.url);
    await page.getByRole('link', { name: 'Log in with Example ID' }).click();
    await fillProvider(page, 'eve');
    await page.getByText('none of your groups has a role here').waitFor();
    assert.equal(page.url(), `${gateway.url}/`, 'the address tells nothing of it any more');
    await inspect(page, 'login-no-role-narrow-dark');
    const other = await openTab(t);
    await other.page.goto(gateway.url);
    await other.page.getByRole('link', { name: 'Log in with Example ID' }).click();
    await other.page.getByRole('button', { name: 'Cancel' }).click();
    await other.page.getByText('it refused, or the login was cancelled there').waitFor();
    await inspect(other.page, 'login-cancelled');
    await other.page.goto(gateway.loginUrl());
    await other.page.getByRole('heading', { name: 'Overview' }).waitFor();
    assert.deepEqual([...complaints, ...other.complaints], []);
  });

  test('a session that ends while somebody types goes on after a login in another tab', async (t) => {
    const { page, complaints } = await openTab(t);
    await page.goto(`${gateway.url}/keys`);
    await page.getByRole('link', { name: 'Log in with Example ID' }).click();
    await fillProvider(page, 'anna');
    await page.getByRole('button', { name: 'Create key' }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('textbox', { name: 'Name', exact: true }).fill('typed-before');
    await page.context().clearCookies({ name: 'tollgate_session' });
    await drawer.getByRole('button', { name: 'Create key' }).click();
    await page.getByText('Your session has ended').waitFor();
    const opened = page.context().waitForEvent('page');
    await page.getByRole('link', { name: 'Log in with Example ID' }).click();
    const second = await opened;
    // The provider knows who it is still.
    await second.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.bringToFront();
    await page.evaluate('window.dispatchEvent(new Event("focus"))');
    await page.getByLabel('Value of the key').waitFor();
    assert.deepEqual(complaints, []);
  });

  test('a user is made in the settings, logs in, changes the password, and ends when disabled', async (t) => {
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, '/settings?tab=users');
    await page.getByText('research → Owner of research').waitFor();
    await page.getByText(`${gateway.url}/api/v1/oidc/callback`).waitFor();
    await page.getByRole('button', { name: 'Create user' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('mo');
    await dialog.getByRole('textbox', { name: 'Password' }).fill('short');
    await dialog.getByRole('button', { name: 'Create user' }).click();
    await dialog.getByText('At least 12 characters.', { exact: true }).waitFor();
    await dialog.getByRole('textbox', { name: 'Password' }).fill(password);
    await inspect(page, 'create-user');
    await dialog.getByRole('button', { name: 'Create user' }).click();
    const table = page.getByRole('table', { name: 'Users' });
    await table.getByText('mo', { exact: true }).waitFor();
    await inspect(page, 'users');

    const other = await openTab(t, { colorScheme: 'dark' });
    await other.page.goto(gateway.url);
    await logInWithPassword(other.page, 'mo', 'not this one');
    await other.page.getByText('User or password is wrong').waitFor();
    await inspect(other.page, 'login-password-dark');
    await logInWithPassword(other.page, 'Mo', password);
    await other.page.getByText('mo (Viewer)').waitFor();
    await other.page.getByRole('button', { name: 'Change password' }).click();
    const change = other.page.getByRole('dialog');
    await change.getByRole('textbox', { name: 'Password until now' }).fill('not this one');
    await change.getByRole('textbox', { name: 'New password' }).fill('another horse battery');
    await change.getByRole('button', { name: 'Change password' }).click();
    await change.getByText('this is not the password until now').waitFor();
    await inspect(other.page, 'change-password-dark');
    await change.getByRole('textbox', { name: 'Password until now' }).fill(password);
    await change.getByRole('button', { name: 'Change password' }).click();
    await other.page.getByText('Your password is changed').waitFor();
    await other.page.goto(`${gateway.url}/usage`);
    await other.page.getByRole('heading', { name: 'Usage and cost' }).waitFor();

    await table.getByRole('button', { name: 'Disable mo' }).click();
    await table.getByText('Disabled').waitFor();
    await other.page.goto(`${gateway.url}/keys`);
    await other.page.getByRole('button', { name: 'Log in', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Delete mo' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete mo' }).click();
    await page.getByText('No user yet').waitFor();
    await page.goto(`${gateway.url}/settings?tab=audit&object=User/`);
    const changes = page.getByRole('table', { name: 'Changes' });
    for (const action of ['users.create', 'users.password', 'users.change', 'users.delete'])
      await changes.getByText(action).first().waitFor();
    assert.deepEqual([...complaints, ...other.complaints], []);
  });
});
