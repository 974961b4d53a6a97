/** Prompt guards as an operator sets them: a policy applied to the running gateway, a real client behind it. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { clientWorld } from './support/client-world.ts';
import { eventually } from './support/eventually.ts';

const namespace = 'agentgateway-system';

function policy(promptGuard: object): string {
  return JSON.stringify({
    apiVersion: 'agentgateway.dev/v1alpha1',
    kind: 'AgentgatewayPolicy',
    metadata: { name: 'guard', namespace },
    spec: {
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'claude-sdk' }],
      backend: { ai: { promptGuard } },
    },
  });
}

test('prompt guards through the running gateway', async (t) => {
  const world = await clientWorld(t);
  const client = (apiKey: string) => new Anthropic({ apiKey, baseURL: world.url, maxRetries: 0 });
  const ask = (content: string) =>
    client('tg-guarded').messages.create({
      model: 'm',
      max_tokens: 500,
      messages: [{ role: 'user', content }],
    });
  const stream = (key: string, content: string) =>
    client(key)
      .messages.stream({ model: 'm', max_tokens: 500, messages: [{ role: 'user', content }] })
      .finalMessage();
  const textOf = ({ content }: Anthropic.Message) =>
    content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  await world.key('tg-guarded');

  await t.test('a request is masked: the sample provider repeats what reached it', async () => {
    await world.cluster.apply(policy({ request: [{ regex: { builtins: ['Email'] } }] }));
    await eventually(async () =>
      assert.match(textOf(await ask('I am jane@example.com')), /“I am <EMAIL_ADDRESS>”/),
    );
  });

  await t.test(
    'an answer is masked, plain and streamed, with the tokens of the provider charged',
    async () => {
      await world.cluster.apply(
        policy({ response: [{ regex: { builtins: ['Ssn'], matches: ['canned'] } }], streaming: 'Enabled' }),
      );
      await eventually(async () =>
        assert.match(textOf(await ask('123-45-6789')), /“<SSN>”.*the words are <masked>/),
      );
      let seen = 0;
      const { tokens } = await world.accounted('tg-guarded-stream', async () => {
        const answer = await stream('tg-guarded-stream', '123-45-6789');
        assert.match(textOf(answer), /“<SSN>”.*the words are <masked> and only.*real provider\.$/);
        seen = answer.usage.output_tokens;
      });
      assert.equal(tokens.output, seen);
    },
  );

  await t.test('a rejection reads as the SDK expects', async () => {
    const response = { message: 'no secrets, please', statusCode: 422 };
    await world.cluster.apply(
      policy({ request: [{ regex: { action: 'Reject', matches: ['(?i)secret'] }, response }] }),
    );
    await eventually(() =>
      assert.rejects(
        ask('My SECRET'),
        (error) =>
          error instanceof Anthropic.APIError && error.status === 422 && /no secrets/.test(error.message),
      ),
    );
  });

  await t.test('a webhook in a Service is asked; when it has gone, calls are refused', async () => {
    const server = createServer(async (incoming, outgoing) => {
      for await (const _ of incoming);
      outgoing.end(JSON.stringify({ action: { body: 'said the webhook', status_code: 403 } }));
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const service = { type: 'ExternalName', externalName: '127.0.0.1', ports: [{ port }] };
    await world.cluster.apply(
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'hook', namespace },
        spec: service,
      }),
    );
    await world.cluster.apply(policy({ request: [{ webhook: { backendRef: { name: 'hook', port } } }] }));
    await eventually(() => assert.rejects(ask('x'), /said the webhook/));
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await assert.rejects(ask('x'), (error) => error instanceof Anthropic.APIError && error.status === 503);
  });

  await t.test('an expression that is none refuses the route, and the status says why', async () => {
    await world.cluster.apply(policy({ request: [{ regex: { matches: ['('] } }] }));
    await eventually(() =>
      assert.rejects(ask('x'), (error) => error instanceof Anthropic.APIError && error.status === 500),
    );
    const object = await world.cluster.get('agentgatewaypolicy', namespace, 'guard');
    assert.match(JSON.stringify(object['status']), /is not a valid regular expression/);
  });
});
