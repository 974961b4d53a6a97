/**
 * CPU of translation alone: a request of 200 messages and 60 kB, and one event of a stream. Run: `node bin/run.mjs bench/translation.ts`.
 */
import type { ProviderName, RouteType } from '../src/core/config/snapshot.ts';
import { translateRequest } from '../src/core/llm/translate.ts';
import type { UpstreamCall } from '../src/core/llm/translate-contract.ts';

const pairs: [RouteType, ProviderName][] = [
  ['Completions', 'openai'],
  ['Completions', 'anthropic'],
  ['Completions', 'gemini'],
  ['Messages', 'openai'],
  ['Responses', 'anthropic'],
  ['Responses', 'gemini'],
  ['GenerateContent', 'anthropic'],
];
const events = 1_000;
const words = 'some words here ';

const turns = Array.from({ length: 200 }, (_, i) => ({
  role: i % 2 === 0 ? 'user' : 'assistant',
  content: 'word '.repeat(55),
}));
const bodies: Partial<Record<RouteType, object>> = {
  Completions: { messages: turns, stream: true },
  Messages: { max_tokens: 100, messages: turns, stream: true },
  Responses: { input: turns, stream: true },
  GenerateContent: {
    contents: turns.map(({ role, content }) => ({
      role: role === 'user' ? 'user' : 'model',
      parts: [{ text: content }],
    })),
  },
};

const data = (value: object) => `data: ${JSON.stringify(value)}\n\n`;
const repeated = (value: object) => Array.from({ length: events }, () => data(value));
const streams: Partial<Record<ProviderName, string[]>> = {
  anthropic: [
    data({
      type: 'message_start',
      message: { id: 'm', model: 'c', usage: { input_tokens: 9, output_tokens: 1 } },
    }),
    ...repeated({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: words } }),
    data({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 5 } }),
    data({ type: 'message_stop' }),
  ],
  openai: [
    ...repeated({
      id: 'c',
      model: 'g',
      choices: [{ index: 0, delta: { content: words }, finish_reason: null }],
    }),
    data({ id: 'c', model: 'g', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
    'data: [DONE]\n\n',
  ],
  gemini: [
    ...repeated({
      responseId: 'r',
      modelVersion: 'g',
      candidates: [{ content: { parts: [{ text: words }] } }],
    }),
    data({
      candidates: [{ finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 2 },
    }),
  ],
};

function translated(routeType: RouteType, provider: ProviderName, body: string): UpstreamCall {
  const result = translateRequest({
    routeType,
    target: {
      name: 'b',
      provider,
      model: 'm',
      origin: 'http://x',
      modelAliases: {},
      defaults: [],
      overrides: [],
    },
    method: 'POST',
    pathAndQuery: '/v1beta/models/m:streamGenerateContent?alt=sse',
    headers: {},
    body,
    nowSeconds: 0,
  });
  if (!result.ok) throw new Error(result.fault.message);
  return result.call;
}

/** Microseconds of CPU each. */
function cpuOf(rounds: number, work: () => void): number {
  for (let i = 0; i < rounds; i++) work();
  const before = process.cpuUsage();
  for (let i = 0; i < rounds; i++) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / rounds;
}

for (const [dialect, provider] of pairs) {
  const body = JSON.stringify(bodies[dialect]);
  const request = cpuOf(200, () => void translated(dialect, provider, body));
  const call = translated(dialect, provider, body);
  const stream = cpuOf(40, () => {
    const translator = call.reply.stream();
    for (const event of streams[provider]!) translator.push(event);
    translator.end('complete');
  });
  const figures = `${(request / 1_000).toFixed(2)} ms a request of ${body.length} bytes, ${(stream / events).toFixed(2)} µs an event`;
  console.log(`${dialect} → ${provider}: ${figures}`);
}
