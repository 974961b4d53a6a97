/** Providers that fail in every way, and a gateway between them. */
import type { TestContext } from 'node:test';
import type { ProviderTarget } from '../core/config/snapshot.ts';
import { defaultHealth, type RetryPolicy } from '../core/resilience/model.ts';
import {
  dataPathWorld,
  type Handler,
  scriptedServer,
  type World,
  type WorldOptions,
} from './data-path.fixture.ts';

export const usage = { input_tokens: 40, output_tokens: 80 };
export const message = {
  type: 'message',
  id: 'm',
  model: 'c',
  content: [{ type: 'text', text: 'Hi' }],
  usage,
};
export const completion = {
  id: 'x',
  object: 'chat.completion',
  model: 'gpt',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
};
export const event = (type: string, fields: object = {}) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
export const begun =
  event('message_start', {
    message: { id: 'm', model: 'c', usage: { input_tokens: 40, output_tokens: 1 } },
  }) +
  event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }) +
  event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'words '.repeat(100) } });
export const ended =
  event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 80 } }) +
  event('message_stop');

export const answer =
  (status: number, body: unknown, headers: Record<string, string> = {}): Handler =>
  (_, outgoing) => {
    outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
    outgoing.end(JSON.stringify(body));
  };
export const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'busy' } };
export const hang: Handler = () => undefined;
export const hangUp: Handler = (incoming) => incoming.socket.destroy();
export const cutStream =
  (text: string): Handler =>
  (_, outgoing) => {
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
    outgoing.flushHeaders();
    if (text === '') outgoing.destroy();
    else outgoing.write(text, () => outgoing.destroy());
  };
export const stream: Handler = (_, outgoing) => {
  outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
  outgoing.end(begun + ended);
};

/** A provider that counts its calls. */
export async function provider(t: TestContext, first: Handler) {
  const server = await scriptedServer(t);
  const counted = {
    url: server.url,
    calls: 0,
    behave: (next: Handler) =>
      server.behave((incoming, outgoing) => {
        counted.calls++;
        next(incoming, outgoing);
      }),
  };
  counted.behave(first);
  return counted;
}
export type Provider = Awaited<ReturnType<typeof provider>>;

export const retry: RetryPolicy = { retries: 1, backoffMs: 100 };
export const target = ({ url }: Provider, more: Partial<ProviderTarget> = {}): Partial<ProviderTarget> => ({
  name: `ns/model/${more.name ?? url.slice(-4)}`,
  origin: url,
  health: defaultHealth,
  ...more,
});

/** The first provider alone in the first group, the second in the next; one retry unless `traffic` says otherwise. */
export function twoGroups(
  t: TestContext,
  a: Provider,
  b: Provider,
  more: Partial<WorldOptions> = {},
): Promise<World> {
  return dataPathWorld(t, {
    origin: a.url,
    groups: [[target(a, { name: 'ns/model/a' })], [target(b, { name: 'ns/model/b' })]],
    traffic: { retry },
    ...more,
  });
}

export async function ask({ port }: World, body: object = {}) {
  const messages = [{ role: 'user', content: 'Say hello' }];
  const answered = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    body: JSON.stringify({ messages, max_tokens: 200, ...body }),
  });
  return {
    status: answered.status,
    headers: answered.headers,
    text: await answered.text().catch(() => 'cut off'),
  };
}
