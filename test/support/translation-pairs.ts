/** Every client dialect against every provider: recorded replies in, what the client gets and what is charged out. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProviderTarget, RouteType } from '../../src/core/config/snapshot.ts';
import type { RequestFault } from '../../src/core/llm/request-fault.ts';
import { translateRequest } from '../../src/core/llm/translate.ts';
import type { StreamTranslator, UpstreamCall } from '../../src/core/llm/translate-contract.ts';

import { awsEvent, invokeChunk } from './event-stream.ts';

export const testdata = join(import.meta.dirname, '../../testdata/llm');

export const providers: Record<string, ProviderTarget> = {
  anthropic: target('anthropic', 'claude-sonnet-5'),
  openai: target('openai', 'gpt-5'),
  gemini: target('gemini', 'gemini-3-pro-preview'),
  azureopenai: { ...target('azureopenai', 'my-deployment'), azure: { apiVersion: '2025-04-01-preview' } },
  bedrock: { ...target('bedrock', 'eu.amazon.nova-2-lite-v1:0'), bedrock: {} },
  'bedrock-anthropic': {
    ...target('bedrock', 'us.anthropic.claude-sonnet-5'),
    bedrock: { guardrail: { identifier: 'gr-1', version: '2' } },
  },
  vertexai: {
    ...target('vertexai', 'gemini-3-pro-preview'),
    vertexai: { projectId: 'p-1', region: 'global' },
  },
  'vertexai-anthropic': {
    ...target('vertexai', 'claude-sonnet-4-5@20250929'),
    vertexai: { projectId: 'p-1', region: 'europe-west1' },
  },
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

/** For providers that fetch no pictures: the same requests, with those inside. */
function inlineOf(dialect: RouteType): Record<string, Record<string, unknown>> {
  const data = 'iVBORw0KGgo=';
  const text = read(`requests/${dialect}.json`)
    .replace(
      /\{\s*"type": "url",\s*"url": "[^"]*"\s*\}/g,
      `{"type":"base64","media_type":"image/png","data":"${data}"}`,
    )
    .replace(/"fileData": \{[^}]*\}/g, `"inlineData":{"mimeType":"image/png","data":"${data}"}`)
    .replace(/"https:\/\/example.com\/a.png"/g, `"data:image/png;base64,${data}"`);
  const { conversation } = JSON.parse(text);
  return { 'conversation, inline': conversation };
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
    callId: 'call-1',
  });
  return result.ok ? { call: result.call } : { fault: result.fault };
}

export function read(name: string): string {
  return readFileSync(join(testdata, name), 'utf8');
}

/**
 * The recorded reply of the API that the call goes to; a binary stream's bytes are the characters up to 255. `feature`: what the call
 * asks for, where there is a reply of its own for that.
 */
export function recorded(
  call: UpstreamCall,
  name: 'plain.json' | 'error.json' | 'stream.sse',
  feature = '',
): string {
  const wires: [RegExp, string][] = [
    [/\/converse/, 'bedrock-converse'],
    [/\/messages$|\/invoke|awPredict$/, 'anthropic-messages'],
    [/\/chat\/completions/, 'openai-chat'],
    [/\/responses/, 'openai-responses'],
    [/enerateContent/, 'gemini-generate'],
  ];
  const wire = wires.find(([path]) => path.test(call.url))![1];
  if (name === 'error.json') return read(`replies/${errorsOf(call.url) ?? wire}/${name}`);
  const own = (kind: string, otherwise: string) => {
    const of = `replies/${wire}/${feature}.${kind}`;
    return read(existsSync(join(testdata, of)) ? of : `replies/${wire}/${otherwise}`);
  };
  if (name === 'plain.json') return own('json', name);
  if (wire === 'bedrock-converse') return converseStream(own('jsonl', 'stream.jsonl'));
  const text = own('sse', name);
  return call.url.includes('/invoke') ? invokeStream(text) : text;
}

/** A cloud's errors are its own, whatever API of a model's vendor it serves. */
function errorsOf(url: string): string | undefined {
  if (url.includes('/model/')) return 'bedrock-converse';
  return url.includes('/locations/') ? 'gemini-generate' : undefined;
}

export const isBinary = (call: UpstreamCall): boolean => call.reply.stream().pushBytes !== undefined;

/** Bytes as characters up to 255. */
export function converseStream(lines: string): string {
  const events = lines.trim().split('\n');
  const messages = events.flatMap((line) => Object.entries(JSON.parse(line) as Record<string, object>));
  return Buffer.concat(messages.map(([type, payload]) => awsEvent(type, payload))).toString('latin1');
}

export function invokeStream(text: string): string {
  const events = [...text.matchAll(/^data: (.*)$/gm)].map((match) => invokeChunk(JSON.parse(match[1]!)));
  return Buffer.concat(events).toString('latin1');
}

export function streamed(
  call: UpstreamCall,
  chunks: readonly string[],
): { text: string; stream: StreamTranslator } {
  const stream = call.reply.stream();
  let text = '';
  for (const chunk of chunks) {
    const out = stream.pushBytes?.(Buffer.from(chunk, 'latin1')) ?? stream.push(chunk);
    text += stream.raw ? chunk : out;
  }
  return { text: text + stream.end('complete'), stream };
}

/** All that one pair of dialect and provider does, as the golden files keep it. */
export function observe(dialect: RouteType, provider: string): unknown {
  const requests = { ...requestsOf(dialect), ...(provider.startsWith('bedrock') ? inlineOf(dialect) : {}) };
  return Object.fromEntries(
    Object.entries(requests).map(([name, body]) => {
      const { call, fault } = translate(dialect, provider, body, name.startsWith('stream'));
      return [name, call === undefined ? { fault } : observeCall(call, featureOf(name))];
    }),
  );
}

/** `stream, logprobs` */
export function featureOf(name: string): string | undefined {
  return name.split(', ')[1];
}

function observeCall(call: UpstreamCall, feature: string | undefined): unknown {
  const { url, body, drops, maxTokens, maxTokensFields } = call;
  const request = { url, body: JSON.parse(body), drops, maxTokens, maxTokensFields };
  const refused = JSON.parse(call.reply.error(429, recorded(call, 'error.json'), 'application/json').body);
  if (!call.streaming) {
    const reply = recorded(call, 'plain.json', feature);
    const { body: answer, ...rest } = call.reply.plain(reply, 'application/json');
    return { request, answer: { ...rest, body: JSON.parse(answer) }, refused };
  }
  const { text, stream } = streamed(call, [recorded(call, 'stream.sse', feature)]);
  const answer = { usage: stream.usage(), responseModel: stream.responseModel(), events: text.split('\n') };
  return { request, answer, refused };
}
