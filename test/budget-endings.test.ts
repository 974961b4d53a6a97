/** However a call ends, what it held comes back and what it used is charged: a provider that fails, a client that leaves. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { type BudgetWorld, budgetWorld } from './support/budget-world.ts';
import { eventually } from './support/eventually.ts';
import { request } from './support/raw-http.ts';

type Behaviour = (incoming: IncomingMessage, outgoing: ServerResponse, body: string) => void;

const namespace = 'agentgateway-system';
const usage = { input_tokens: 5, output_tokens: 7 };
const message = {
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [{ type: 'text', text: 'Hi' }],
  usage,
};
const event = (type: string, fields: object) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
const begun =
  event('message_start', { message: { id: 'm', model: 'm', usage: { input_tokens: 5, output_tokens: 1 } } }) +
  event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }) +
  event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'Hello '.repeat(400) } });

test('endings', async (t) => {
  let behave: Behaviour = (_, outgoing) => void outgoing.end();
  let calls = 0;
  const provider = createServer(async (incoming, outgoing) => {
    calls++;
    let body = '';
    for await (const chunk of incoming) body += chunk;
    behave(incoming, outgoing, body);
  });
  provider.listen(0, '127.0.0.1');
  await once(provider, 'listening');
  t.after(() => provider.close());
  const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  const world = await budgetWorld(t, ['--provider-url', `anthropic=${url}`]);
  t.after(() => provider.closeAllConnections());
  const start = async (owner: string, limit: object, more: object = {}) => {
    await world.key(owner, {}, { owner });
    await world.budget(owner, { selector: { matchLabels: { owner } }, limit, ...more });
  };
  const json = (outgoing: ServerResponse, status: number, body: unknown) => {
    outgoing.writeHead(status, { 'content-type': 'application/json' });
    outgoing.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

  await t.test('a provider that refuses, breaks off, or talks nonsense', async () => {
    await start('tg-fails', { tokens: 100_000 });
    const failures: [status: number, Behaviour][] = [
      [
        529,
        (_, outgoing) =>
          json(outgoing, 529, { type: 'error', error: { type: 'overloaded_error', message: 'x' } }),
      ],
      [502, (_, outgoing) => json(outgoing, 200, '<html>')],
      [503, (incoming) => incoming.socket.destroy()],
    ];
    for (const [status, failure] of failures) {
      behave = failure;
      assert.equal((await world.ask('tg-fails')).status, status);
      assert.equal(await counter(world, 'held', 'tg-fails'), 0);
    }
    behave = (_, outgoing) => json(outgoing, 200, message);
    const before = await counter(world, 'budget', 'tg-fails');
    assert.equal((await world.ask('tg-fails')).status, 200);
    assert.equal(await counter(world, 'budget', 'tg-fails'), before + 12);
    assert.equal(await counter(world, 'budget', 'tg-fails'), await entered(world, 'tg-fails'));
  });

  await t.test('an estimate is never above what the provider was allowed to write', async () => {
    await start('tg-silent', { tokens: 100_000 });
    behave = (_, outgoing) =>
      json(outgoing, 200, {
        ...message,
        usage: undefined,
        content: [{ type: 'text', text: 'x'.repeat(9_000) }],
      });
    assert.equal((await world.ask('tg-silent', { max_tokens: 20 })).status, 200);
    await eventually(async () => {
      const [call] = await world.calls('user=tg-silent');
      assert.equal(call!.llm!.usage!.outputTokens, 20);
      assert.equal(call!.llm!.usage!.estimated, true);
    });
  });

  await t.test('a client that leaves inside a stream is charged what was delivered', async () => {
    await start('tg-leaves', { tokens: 100_000 });
    behave = (_, outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
      outgoing.write(begun);
    };
    const client = speak(world, 'tg-leaves', { stream: true });
    await once(client, 'data');
    assert.ok((await counter(world, 'held', 'tg-leaves')) > 0);
    client.destroy();
    await eventually(async () => {
      assert.equal(await counter(world, 'held', 'tg-leaves'), 0);
      const used = await counter(world, 'budget', 'tg-leaves');
      assert.ok(used > 100, String(used));
      assert.equal(used, await entered(world, 'tg-leaves'));
    });
  });

  await t.test('a client that leaves while its call waits for room: the call is never made', async () => {
    await start('tg-waits', { concurrency: 1 }, { onExceeded: { action: 'Delay', maxDelay: '20s' } });
    const finish: (() => void)[] = [];
    behave = (_, outgoing) => void finish.push(() => json(outgoing, 200, message));
    const first = world.ask('tg-waits');
    await eventually(() => assert.equal(finish.length, 1));
    const made = calls;
    const client = speak(world, 'tg-waits', {});
    // It waits: nothing but time would show that, so the one behind it in the gateway's own log of holds is asked for.
    await eventually(async () => assert.equal(await counter(world, 'held', 'tg-waits'), 1));
    client.destroy();
    await once(client, 'close');
    finish[0]!();
    assert.equal((await first).status, 200);
    await eventually(async () => {
      assert.equal(await counter(world, 'held', 'tg-waits'), 0);
      assert.match(world.gateway.output(), /the client left/);
    });
    assert.equal(calls, made);
  });
});

/** A call by hand, so that the client can leave when it wants. */
function speak(world: BudgetWorld, key: string, body: object) {
  const socket = connect(8080, world.gateway.address);
  const text = JSON.stringify({ messages: [{ role: 'user', content: 'hi' }], ...body });
  const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' };
  socket.write(request('POST', 'x', '/anthropic', headers, text));
  return socket;
}

async function counter(world: BudgetWorld, kind: 'budget' | 'held', name: string): Promise<number> {
  const prefix = encodeURIComponent(`${kind}|${namespace}/${name}|`);
  const { counters } = await world.admin<{ counters: { value: number }[] }>(`counters?prefix=${prefix}`);
  return counters.reduce((sum, { value }) => sum + value, 0);
}

/** What the ledger has. */
async function entered(world: BudgetWorld, owner: string): Promise<number> {
  let tokens = Number.NaN;
  await eventually(async () => {
    const { total } = await world.admin<{ total: { tokens: number } }>(`usage?user=${owner}`);
    assert.ok(total.tokens > 0);
    tokens = total.tokens;
    assert.equal(tokens, await counter(world, 'budget', owner));
  });
  return tokens;
}
