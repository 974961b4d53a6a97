/**
 * Providers for `streams.ts`: one answer of twenty pieces in the dialect of the path, its bytes made once. Below `/burst` it is one write, below
 * `/paced` each event is written by itself. `node stream-provider.ts` prints its port.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const pieces = Array.from({ length: 20 }, (_, i) => `some words of an answer, number ${i} `);
const data = (value: object) => `data: ${JSON.stringify(value)}\n\n`;
const named = (value: { type: string }) => `event: ${value.type}\n${data(value)}`;

const messages = [
  named({
    type: 'message_start',
    message: {
      id: 'msg_01',
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-5',
      content: [],
      stop_reason: null,
      usage: { input_tokens: 25, output_tokens: 1 },
    },
  } as never),
  named({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } } as never),
  named({ type: 'ping' }),
  ...pieces.map((text) =>
    named({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } } as never),
  ),
  named({ type: 'content_block_stop', index: 0 } as never),
  named({
    type: 'message_delta',
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: 180 },
  } as never),
  named({ type: 'message_stop' }),
];

const chunk = (delta: object, finish_reason: string | null = null) =>
  data({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'gpt-5.1',
    service_tier: 'default',
    system_fingerprint: 'fp_1',
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    usage: null,
  });
const completions = [
  chunk({ role: 'assistant', content: '', refusal: null }),
  ...pieces.map((content) => chunk({ content })),
  chunk({}, 'stop'),
  data({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'gpt-5.1',
    choices: [],
    usage: { prompt_tokens: 25, completion_tokens: 180, total_tokens: 205 },
  }),
  'data: [DONE]\n\n',
];

const answers = new Map([
  ['/v1/messages', messages],
  ['/v1/chat/completions', completions],
]);
const whole = new Map([...answers].map(([path, events]) => [path, Buffer.from(events.join(''))]));

/** One event each time round the loop, so that each is a read of its own for whoever listens. */
function pace(response: ServerResponse, events: readonly string[], at = 0): void {
  if (at === events.length) return void response.end();
  response.write(events[at]);
  setImmediate(pace, response, events, at + 1);
}

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    const [, mode, path] = /^\/(burst|paced)(.*)$/.exec(request.url!) ?? [];
    const events = answers.get(path ?? '');
    if (events === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (mode === 'burst') response.end(whole.get(path!));
    else pace(response, events);
  });
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
