/** Calls and streams that the tests of translation share. */
import type { ProviderTarget } from '../config/snapshot.ts';
import { translateRequest } from './translate.ts';
import type { ClientCall, UpstreamCall } from './translate-contract.ts';

export const target = (extra: Partial<ProviderTarget> = {}): ProviderTarget => ({
  name: 'ns/b',
  provider: 'anthropic',
  model: 'claude-sonnet-5',
  origin: 'http://127.0.0.1:1',
  credential: { type: 'key', value: 'sk-upstream' },
  modelAliases: {},
  defaults: [],
  overrides: [],
  ...extra,
});
export const clientCall = (body: unknown, extra: Partial<ClientCall> = {}): ClientCall => ({
  routeType: 'Completions',
  target: target(),
  method: 'POST',
  pathAndQuery: '/v1/chat/completions',
  headers: { authorization: 'Bearer sk-mike-key', 'user-agent': 'curl/8', cookie: 'a=b' },
  body: typeof body === 'string' ? body : JSON.stringify(body),
  nowSeconds: 1_795_448_801,
  ...extra,
});
export function translated(body: unknown, extra: Partial<ClientCall> = {}): UpstreamCall {
  const result = translateRequest(clientCall(body, extra));
  if (!result.ok) throw new Error(result.fault.message);
  return result.call;
}
export const hello = { messages: [{ role: 'user', content: 'Say hello' }] };

export const anthropicStream = (stop = true) =>
  [
    [
      'message_start',
      { message: { id: 'msg_1', model: 'claude-sonnet-5', usage: { input_tokens: 40, output_tokens: 1 } } },
    ],
    ['content_block_start', { index: 0, content_block: { type: 'text', text: '' } }],
    ['ping', {}],
    ['content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'Hel' } }],
    ['content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'lo é漢' } }],
    ['content_block_stop', { index: 0 }],
    [
      'content_block_start',
      { index: 1, content_block: { type: 'tool_use', id: 't1', name: 'f', input: {} } },
    ],
    ['content_block_delta', { index: 1, delta: { type: 'input_json_delta', partial_json: '{"a":1}' } }],
    ['content_block_stop', { index: 1 }],
    ...(stop
      ? [
          [
            'message_delta',
            { delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 80 } },
          ],
          ['message_stop', {}],
        ]
      : []),
  ]
    .map(([type, rest]) => `event: ${type}\ndata: ${JSON.stringify({ type, ...(rest as object) })}\n\n`)
    .join('');

export function streamed(
  call: UpstreamCall,
  chunks: readonly string[],
  end: 'complete' | 'broken' | 'aborted' = 'complete',
) {
  const stream = call.reply.stream();
  let out = '';
  for (const chunk of chunks) out += stream.push(chunk);
  out += stream.end(end);
  return { out, stream };
}
export const dataOf = (out: string) =>
  out
    .split('\n\n')
    .filter((e) => e.startsWith('data: '))
    .map((e) => e.slice(6));
