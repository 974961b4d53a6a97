/** Logins with roles and the audit log, in the console of the real gateway. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, type TestContext, test } from 'node:test';
import { axeFinds } from './axe.ts';
import { closeBrowser, noBrowser, openTab } from './browser.ts';
import { logInWithToken, type RealGateway, startRealGateway } from './real-gateway.ts';

describe('settings in the console of the real gateway', { skip: noBrowser, timeout: 300_000 }, () => {
  let gateway: RealGateway;
  before(async () => {
    gateway = await startRealGateway();
  });
  after(async () => {
    await closeBrowser();
    await gateway?.end();
  });

  test('a token with a role is made, shown once, used, and ends when it is deleted', async (t) => {
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, '/settings');
    await page.getByRole('button', { name: 'Create token' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Not A Name');
    await dialog.getByRole('button', { name: 'Create token' }).click();
    await dialog.getByText('Use lower-case letters').waitFor();
    await dialog.getByLabel('Name').fill('finance-anna');
    await dialog.getByRole('combobox', { name: 'Role' }).click();
    await page.getByRole('option', { name: /^Owner/ }).click();
    await dialog.getByRole('button', { name: 'Create token' }).click();
    await dialog.getByText('Say which team.').waitFor();
    await dialog.getByRole('combobox', { name: 'Role' }).click();
    await page.getByRole('option', { name: /^Viewer/ }).click();
    await dialog.getByRole('button', { name: 'Create token' }).click();
    const value = await dialog.getByLabel('Value of the token').inputValue();
    await page.keyboard.press('Escape');
    await dialog.getByRole('button', { name: 'I have stored it' }).click();
    const table = page.getByRole('table', { name: 'Admin tokens' });
    await table.getByText('finance-anna').waitFor();
    assert.ok(!(await page.content()).includes(value));

    const second = await openTab(t);
    await second.page.goto(`${gateway.url}/keys`);
    await second.page.getByLabel('Admin token or virtual key').fill(value);
    await second.page.getByRole('button', { name: 'Log in' }).click();
    await second.page.getByText('finance-anna (Viewer)').waitFor();
    await second.page.getByText('anthropic-api-key/anna').waitFor();
    await second.page.getByRole('button', { name: 'Create key' }).click();
    const drawer = second.page.getByRole('dialog');
    await drawer.getByRole('textbox', { name: 'Name', exact: true }).fill('not-mine-to-make');
    await drawer.getByRole('button', { name: 'Create key' }).click();
    await drawer.getByText('Your login may not do this').waitFor();
    assert.equal(
      await drawer.getByRole('textbox', { name: 'Name', exact: true }).inputValue(),
      'not-mine-to-make',
    );

    await table.getByRole('button', { name: 'Delete finance-anna' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete finance-anna' }).click();
    await page.getByText('No token but that of the data directory.').waitFor();
    await second.page.goto(`${gateway.url}/keys`);
    await second.page.getByRole('button', { name: 'Log in' }).waitFor();
    assert.deepEqual([...complaints, ...second.complaints], []);
  });

  test('a webhook of a budget is listed, tested with a click, and what it answers is shown', async (t) => {
    const hook = await startReceiver(t);
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, '/settings?tab=webhooks');
    await page.getByText('No budget sends alerts').waitFor();
    assert.deepEqual(await axeFinds(page), []);
    await gateway.admin('POST', '/resources:apply', { yaml: hook.secret });
    await gateway.admin('POST', '/budgets', {
      name: 'told-daily',
      spec: {
        limit: { requests: 1_000 },
        window: { calendar: 'Day' },
        alerts: [{ atPercent: 80, webhook: 'finance' }],
      },
    });
    await page.reload();
    const row = page.getByRole('table', { name: 'Webhooks' }).getByRole('row').nth(1);
    await row.getByText(hook.origin).waitFor();
    await row.getByText('at 80 %').waitFor();
    await row.getByRole('button', { name: 'Send a test to finance' }).press('Enter');
    await page.getByText(/^finance took the test: it answered 200 in /).waitFor();
    await row.getByText('a test', { exact: true }).waitFor();
    assert.equal(hook.received[0]!.type, 'tollgate.webhook.test');
    assert.ok(hook.received[0]!.isSignedRight);
    hook.answer.status = 503;
    await row.getByRole('button', { name: 'Send a test to finance' }).click();
    await page.getByText(/^finance did not take the test: it answered 503 \(/).waitFor();
    await row.getByText('it answered 503', { exact: true }).waitFor();
    assert.ok(!/never-shown/.test(await page.content()));
    assert.deepEqual(await axeFinds(page), []);
    await page.goto(`${gateway.url}/settings?tab=audit&object=Webhook/`);
    await page.getByRole('table', { name: 'Changes' }).getByText('fault: it answered 503').waitFor();
    assert.deepEqual(complaints, []);
  });

  test('tokens are pages, sorted, filtered, in files, and the address says how they are shown', async (t) => {
    for (let n = 0; n < 55; n += 1) {
      const role =
        n % 5 === 0 ? { role: 'owner', team: n % 10 === 0 ? 'search' : 'ads' } : { role: 'viewer' };
      await gateway.admin('POST', '/tokens', { name: `ci-${String(n).padStart(2, '0')}`, ...role });
    }
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, '/settings');
    const table = page.getByRole('table', { name: 'Admin tokens' });
    await page.getByText('1–50 of 55').waitFor();
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.waitForURL(/page=2/);
    await page.getByText('51–55 of 55').waitFor();
    await table.getByRole('button', { name: 'Team' }).click();
    await page.waitForURL(/sort=team&order=asc$/);
    await page.getByText('1–50 of 55').waitFor();
    await page.getByRole('combobox', { name: 'Role' }).click();
    await page.getByRole('option', { name: 'Owner' }).click();
    await page.waitForURL(/role=owner/);
    await page.getByText('1–11 of 11').waitFor();
    await page.getByLabel('Search').fill('SEARCH');
    await page.waitForURL(/search=SEARCH/);
    await page.getByText('1–6 of 6').waitFor();
    const shown = (await table.locator('tbody tr td:first-child').allInnerTexts()).sort();
    assert.deepEqual(shown, ['ci-00', 'ci-10', 'ci-20', 'ci-30', 'ci-40', 'ci-50']);
    assert.deepEqual(await axeFinds(page), []);
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'CSV' }).click();
    const file = await download;
    assert.equal(file.suggestedFilename(), 'tokens.csv');
    const csv = readFileSync(await file.path(), 'utf8')
      .trimEnd()
      .split('\r\n');
    assert.equal(csv.length, 7);
    assert.match(csv[1]!, /^ci-00,owner,search,/);
    await page.reload();
    await page.getByText('1–6 of 6').waitFor();
    await page.getByLabel('Search').fill('nobody has this');
    await page.getByText('Nothing matches').waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await page.getByText('1–50 of 55').waitFor();
    await page.waitForURL(/sort=team&order=asc$/);
    await page.getByRole('tab', { name: 'Users' }).click();
    await page.waitForURL(/settings\?tab=users$/);
    await page.getByText('No user yet').waitFor();
    assert.deepEqual(complaints, []);
  });

  test('users are sorted and filtered by status', async (t) => {
    const { page, complaints } = await openTab(t);
    // As soon as there are users, the login page asks for a password first.
    await logInWithToken(page, gateway, '/settings?tab=users');
    const names = ['u-anna', 'u-lee', 'u-mo'];
    const password = 'correct horse battery';
    for (const name of names) await gateway.admin('POST', '/users', { name, role: 'viewer', password });
    t.after(() => Promise.all(names.map((name) => gateway.admin('DELETE', `/users/${name}`))));
    await gateway.admin('PATCH', '/users/u-lee', { disabled: true });
    await page.goto(`${gateway.url}/settings?tab=users&sort=name&order=desc`);
    const cells = page.getByRole('table', { name: 'Users' }).locator('tbody tr td:first-child');
    await cells.nth(2).waitFor();
    assert.deepEqual(await cells.allInnerTexts(), ['u-mo', 'u-lee', 'u-anna']);
    await page.getByRole('combobox', { name: 'Status' }).click();
    await page.getByRole('option', { name: 'Disabled' }).click();
    await page.waitForURL(/status=disabled/);
    await page.getByText('1–1 of 1').waitFor();
    assert.deepEqual(await cells.allInnerTexts(), ['u-lee']);
    await page.getByRole('button', { name: 'Enable u-lee' }).click();
    await page.getByText('Nothing matches').waitFor();
    assert.deepEqual(await axeFinds(page), []);
    assert.deepEqual(complaints, []);
  });

  test('how long calls are kept is shown and changed, and a ConfigMap of kubectl says the same', async (t) => {
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, '/settings?tab=retention');
    const calls = page.getByRole('region', { name: 'Calls' });
    await calls.getByText('for good', { exact: true }).waitFor();
    await calls.getByText(/^0 calls, [\d.]+ (kB|MB)$/).waitFor();
    const days = page.getByRole('textbox', { name: 'Keep calls for so many days' });
    await days.fill('none');
    await calls.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Enter a whole number of days').waitFor();
    await days.fill('30');
    await days.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Delete calls older than 30 days?' });
    await dialog.getByText('No call is older now.').waitFor();
    assert.deepEqual(await axeFinds(page), []);
    await dialog.getByRole('button', { name: 'Keep no longer' }).click();
    await page.getByText('ConfigMap agentgateway-system/tollgate-retention').waitFor();
    await page.getByText('30 days', { exact: true }).waitFor();
    const yaml = `apiVersion: v1
kind: ConfigMap
metadata: {name: tollgate-retention, namespace: agentgateway-system, labels: {tollgate.dev/retention: "true"}}
data: {ledgerDays: "never"}`;
    await gateway.admin('POST', '/resources:apply', { yaml });
    await page.reload();
    await page.getByText('The setting cannot be read: no call is deleted').waitFor();
    await days.fill('');
    await calls.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Nobody: nothing is deleted').waitFor();
    assert.deepEqual(await axeFinds(page), []);
    assert.deepEqual(complaints, []);
  });

  test('the audit log says who changed what, is searched, and has pages', async (t) => {
    await gateway.admin('POST', '/tokens', { name: 'audited', role: 'viewer' });
    await gateway.admin('POST', '/keys', { name: 'audited', owner: '<b>lee</b>' });
    for (let turn = 0; turn < 60; turn += 1)
      await gateway.admin('PATCH', '/keys/agentgateway-system/audited', { owner: `lee-${turn}` });
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, '/settings?tab=audit');
    const table = page.getByRole('table', { name: 'Changes' });
    await table.getByText('spec.owner: lee-58 → lee-59').waitFor();
    await page.getByRole('button', { name: 'Older changes' }).click();
    await page.waitForURL(/before=/);
    await table.getByText('spec.owner: <b>lee</b>', { exact: true }).waitFor();
    await page.getByLabel('Object').fill('Token/');
    await page.waitForURL(/object=Token/);
    // The rows of before stand until the filtered ones come.
    await table.getByText('keys.change').first().waitFor({ state: 'detached' });
    await table.getByText('tokens.create').first().waitFor();
    await page.getByLabel('Object').fill('VirtualKey/');
    await page.waitForURL(/object=VirtualKey/);
    await page.getByLabel('What was done').fill('keys.');
    await page.waitForURL(/action=keys/);
    await table.getByRole('button', { name: 'What' }).click();
    await page.waitForURL(/sort=action&order=asc/);
    await table.getByRole('button', { name: 'What' }).click();
    await page.waitForURL(/sort=action&order=desc/);
    await table.getByText('keys.create').first().waitFor();
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.waitForURL(/before=/);
    await page.getByRole('button', { name: 'Back to the first page' }).waitFor();
    const exported = await page.getByRole('link', { name: 'JSON lines' }).getAttribute('href');
    const { status, lines } = (await page.evaluate(`fetch(${JSON.stringify(exported)})
      .then(async (answer) => ({ status: answer.status, lines: (await answer.text()).trimEnd().split('\\n') }))`)) as {
      status: number;
      lines: string[];
    };
    assert.equal(status, 200);
    assert.equal(lines.length, 61);
    assert.equal(JSON.parse(lines[0]!).action, 'keys.create');
    assert.deepEqual(await axeFinds(page), []);
    await page.goto(`${gateway.url}/keys/agentgateway-system/audited`);
    const history = page.getByRole('region', { name: 'History of changes' });
    await history.getByText('spec.owner: lee-58 → lee-59').waitFor();
    assert.deepEqual(complaints, []);
  });
});

/** A receiver of alerts over a real socket, and the Secret that leads to it. */
async function startReceiver(t: TestContext) {
  const received: { type: string; isSignedRight: boolean }[] = [];
  const answer = { status: 200 };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const [, seconds, mac] = /^t=(\d+),v1=(\w+)$/.exec(String(request.headers['x-tollgate-signature'])) ?? [];
    const wanted = createHmac('sha256', 'never-shown').update(`${seconds}.${body}`).digest('hex');
    received.push({ type: JSON.parse(body).type, isSignedRight: mac === wanted });
    response.writeHead(answer.status).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const secret = `apiVersion: v1
kind: Secret
metadata: {name: finance, namespace: agentgateway-system}
stringData: {url: "${origin}/never-shown-path", signingKey: never-shown}`;
  return { origin, secret, received, answer };
}
