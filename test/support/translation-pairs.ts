/** Every client dialect against every provider: recorded replies in, what the client gets and what is charged out. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProviderTarget, RouteType } from '../../src/core/config/snapshot.ts';
import { translateRequest } from '../../src/core/llm/translate.ts';
import type { RequestFault, StreamTranslator, UpstreamCall } from '../../src/core/llm/translate-contract.ts';

export const testdata = join(import.meta.dirname, '../../testdata/llm');

export const providers: Record<string, ProviderTarget> = {
  anthropic: target('anthropic', 'claude-sonnet-5'),
  openai: target('openai', 'gpt-5'),
  gemini: target('gemini', 'gemini-3-pro-preview'),
  azureopenai: { ...target('azureopenai', 'my-deployment'), azure: { apiVersion: '2025-04-01-preview' } },
  'custom-completions': target('custom', 'qwen', [{ type: 'Completions' }]),
  'custom-responses': target('custom', 'qwen', [{ type: 'Responses' }]),
};

export const dialects: RouteType[] = ['Completions', 'Messages', 'Responses', 'GenerateContent'];

function target(
  provider: ProviderTarget['provider'],
  model: string,
  formats?: ProviderTarget['formats'],
): ProviderTarget {
  return {
    name: 'ns/b',
    provider,
    model,
    origin: 'http://provider.test',
    credential: { type: 'key', value: 'sk-upstream' },
    modelAliases: {},
    defaults: [],
    overrides: [],
    ...(formats && { formats }),
  };
}

export function requestsOf(dialect: RouteType): Record<string, Record<string, unknown>> {
  return JSON.parse(read(`requests/${dialect}.json`));
}

export function translate(
  dialect: RouteType,
  provider: string,
  body: unknown,
  stream = false,
): { call: UpstreamCall; fault?: undefined } | { call?: undefined; fault: RequestFault } {
  const result = translateRequest({
    routeType: dialect,
    target: providers[provider]!,
    method: 'POST',
    pathAndQuery: `/v1beta/models/gemini-asked:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    headers: {},
    body: JSON.stringify(body),
    nowSeconds: 1_795_448_801,
  });
  return result.ok ? { call: result.call } : { fault: result.fault };
}

export function read(name: string): string {
  return readFileSync(join(testdata, name), 'utf8');
}

/** The recorded reply of the API that the call goes to. */
export function recorded(call: UpstreamCall, name: string): string {
  const wires: [RegExp, string][] = [
    [/\/messages$/, 'anthropic-messages'],
    [/\/chat\/completions/, 'openai-chat'],
    [/\/responses/, 'openai-responses'],
    [/enerateContent/, 'gemini-generate'],
  ];
  const wire = wires.find(([path]) => path.test(call.url))![1];
  return read(`replies/${wire}/${name}`);
}

export function streamed(
  call: UpstreamCall,
  chunks: readonly string[],
): { text: string; stream: StreamTranslator } {
  const stream = call.reply.stream();
  let text = '';
  for (const chunk of chunks) {
    const out = stream.push(chunk);
    text += stream.raw ? chunk : out;
  }
  return { text: text + stream.end('complete'), stream };
}

/** All that one pair of dialect and provider does, as the golden files keep it. */
export function observe(dialect: RouteType, provider: string): unknown {
  return Object.fromEntries(
    Object.entries(requestsOf(dialect)).map(([name, body]) => {
      const { call, fault } = translate(dialect, provider, body, name.startsWith('stream'));
      return [name, call === undefined ? { fault } : observeCall(call)];
    }),
  );
}

function observeCall(call: UpstreamCall): unknown {
  const { url, body, drops, maxTokens, maxTokensFields } = call;
  const request = { url, body: JSON.parse(body), drops, maxTokens, maxTokensFields };
  const refused = JSON.parse(call.reply.error(429, recorded(call, 'error.json'), 'application/json').body);
  if (!call.streaming) {
    const { body: answer, ...rest } = call.reply.plain(recorded(call, 'plain.json'), 'application/json');
    return { request, answer: { ...rest, body: JSON.parse(answer) }, refused };
  }
  const { text, stream } = streamed(call, [recorded(call, 'stream.sse')]);
  const answer = { usage: stream.usage(), responseModel: stream.responseModel(), events: text.split('\n') };
  return { request, answer, refused };
}
