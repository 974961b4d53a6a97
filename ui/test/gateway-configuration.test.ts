/** The configuration of the real gateway: what leads where, edited as YAML, seen before it is applied. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { eventually } from '../../test/support/eventually.ts';
import { askOpenAi } from '../../test/support/openai-client.ts';
import { axeFinds } from './axe.ts';
import { closeBrowser, noBrowser, openTab } from './browser.ts';
import { logInWithToken, type RealGateway, startRealGateway } from './real-gateway.ts';

const route = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: second
  namespace: agentgateway-system
spec:
  parentRefs:
    - name: agentgateway-route
  rules:
    - matches:
        - path: {type: PathPrefix, value: /second}
      backendRefs:
        - name: anthropic
          group: agentgateway.dev
          kind: AgentgatewayBackend
`;
const editorOf = (page: Page) => page.getByRole('textbox', { name: 'YAML' });

async function write(page: Page, text: string) {
  await editorOf(page).click();
  await page.keyboard.press('ControlOrMeta+A');
  // As a paste: typing would be completed and indented.
  await editorOf(page).evaluate((editor, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    editor.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

describe('configuration in the console of the real gateway', { skip: noBrowser, timeout: 300_000 }, () => {
  let gateway: RealGateway;
  before(async () => {
    gateway = await startRealGateway();
  });
  after(async () => {
    await closeBrowser();
    await gateway?.end();
  });

  test('the graph leads from the Gateway to its backends, with policies and what is wrong', async (t) => {
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, '/configuration');
    const gatewayCard = page.getByRole('article', { name: 'Gateway agentgateway-route' });
    await gatewayCard.getByText('http: HTTP 8080').waitFor();
    await gatewayCard.getByText('Leads to claude, claude-sdk').waitFor();
    await gatewayCard.getByRole('link', { name: 'api-key-auth' }).waitFor();
    await page
      .getByRole('article', { name: 'AgentgatewayBackend anthropic' })
      .getByText('in force')
      .waitFor();
    await eventually(async () => assert.equal(await page.locator('.graph-lines path').count(), 4));

    const broken = route.replace('name: anthropic\n', 'name: nowhere\n');
    await gateway.admin('POST', '/resources:apply', { yaml: broken });
    const card = page.getByRole('article', { name: 'HTTPRoute second' });
    await card.getByText('not in force').waitFor();
    await card.getByText(/BackendNotFound/).waitFor();
    await page
      .getByRole('article', { name: 'AgentgatewayBackend nowhere' })
      .getByText('is not there')
      .waitFor();
    assert.deepEqual(await axeFinds(page), []);
    assert.deepEqual(complaints, []);
  });

  test('YAML is completed from the schema, checked, its difference seen, and applied', async (t) => {
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, '/configuration');
    await page
      .getByRole('article', { name: 'HTTPRoute second' })
      .getByRole('link', { name: 'second' })
      .click();
    await editorOf(page).getByText('nowhere').waitFor();
    assert.ok(!(await editorOf(page).innerText()).includes('status'));

    await write(page, 'apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nspec:\n  ');
    await page.keyboard.press('Control+Space');
    await page.getByRole('option', { name: /^parentRefs/ }).waitFor();
    await page.keyboard.press('Escape');

    await write(page, `${route}  colour: red\n`);
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('unknown field "spec.colour"').waitFor();
    assert.ok(await page.getByRole('button', { name: 'Apply' }).isDisabled());
    await write(page, 'a: [1\nb: 2');
    await page.getByRole('button', { name: 'Check' }).click();
    await page.locator('.cm-lint-marker-error').waitFor();
    await write(page, route);
    await page.getByText('The text was changed since it was checked').waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Check' }).click();
    const difference = page.getByRole('region', { name: 'Difference of second' });
    await difference.getByText(/^- .*name: nowhere/).waitFor();
    await difference.getByText(/^\+ .*name: anthropic/).waitFor();
    assert.deepEqual(await axeFinds(page), []);
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('Applied and in force.').waitFor();
    await page.getByRole('link', { name: '← Configuration' }).click();
    await page.getByRole('article', { name: 'HTTPRoute second' }).getByText('in force').waitFor();
    assert.deepEqual(complaints, []);
  });

  test('a change of someone else between the check and the apply is not overwritten', async (t) => {
    const { page, complaints } = await openTab(t);
    await logInWithToken(
      page,
      gateway,
      '/configuration/edit?kind=HTTPRoute&namespace=agentgateway-system&name=second',
    );
    await editorOf(page).getByText('/second').waitFor();
    await write(page, route.replace('/second', '/mine'));
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByRole('region', { name: 'Difference of second' }).waitFor();
    await gateway.admin('POST', '/resources:apply', { yaml: route.replace('/second', '/theirs') });
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('was changed since the preview').waitFor();
    assert.match(await editorOf(page).innerText(), /\/mine/);
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText(/^- .*\/theirs/).waitFor();
    page.once('dialog', (dialog) => void dialog.dismiss());
    await page.getByRole('link', { name: 'Budgets' }).click();
    await editorOf(page).getByText('/mine').waitFor();
    page.once('dialog', (dialog) => void dialog.accept());
    await page.getByRole('link', { name: 'Budgets' }).click();
    await page.waitForURL(/\/budgets$/);
    assert.deepEqual(complaints, []);
  });

  test('a model without a price is flagged', async (t) => {
    const backend = `apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {name: unpriced, namespace: agentgateway-system}
spec:
  ai: {provider: {anthropic: {model: home-made-1}}}
  policies:
    auth: {secretRef: {name: anthropic-secret}}
    ai: {routes: {/v1/chat/completions: Completions}}
`;
    const toIt = route.replace('name: anthropic\n', 'name: unpriced\n').replace('/second', '/v1/chat');
    await gateway.admin('POST', '/resources:apply', { yaml: `${backend}---\n${toIt}` });
    await eventually(async () => {
      await askOpenAi(gateway.traffic, 'sk-anna-key');
      const { rows } = await gateway.admin<{ rows: { unpriced: number }[] }>('GET', '/usage');
      assert.ok(rows[0]!.unpriced > 0);
    });
    const { page, complaints } = await openTab(t);
    await logInWithToken(page, gateway, '/models');
    await page.getByText('Models without a price').waitFor();
    const row = page.getByRole('row', { name: /home-made-1/ });
    await row.getByText('no price').waitFor();
    assert.deepEqual(complaints, []);
  });

  test('the editor is loaded when it is needed, not before', () => {
    const page = readFileSync(join(import.meta.dirname, '..', 'dist', 'index.html'), 'utf8');
    assert.ok(!page.includes('yaml-editor'));
  });
});
