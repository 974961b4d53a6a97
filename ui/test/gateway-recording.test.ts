/** What was said in a call, in the console of the real gateway: off, switched on, read, deleted, and how long it is kept. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { demoObjects } from '../../src/cli/demo-objects.ts';
import { eventually } from '../../test/support/eventually.ts';
import { axeFinds } from './axe.ts';
import { closeBrowser, noBrowser, openTab } from './browser.ts';
import { logInWithToken, type RealGateway, startRealGateway } from './real-gateway.ts';

/** To be looked at; not part of the repository. */
const folder = join(import.meta.dirname, '..', '..', 'test-results', 'console-real');
const annotation = 'tollgate.dev/record-content';

describe('recorded calls in the console of the real gateway', { skip: noBrowser, timeout: 300_000 }, () => {
  let gateway: RealGateway;
  before(async () => {
    mkdirSync(folder, { recursive: true });
    gateway = await startRealGateway();
  });
  after(async () => {
    await closeBrowser();
    await gateway?.end();
  });

  const annotate = async (annotations: Record<string, string>) => {
    const route = demoObjects('x').find(({ metadata }) => metadata.name === 'claude-sdk')!;
    const yaml = JSON.stringify({ ...route, metadata: { ...route.metadata, annotations } });
    await gateway.admin('POST', '/resources:apply', { yaml });
  };
  /** Makes a call; resolves to its id in the ledger. */
  const ask = async (messages: object[], more: object = {}): Promise<string> => {
    const newest = async () =>
      (await gateway.admin<{ items: { id: string }[] }>('GET', '/calls?limit=1')).items[0]?.id;
    const before = await newest();
    const response = await fetch(`${gateway.traffic}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-anna-key', 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'm', messages, ...more }),
    });
    assert.equal(response.status, 200, await response.text());
    return eventually(async () => {
      const id = await newest();
      assert.ok(id !== undefined && id !== before);
      return id;
    });
  };
  const section = (page: Page) => page.getByRole('region', { name: 'What was said' });

  test('off: the call page says so, and how to switch it on', async (t) => {
    const id = await ask([{ role: 'user', content: 'unheard' }]);
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, `/calls/${id}`);
    await section(page).getByText('was not recorded').waitFor();
    const command = await section(page).getByLabel('With kubectl').inputValue();
    assert.equal(
      command,
      `kubectl annotate httproute claude-sdk -n agentgateway-system ${annotation}=prompts,answers`,
    );
    assert.ok(!(await page.content()).includes('unheard'));
    assert.deepEqual([...(await axeFinds(page)), ...complaints], []);
  });

  test('on: a conversation as plain text, with what was left out; each reading is audited; deleted', async (t) => {
    await annotate({ [annotation]: 'prompts,answers' });
    const marked = '<img src=x onerror=alert(1)> use the tool';
    const picture = `data:image/png;base64,${'A'.repeat(4_000)}`;
    const id = await ask(
      [
        { role: 'system', content: 'Be brief. '.repeat(8_000) },
        {
          role: 'user',
          content: [
            { type: 'text', text: marked },
            { type: 'image_url', image_url: { url: picture } },
          ],
        },
      ],
      { tools: [{ type: 'function', function: { name: 'look', parameters: { type: 'object' } } }] },
    );
    const { page, complaints } = await openTab(t, { colorScheme: 'dark', width: 360 });
    await logInWithToken(page, gateway, `/calls/${id}`);
    await section(page).getByText('HTTPRoute agentgateway-system/claude-sdk').waitFor();
    const readings = async () =>
      (await gateway.admin<{ items: object[] }>('GET', `/audit?object=Call/${id}`)).items.length;
    assert.equal(await readings(), 0);
    await section(page).getByRole('button', { name: 'Show what was said' }).press('Enter');
    const prompt = page.getByRole('region', { name: 'Prompt' });
    await prompt.getByText(marked, { exact: true }).waitFor();
    await prompt.getByText('A picture (image/png, 3 kB), not kept').waitFor();
    await prompt.getByText(/^… [\d,]+ more characters were not kept\.$/).waitFor();
    const height = () => page.evaluate<number>('document.documentElement.scrollHeight');
    const short = await height();
    await prompt.getByRole('button', { name: /^Show all [\d,]+ characters$/ }).press('Enter');
    assert.ok((await height()) > short + 2_000);
    await prompt.getByRole('button', { name: 'Show less' }).press('Enter');
    const answer = page.getByRole('region', { name: 'Answer' });
    await answer.getByText('Calls the tool look').waitFor();
    assert.equal(await page.locator('img[src="x"]').count(), 0);
    assert.equal(await readings(), 1);
    assert.deepEqual(await axeFinds(page), []);
    const fits = 'document.documentElement.scrollWidth <= document.documentElement.clientWidth';
    assert.ok(await page.evaluate<boolean>(fits), 'at 360 px');
    await page.screenshot({ path: join(folder, 'recorded-call.png'), fullPage: true });
    await section(page).getByRole('button', { name: 'Delete it' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete what was said?' });
    await dialog.getByText('cannot be brought back').waitFor();
    assert.deepEqual(await axeFinds(page), []);
    await dialog.getByRole('button', { name: 'Delete it' }).click();
    await section(page)
      .getByText(/deleted on request, by admin on/)
      .waitFor();
    await page.reload();
    await section(page).getByRole('button', { name: 'Show what was said' }).click();
    await section(page)
      .getByText(/deleted on request, by admin on/)
      .waitFor();
    await page.goto(`${gateway.url}/settings?tab=audit&object=Call/`);
    const table = page.getByRole('table', { name: 'Changes' });
    await table.getByText('content.read').waitFor();
    await table.getByText('content.delete').waitFor();
    assert.deepEqual(complaints, []);
  });

  test('what guards masked is masked there too, and told', async (t) => {
    const policy = {
      apiVersion: 'agentgateway.dev/v1alpha1',
      kind: 'AgentgatewayPolicy',
      metadata: { name: 'masking', namespace: 'agentgateway-system' },
      spec: {
        targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'claude-sdk' }],
        backend: { ai: { promptGuard: { request: [{ regex: { builtins: ['Email'] } }] } } },
      },
    };
    await gateway.admin('POST', '/resources:apply', { yaml: JSON.stringify(policy) });
    const id = await ask([{ role: 'user', content: 'I am jane@example.com' }]);
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, `/calls/${id}`);
    await section(page)
      .getByText(/^Masked before it was recorded.*masking: masked .* in the request/)
      .waitFor();
    await section(page).getByRole('button', { name: 'Show what was said' }).click();
    await page.getByRole('region', { name: 'Prompt' }).getByText('I am <EMAIL_ADDRESS>').waitFor();
    assert.ok(!(await page.content()).includes('jane@example.com'));
    assert.deepEqual([...(await axeFinds(page)), ...complaints], []);
  });

  test('a viewer sees that it was recorded, and not what', async (t) => {
    const id = await ask([{ role: 'user', content: 'between us' }]);
    const { value } = await gateway.admin<{ value: string }>('POST', '/tokens', {
      name: 'auditor',
      role: 'viewer',
    });
    const { page, complaints } = await openTab(t);
    await page.goto(`${gateway.url}/calls/${id}`);
    await page.getByLabel('Admin token or virtual key').fill(value);
    await page.getByRole('button', { name: 'Log in' }).click();
    await section(page).getByText('Administrators alone may read it').waitFor();
    assert.equal(await section(page).getByRole('button').count(), 0);
    await section(page)
      .getByRole('link', { name: /its changes/ })
      .click();
    await page.getByRole('table', { name: 'Changes' }).getByText('resources.apply').first().waitFor();
    const status = `fetch('/api/v1/calls/${id}/content').then((answer) => answer.status)`;
    assert.equal(await page.evaluate(status), 403);
    assert.deepEqual([...(await axeFinds(page)), ...complaints], []);
  });

  test('how long it is kept is shown and changed', async (t) => {
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, '/settings?tab=retention');
    const contents = page.getByRole('region', { name: 'Prompts and answers' });
    await contents.getByText('Nobody: 7 days is the default').waitFor();
    await contents.getByText(/^2 calls, /).waitFor();
    await contents.getByLabel('Keep prompts and answers for so many days').fill('2');
    await contents.getByRole('button', { name: 'Save' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete prompts and answers older than 2 days?' });
    await dialog.getByText('None is older now.').waitFor();
    assert.deepEqual(await axeFinds(page), []);
    await dialog.getByRole('button', { name: 'Keep no longer' }).click();
    await contents.getByText('2 days', { exact: true }).waitFor();
    await contents.getByText('ConfigMap agentgateway-system/tollgate-retention').waitFor();
    await page.getByRole('region', { name: 'Calls' }).getByText('for good', { exact: true }).waitFor();
    await contents.getByLabel('Keep prompts and answers for so many days').fill('');
    await contents.getByRole('button', { name: 'Save' }).click();
    await contents.getByText('Nobody: 7 days is the default').waitFor();
    assert.deepEqual([...(await axeFinds(page)), ...complaints], []);
  });
});
