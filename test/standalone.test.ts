/** agentgateway's standalone configuration through the real program: its documented budgets walk, models by name, hot reload. */
import assert from 'node:assert/strict';
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { eventually } from './support/eventually.ts';
import { type Gateway, removeDirectory, startGateway, temporaryDirectory } from './support/gateway.ts';

interface Seen {
  path: string;
  model: string;
  authorization: string;
}

/** Counts as the one in agentgateway's guide: one token in, `max_tokens` out. */
async function startMock(t: TestContext): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server: Server = createServer(async (request, response) => {
    const { model, max_tokens = 10 } = JSON.parse(await text(request)) as {
      model: string;
      max_tokens?: number;
    };
    seen.push({ path: request.url!, model, authorization: request.headers.authorization ?? '' });
    const usage = { prompt_tokens: 1, completion_tokens: max_tokens, total_tokens: 1 + max_tokens };
    const message = { role: 'assistant', content: 'ok' };
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        id: 'x',
        object: 'chat.completion',
        model,
        choices: [{ index: 0, message, finish_reason: 'stop' }],
        usage,
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const configuration = (url: string, extra = '') => `
config:
  database: {url: "sqlite://budgets.db"}
  modelCatalog: [{file: ./catalog.json}]
llm:
  policies:
    apiKey:
      mode: strict
      keys:
      - key: sk-team-a-abc123def456
        metadata: {name: team-a}
        allowedModels: ["gpt-5*", "claude-sonnet-5"]
        budgets:
        - name: daily-spend
          limit: {unit: USD, amount: 0.008}
          window: {rolling: 24h}
          onBudgetExceeded: Block
      - key: sk-team-b-xyz789uvw012
        metadata: {name: team-b}
        budgets:
        - name: daily-tokens
          limit: {unit: Tokens, amount: 250}
          window: {rolling: 24h}
          onBudgetExceeded: Audit
      - key: sk-nothing
        metadata: {name: nothing}
        allowedModels: []
  models:
  - name: "gpt-*"
    provider: openAI
    params: {apiKey: "$OPENAI_API_KEY", baseUrl: "${url}/v1"}
  - name: smart
    provider: openAI
    params: {model: gpt-5, apiKey: sk-other, baseUrl: "${url}/other/v1"}
${extra}`;

const catalog = {
  providers: { openai: { models: { 'gpt-5': { rates: { input: '10.0', output: '30.0' } } } } },
};

interface World {
  gateway: Gateway;
  seen: Seen[];
  write(text: string): void;
  ask(key: string, model: string): Promise<{ status: number; body: { error?: { code: string } } }>;
  get(port: number, path: string, token: string): Promise<Response>;
  adminToken(): string;
}

async function startWorld(t: TestContext): Promise<World & { url: string }> {
  const { url, seen } = await startMock(t);
  const directory = temporaryDirectory();
  const path = join(directory, 'config.yaml');
  writeFileSync(join(directory, 'catalog.json'), JSON.stringify(catalog));
  writeFileSync(path, configuration(url));
  const gateway = await startGateway({ args: ['--config', path], env: { OPENAI_API_KEY: 'sk-upstream' } });
  t.after(async () => {
    await gateway.stop();
    removeDirectory(directory);
    removeDirectory(gateway.dataDir);
  });
  let written = 0;
  return {
    url,
    gateway,
    seen,
    write: (next) => {
      writeFileSync(path, next);
      const later = new Date(Date.now() + 5_000 * ++written);
      utimesSync(path, later, later);
    },
    ask: async (key, model) => {
      const answer = await fetch(`http://${gateway.address}:4000/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model, max_tokens: 100, messages: [{ role: 'user', content: 'Hello!' }] }),
      });
      const body = await answer.text();
      return { status: answer.status, body: body.startsWith('{') ? JSON.parse(body) : {} };
    },
    get: (port, path, token) =>
      fetch(`http://${gateway.address}:${port}${path}`, { headers: { authorization: `Bearer ${token}` } }),
    adminToken: () => readFileSync(join(gateway.dataDir, 'admin-token'), 'utf8').trim(),
  };
}

const teamA = 'sk-team-a-abc123def456';
const teamB = 'sk-team-b-xyz789uvw012';

test('agentgateway’s guide to budgets of keys gives the same answers here', async (t) => {
  const { ask, seen } = await startWorld(t);
  // At $10 and $30 a million, a call costs $0.00301.
  assert.equal((await ask(teamA, 'gpt-5')).status, 200);
  const refused = await ask(teamA, 'gpt-4o');
  assert.deepEqual([refused.status, refused.body.error?.code], [403, 'model_not_allowed']);
  assert.equal((await ask(teamA, 'gpt-5')).status, 200);
  assert.equal((await ask(teamA, 'gpt-5')).status, 200);
  const spent = await ask(teamA, 'gpt-5');
  assert.deepEqual([spent.status, spent.body.error?.code], [429, 'budget_exceeded']);
  for (let i = 0; i < 4; i++) assert.equal((await ask(teamB, 'gpt-5')).status, 200);
  assert.equal((await ask('sk-nothing', 'gpt-5')).status, 403);
  assert.equal((await ask('sk-unknown', 'gpt-5')).status, 401);
  assert.deepEqual(seen[0], {
    path: '/v1/chat/completions',
    model: 'gpt-5',
    authorization: 'Bearer sk-upstream',
  });
});

test('the model asked for decides who is called; what is not there is 404; the list shows what a key may ask for', async (t) => {
  const { ask, seen, get, gateway } = await startWorld(t);
  assert.equal((await ask(teamB, 'smart')).status, 200);
  assert.deepEqual(seen.at(-1), {
    path: '/other/v1/chat/completions',
    model: 'gpt-5',
    authorization: 'Bearer sk-other',
  });
  assert.equal((await ask(teamB, 'gpt-4o')).status, 200);
  assert.equal(seen.at(-1)?.model, 'gpt-4o');
  const unknown = await ask(teamB, 'claude-sonnet-5');
  assert.deepEqual([unknown.status, unknown.body.error?.code], [404, 'model_not_found']);
  const listed = async (key: string) => {
    const { data } = (await (await get(4000, '/v1/models', key)).json()) as { data: { id: string }[] };
    return data.map(({ id }) => id);
  };
  assert.deepEqual(await listed(teamB), ['smart']);
  // Allowed by the name that is asked for, not by the one that is called.
  assert.deepEqual(await listed(teamA), []);
  assert.equal((await ask(teamA, 'smart')).status, 403);
  assert.ok(!gateway.output().includes('sk-upstream') && !gateway.output().includes(teamA));
});

test('a change of the file is in force without a restart; a wrong one keeps the old and says why', async (t) => {
  const { ask, url, write, get, gateway, adminToken } = await startWorld(t);
  const added =
    '  - {name: extra, provider: openAI, params: {model: gpt-5, apiKey: k, baseUrl: "URL/v1"}}'.replace(
      'URL',
      url,
    );
  assert.equal((await ask(teamB, 'extra')).status, 404);
  write(configuration(url, added));
  await eventually(async () => assert.equal((await ask(teamB, 'extra')).status, 200));
  write(configuration(url, '  - {name: other, provider: openAI, guardrails: {}}'));
  await eventually(async () => {
    const metrics = await (await fetch(`http://${gateway.address}:15020/metrics`)).text();
    assert.match(metrics, /^tollgate_config_synchronized 0$/m);
  });
  assert.match(gateway.output(), /llm\.models\[2\]\.guardrails: is not supported here/);
  assert.equal((await ask(teamB, 'extra')).status, 200);

  // The console shows the file's keys and budgets, and leaves them to the file.
  const keys = (await (await get(15000, '/api/v1/keys', adminToken())).json()) as {
    items: { name: string; status: string; editable: boolean; usage: { requests: number } }[];
  };
  assert.deepEqual(
    keys.items.map(({ name, status, editable }) => [name, status, editable]),
    [
      ['nothing', 'active', false],
      ['team-a', 'active', false],
      ['team-b', 'active', false],
    ],
  );
  const changed = await fetch(`http://${gateway.address}:15000/api/v1/keys/standalone/team-a`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${adminToken()}` },
  });
  assert.equal(changed.status, 409);
  const { items } = (await (await get(15000, '/api/v1/budgets', adminToken())).json()) as {
    items: { name: string }[];
  };
  assert.deepEqual(
    items.map(({ name }) => name),
    ['team-a-daily-spend', 'team-b-daily-tokens'],
  );
});

test('a file that is not valid stops the start, and says why', async () => {
  const directory = temporaryDirectory();
  const path = join(directory, 'config.yaml');
  writeFileSync(path, 'llm: {models: [{name: a, provider: openia}]}');
  await assert.rejects(
    startGateway({ args: ['--config', path], dataDir: join(directory, 'data') }),
    /llm\.models\[0\]\.provider: "openia" is not served here; nearest: openai/,
  );
  removeDirectory(directory);
});
