/** Places that an answer rests on, from each API that tells them to each dialect, whole and streamed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProviderName, RouteType } from '../config/snapshot.ts';
import type { Fields } from './fields.ts';
import { hello, streamed, target, translated } from './translate.fixture.ts';

const url = 'https://example.com/a';
const title = 'A page';
const usage = { input_tokens: 1, output_tokens: 2 };
const annotation = { type: 'url_citation', url, title, start_index: 0, end_index: 5 };
const chatAnnotation = { type: 'url_citation', url_citation: { url, title, start_index: 0, end_index: 5 } };
const found = { type: 'web_search_result_location', url, title, cited_text: 'Hello', encrypted_index: 'E' };
const item = {
  type: 'message',
  content: [{ type: 'output_text', text: 'Hello', annotations: [annotation] }],
};
const grounding = { groundingChunks: [{ web: { uri: url, title } }] };

interface Source {
  provider: ProviderName;
  formats?: [{ type: 'Completions' | 'Responses' }];
  plain: object;
  stream: object[];
}

const sources: Record<string, Source> = {
  chat: {
    provider: 'custom',
    formats: [{ type: 'Completions' }],
    plain: {
      id: 'c',
      choices: [{ message: { content: 'Hello', annotations: [chatAnnotation] }, finish_reason: 'stop' }],
    },
    stream: [
      { id: 'c', choices: [{ delta: { content: 'Hello' } }] },
      { id: 'c', choices: [{ delta: { annotations: [chatAnnotation] } }] },
      { id: 'c', choices: [{ delta: {}, finish_reason: 'stop' }] },
    ],
  },
  'chat, beside the answer': {
    provider: 'custom',
    formats: [{ type: 'Completions' }],
    plain: {
      id: 'c',
      search_results: [{ url, title }],
      choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }],
    },
    stream: [
      { id: 'c', search_results: [{ url, title }], choices: [{ delta: { content: 'Hel' } }] },
      {
        id: 'c',
        search_results: [{ url, title }],
        choices: [{ delta: { content: 'lo' }, finish_reason: 'stop' }],
      },
    ],
  },
  responses: {
    provider: 'custom',
    formats: [{ type: 'Responses' }],
    plain: { id: 'resp_1', output: [item], usage },
    stream: [
      { type: 'response.created', response: { id: 'resp_1' } },
      { type: 'response.output_text.delta', output_index: 0, delta: 'Hello' },
      { type: 'response.output_text.annotation.added', output_index: 0, annotation },
      { type: 'response.completed', response: { usage } },
    ],
  },
  anthropic: {
    provider: 'anthropic',
    plain: {
      id: 'm',
      content: [{ type: 'text', text: 'Hello', citations: [found] }],
      stop_reason: 'end_turn',
      usage,
    },
    stream: [
      { type: 'message_start', message: { id: 'm', usage } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'citations_delta', citation: found } },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage },
      { type: 'message_stop' },
    ],
  },
  gemini: {
    provider: 'gemini',
    plain: {
      candidates: [
        { content: { parts: [{ text: 'Hello' }] }, finishReason: 'STOP', groundingMetadata: grounding },
      ],
    },
    stream: [
      { candidates: [{ content: { parts: [{ text: 'Hello' }] }, groundingMetadata: grounding }] },
      {
        candidates: [{ finishReason: 'STOP', groundingMetadata: grounding }],
        usageMetadata: { promptTokenCount: 1 },
      },
    ],
  },
};

const asked: Partial<Record<RouteType, object>> = {
  Completions: hello,
  Messages: { max_tokens: 9, ...hello },
  Responses: { input: 'x' },
  GenerateContent: { contents: [{ parts: [{ text: 'x' }] }] },
};

/** What of an answer, or of all events of one, is a place: by its members, however deep. */
function places(value: unknown): Fields[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = value as Fields;
  const place = own['url'] ?? own['uri'];
  if (typeof place === 'string') return [own];
  return Object.values(own).flatMap(places);
}

for (const [name, { provider, formats, plain, stream }] of Object.entries(sources)) {
  for (const [dialect, body] of Object.entries(asked) as [RouteType, object][]) {
    const own = {
      Completions: 'chat',
      Messages: 'anthropic',
      Responses: 'responses',
      GenerateContent: 'gemini',
    };
    if (name.startsWith(own[dialect as keyof typeof own])) continue;
    const call = (streaming: boolean) =>
      translated(
        { ...body, ...(streaming && dialect !== 'GenerateContent' && { stream: true }) },
        {
          routeType: dialect,
          pathAndQuery: `/v1beta/models/m:${streaming ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
          target: target({ provider, model: 'm', formats }),
        },
      );
    test(`${name} → ${dialect}`, () => {
      const whole = JSON.parse(call(false).reply.plain(JSON.stringify(plain), 'application/json').body);
      const chunks = stream.map((event) => `data: ${JSON.stringify(event)}\n\n`);
      const { out } = streamed(call(true), [
        ...chunks,
        ...(name.startsWith('chat') ? ['data: [DONE]\n\n'] : []),
      ]);
      const events = out
        .split('\n')
        .flatMap((line) => (line.startsWith('data: {') ? [JSON.parse(line.slice(6)) as unknown] : []));
      for (const told of [places(whole), places(events)]) {
        assert.ok(told.length > 0, name);
        for (const place of told) {
          assert.equal(place['url'] ?? place['uri'], url);
          assert.equal(place['title'], title);
        }
      }
      // Told once, but where an API tells its items again whole.
      if (dialect !== 'Responses') assert.equal(places(events).length, 1);
    });
  }
}
