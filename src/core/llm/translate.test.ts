import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RouteType } from '../config/snapshot.ts';
import {
  anthropicStream,
  clientCall,
  dataOf,
  hello,
  streamed,
  target,
  translated,
} from './translate.fixture.ts';
import { dialectError, translateRequest } from './translate.ts';
import { ReplyFault } from './translate-contract.ts';

const recorded = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../../testdata/http-bytes', name), 'utf8')
    .split(/\r?\n\r?\n/)
    .at(-1)!;

test('the walkthrough: an OpenAI call becomes a Messages call with our credential', () => {
  const call = translated({ model: 'gpt-ignored', max_tokens: 200, ...hello });
  assert.equal(call.url, 'http://127.0.0.1:1/v1/messages');
  assert.deepEqual(call.headers, {
    accept: '*/*',
    'anthropic-version': '2023-06-01',
    'content-type': 'application/json',
    'user-agent': 'curl/8',
    'x-api-key': 'sk-upstream',
  });
  // What agentgateway was recorded to send, member for member.
  assert.deepEqual(JSON.parse(call.body), JSON.parse(recorded('01-good.upstream-request')));
  assert.equal(translated(hello).maxTokens, 4096);
  assert.doesNotMatch(JSON.stringify(call.headers) + call.body, /sk-mike-key/);
});

test('the walkthrough: the answer comes back in OpenAI form, usage and all', () => {
  const call = translated(hello);
  const reply = call.reply.plain(
    JSON.stringify({
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-5',
      content: [
        { type: 'text', text: 'Hello' },
        { type: 'tool_use', id: 'toolu_1', name: 'f', input: { a: 1 } },
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: {
        input_tokens: 10,
        cache_read_input_tokens: 20,
        cache_creation_input_tokens: 10,
        output_tokens: 80,
        service_tier: 'standard',
      },
    }),
    'application/json',
  );
  assert.deepEqual(reply.usage, {
    inputTokens: 40,
    cachedInputTokens: 20,
    cacheWriteTokens: 10,
    cacheWrite1hTokens: 0,
    outputTokens: 80,
    reasoningTokens: 0,
    estimated: false,
  });
  assert.deepEqual(JSON.parse(reply.body), {
    id: 'msg_1',
    object: 'chat.completion',
    created: 1_795_448_801,
    model: 'claude-sonnet-5',
    service_tier: 'standard',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: 'Hello',
          refusal: null,
          tool_calls: [{ id: 'toolu_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
        },
        logprobs: null,
        finish_reason: 'tool_calls',
      },
    ],
    usage: {
      prompt_tokens: 40,
      completion_tokens: 80,
      total_tokens: 120,
      prompt_tokens_details: { cached_tokens: 20, cache_write_tokens: 10 },
      completion_tokens_details: { reasoning_tokens: 0 },
    },
  });
});

test('OpenAI → Messages: system, tools, results, images, documents, stop, sampling, structure', () => {
  const call = translated({
    max_completion_tokens: 9000,
    temperature: 1.5,
    stop: 'END',
    user: 'u1',
    seed: 7,
    parallel_tool_calls: false,
    tools: [{ type: 'function', function: { name: 'f', description: 'd', parameters: { type: 'object' } } }],
    tool_choice: { type: 'function', function: { name: 'f' } },
    response_format: { type: 'json_schema', json_schema: { name: 's', schema: { type: 'object' } } },
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'developer', content: [{ type: 'text', text: 'And kind.' }] },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
          { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,BBBB' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
          { id: 'c2', type: 'function', function: { name: 'f', arguments: '' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'one' },
      { role: 'tool', tool_call_id: 'c2', content: 'two' },
      { role: 'user', content: 'Go on' },
    ],
  });
  assert.deepEqual(JSON.parse(call.body), {
    model: 'claude-sonnet-5',
    max_tokens: 9000,
    system: [
      { type: 'text', text: 'Be brief.' },
      { type: 'text', text: 'And kind.' },
    ],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
          { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
          {
            type: 'document',
            title: 'a.pdf',
            source: { type: 'base64', media_type: 'application/pdf', data: 'BBBB' },
          },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'c1', name: 'f', input: { x: 1 } },
          { type: 'tool_use', id: 'c2', name: 'f', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'c1', content: [{ type: 'text', text: 'one' }] },
          { type: 'tool_result', tool_use_id: 'c2', content: [{ type: 'text', text: 'two' }] },
          { type: 'text', text: 'Go on' },
        ],
      },
    ],
    stop_sequences: ['END'],
    metadata: { user_id: 'u1' },
    tools: [{ name: 'f', description: 'd', input_schema: { type: 'object' } }],
    tool_choice: { type: 'tool', name: 'f', disable_parallel_tool_use: true },
    output_config: {
      format: { type: 'json_schema', schema: { type: 'object', additionalProperties: false } },
    },
  });
  assert.deepEqual(call.drops, [
    'seed',
    'temperature (this model takes none)',
    'response_format (objects take no further members)',
  ]);
});

test('Messages → OpenAI: the other way round', () => {
  const openai = target({ provider: 'openai', model: 'gpt-5' });
  const call = translated(
    {
      model: 'x',
      max_tokens: 100,
      system: [{ type: 'text', text: 'Be brief.' }],
      messages: [
        { role: 'user', content: 'hi' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 's' },
            { type: 'text', text: 'calling' },
            { type: 'tool_use', id: 't1', name: 'f', input: { a: 1 } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 't1', content: 'ok' },
            { type: 'text', text: 'more' },
          ],
        },
      ],
      stream: true,
    },
    { routeType: 'Messages', target: openai },
  );
  assert.equal(call.url, 'http://127.0.0.1:1/v1/chat/completions');
  assert.equal(call.headers['authorization'], 'Bearer sk-upstream');
  assert.deepEqual(JSON.parse(call.body), {
    model: 'gpt-5',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'hi' },
      {
        role: 'assistant',
        content: 'calling',
        tool_calls: [{ id: 't1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
      },
      { role: 'tool', tool_call_id: 't1', content: 'ok' },
      { role: 'user', content: 'more' },
    ],
    max_completion_tokens: 100,
    stream: true,
    stream_options: { include_usage: true },
  });
});

test('a stream: deltas, tool calls, finish, [DONE]; usage only when asked for', () => {
  for (const asked of [true, false]) {
    const call = translated({ ...hello, stream: true, stream_options: { include_usage: asked } });
    const { out, stream } = streamed(call, [anthropicStream()]);
    const events = dataOf(out);
    assert.equal(events.at(-1), '[DONE]');
    const chunks = events.slice(0, -1).map((text) => JSON.parse(text));
    assert.equal(chunks.map((c) => c.choices[0]?.delta.content ?? '').join(''), 'Hello é漢');
    assert.deepEqual(chunks[0].choices[0].delta, { role: 'assistant', content: 'Hel' });
    assert.deepEqual(
      chunks.flatMap((c) => c.choices[0]?.delta.tool_calls ?? []),
      [
        { index: 0, id: 't1', type: 'function', function: { name: 'f', arguments: '' } },
        { index: 0, function: { arguments: '{"a":1}' } },
      ],
    );
    const reported = chunks.filter((c) => c.usage);
    assert.equal(reported.length, asked ? 1 : 0);
    if (asked) assert.equal(reported[0].usage.total_tokens, 120);
    assert.equal(stream.usage().outputTokens, 80);
    assert.equal(stream.usage().estimated, false);
    assert.equal(stream.responseModel(), 'claude-sonnet-5');
    assert.ok(stream.finished() && stream.sawFirstToken());
  }
});

test('a stream: any chunking gives the same bytes and the same usage', () => {
  const call = translated({ ...hello, stream: true });
  const whole = anthropicStream();
  const expected = streamed(call, [whole]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 60 }), (sizes) => {
      const chunks: string[] = [];
      let at = 0;
      for (const size of sizes) {
        chunks.push(whole.slice(at, at + size));
        at += size;
      }
      chunks.push(whole.slice(at));
      const actual = streamed(call, chunks);
      assert.equal(actual.out, expected.out);
      assert.deepEqual(actual.stream.usage(), expected.stream.usage());
    }),
  );
});

test('a stream that is cut: charged what was delivered, and the client is told', () => {
  const call = translated({ ...hello, stream: true });
  const broken = streamed(call, [anthropicStream(false)], 'broken');
  assert.match(broken.out, /"error":\{"message":"the provider ended the stream before it was complete"/);
  assert.doesNotMatch(broken.out, /\[DONE\]/);
  const usage = broken.stream.usage();
  assert.equal(usage.inputTokens, 40);
  assert.ok(usage.outputTokens > 1 && usage.estimated);
  assert.equal(streamed(call, [anthropicStream(false)], 'aborted').out.includes('error'), false);
  const nothing = streamed(call, [], 'broken').stream.usage();
  assert.ok(nothing.inputTokens > 0 && nothing.estimated);
});

test('text deltas: read alike with and without the JSON parser', () => {
  const call = translated({ ...hello, stream: true });
  const head = '{"type":"content_block_delta","index":3,"delta":{"type":"text_delta","text":';
  const written: [string, string][] = [
    ['plain “text” 漢 / é', `${head}"plain “text” 漢 / é"}}`],
    ['padded', `${head}"padded"}           }`],
    ['', `${head}""}}`],
    ['a "quote" and \\ and \n', `${head}"a \\"quote\\" and \\\\ and \\n"}}`],
    [
      'other order',
      '{"index":3,"delta":{"text":"other order","type":"text_delta"},"type":"content_block_delta"}',
    ],
    ['more fields', `${head}"more fields","new":"x"},"also":{}}`],
  ];
  const start = anthropicStream().split('\n\n')[0];
  for (const [text, event] of written) {
    const { out } = streamed(call, [`${start}\n\ndata: ${event}\n\n`], 'aborted');
    const [chunk] = dataOf(out).map((data) => JSON.parse(data).choices[0].delta.content);
    assert.equal(chunk, text);
  }
  for (const broken of [`${head}"x"}`, `${head}"x"}}}`, `${head}"x\u0001"}}`, `${head}"x\\"}}`]) {
    const stream = call.reply.stream();
    assert.throws(() => stream.push(`${start}\n\ndata: ${broken}\n\n`), ReplyFault, broken);
  }
});

test('a provider error inside a stream is re-shaped; events out of order are a fault', () => {
  const call = translated({ ...hello, stream: true });
  const overloaded =
    'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n';
  assert.match(streamed(call, [overloaded]).out, /"type":"server_error","param":null,"code":"overloaded"/);
  const delta = 'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"x"}}\n\n';
  assert.throws(() => call.reply.stream().push(delta), ReplyFault);
  assert.throws(() => call.reply.stream().push('data: <html>\n\n'), ReplyFault);
});

test('native Messages: bytes go through, the model is patched in the text, usage is read', () => {
  const body =
    '{"max_tokens":10, "model":"other",\n "messages":[{"role":"user","content":"hi"}],"future_field":1e400}';
  const call = translated(body, {
    routeType: 'Messages',
    headers: { 'anthropic-beta': 'b1', 'x-api-key': 'sk-mike-key' },
  });
  assert.equal(call.body, body.replace('"other"', '"claude-sonnet-5"'));
  assert.equal(call.headers['anthropic-beta'], 'b1');
  assert.equal(call.headers['x-api-key'], 'sk-upstream');
  const answer =
    '{"type":"message","model":"claude-sonnet-5","content":[],"usage":{"input_tokens":3,"output_tokens":4},"x":1e400}';
  const reply = call.reply.plain(answer, 'application/json');
  assert.equal(reply.body, answer);
  assert.equal(reply.usage?.outputTokens, 4);
  const stream = call.reply.stream();
  assert.equal(stream.raw, true);
  stream.push(anthropicStream());
  assert.equal(stream.usage().outputTokens, 80);
});

test('native OpenAI streams: usage is asked for upstream and hidden from who did not ask', () => {
  const openai = target({ provider: 'openai', model: undefined });
  const call = translated({ model: 'gpt-5', stream: true, ...hello }, { target: openai });
  assert.deepEqual(JSON.parse(call.body).stream_options, { include_usage: true });
  const text =
    'data: {"id":"c","model":"gpt-5","choices":[{"index":0,"delta":{"content":"x"},"unknown":1}],"usage":null}\n\n';
  const usage =
    'data: {"id":"c","model":"gpt-5","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\n';
  const { out, stream } = streamed(call, [text, usage, 'data: [DONE]\n\n']);
  assert.equal(out, `${text}data: [DONE]\n\n`);
  assert.equal(stream.usage().outputTokens, 4);
  const asked = translated(
    { model: 'gpt-5', stream: true, stream_options: { include_usage: true }, ...hello },
    { target: openai },
  );
  assert.equal(asked.reply.stream().raw, true);
});

test('a plain answer without usage is estimated and marked', () => {
  const reply = translated(hello).reply.plain(
    '{"id":"m","model":"c","content":[{"type":"text","text":"Hello there"}]}',
    '',
  );
  assert.ok(reply.usage!.estimated && reply.usage!.outputTokens > 0);
});

test('garbage from a provider is a fault', () => {
  const { reply } = translated(hello);
  for (const text of [
    '<html>',
    '{"content":',
    '[]',
    '{}',
    '{"content":"x"}',
    '{"error":{"message":"in a 200"}}',
  ]) {
    assert.throws(() => reply.plain(text, 'text/html'), ReplyFault, text);
  }
});

test("provider errors in the client's dialect", () => {
  const anthropicError = (type: string) => JSON.stringify({ type: 'error', error: { type, message: 'why' } });
  const cases: [number, string, string][] = [
    [400, 'invalid_request_error', 'invalid_request_error'],
    [401, 'authentication_error', 'authentication_error'],
    [403, 'permission_error', 'permission_error'],
    [404, 'not_found_error', 'invalid_request_error'],
    [429, 'rate_limit_error', 'rate_limit_error'],
    [500, 'api_error', 'server_error'],
    [529, 'overloaded_error', 'server_error'],
  ];
  for (const [status, type, expected] of cases) {
    const { body } = translated(hello).reply.error(status, anthropicError(type), 'application/json');
    assert.equal(JSON.parse(body).error.type, expected, type);
    assert.equal(JSON.parse(body).error.message, 'why');
  }
  const html = translated(hello).reply.error(502, '<html>bad gateway</html>', 'text/html');
  assert.equal(JSON.parse(html.body).error.message, 'the provider gave no reason');
  const native = translated({ max_tokens: 1, ...hello }, { routeType: 'Messages' }).reply.error(
    502,
    '<html>',
    'text/html',
  );
  assert.equal(JSON.parse(native.body).error.type, 'api_error');
});

test('faults name the field', () => {
  const cases: [unknown, RouteType, string | undefined, RegExp][] = [
    ['', 'Completions', '', /empty/],
    ['{"a":', 'Completions', '', /not valid JSON/],
    ['[]', 'Completions', '', /must be a JSON object/],
    [{}, 'Completions', 'messages', /must be an array, not missing/],
    [{ messages: [] }, 'Completions', 'messages', /at least one/],
    [{ messages: [{ role: 'user' }] }, 'Completions', 'messages[0].content', /missing/],
    [{ messages: [{ role: 'robot', content: 'x' }] }, 'Completions', 'messages[0].role', /robot/],
    [{ ...hello, n: 2 }, 'Completions', 'n', /one answer/],
    [{ ...hello, logprobs: true }, 'Completions', 'logprobs', /log prob/],
    [{ ...hello, stop: 5 }, 'Completions', 'stop', /array/],
    [{ ...hello, max_tokens: -1 }, 'Completions', 'max_completion_tokens', /whole number/],
    [{ messages: [] }, 'Messages', 'messages', /at least one/],
    [hello, 'Realtime', undefined, /does not have the Realtime/],
    [{}, 'Responses', 'input', /missing/],
    [{ contents: [] }, 'GenerateContent', '', /path must end/],
    [{ input: 'x', previous_response_id: 'resp_1' }, 'Responses', 'previous_response_id', /no state/],
    [{ input: 'x', background: true }, 'Responses', 'background', /at once/],
    [{ input: 'x', reasoning: { effort: 'huge' } }, 'Responses', 'reasoning.effort', /one of none/],
    [
      { input: [{ role: 'user', content: [{ type: 'input_audio' }] }] },
      'Responses',
      'input[0].content[0].type',
      /input_audio/,
    ],
    [{ input: [{ type: 'item_reference', id: 'x' }] }, 'Responses', 'input[0]', /keeps no items/],
    [{ input: 'x', tool_choice: { type: 'web_search' } }, 'Responses', 'tool_choice.type', /OpenAI only/],
    [hello, 'Embeddings', undefined, /does not have/],
  ];
  for (const [body, routeType, path, message] of cases) {
    const result = translateRequest(clientCall(body, { routeType }));
    assert.ok(!result.ok, JSON.stringify(body));
    assert.equal(result.fault.path, path);
    assert.match(result.fault.message, message);
  }
  const noModel = translateRequest(clientCall(hello, { target: target({ model: undefined }) }));
  assert.equal(noModel.ok ? '' : noModel.fault.path, 'model');
  const get = translateRequest(clientCall('', { method: 'GET' }));
  assert.match(get.ok ? '' : get.fault.message, /use POST/);
});

test('aliases, defaults, overrides, prompt enrichment', () => {
  const enriched = target({
    model: undefined,
    modelAliases: { fast: 'claude-haiku', 'gpt-*': 'claude-sonnet-4-5' },
    defaults: [{ field: 'temperature', value: 0.5 }],
    overrides: [{ field: 'max_tokens', value: 77 }],
    prompt: { prepend: [{ role: 'system', content: 'House rules.' }], append: [] },
  });
  const body = JSON.parse(
    translated({ model: 'gpt-4', temperature: 0.1, ...hello }, { target: enriched }).body,
  );
  assert.equal(body.model, 'claude-sonnet-4-5');
  assert.equal(body.temperature, 0.1);
  assert.equal(body.max_tokens, 77);
  assert.deepEqual(body.system, [{ type: 'text', text: 'House rules.' }]);
  assert.equal(
    JSON.parse(translated({ model: 'fast', ...hello }, { target: enriched }).body).model,
    'claude-haiku',
  );
});

test('passthrough: method, path and body untouched, usage read where there is some', () => {
  const call = translated('not json', {
    routeType: 'Passthrough',
    method: 'PUT',
    pathAndQuery: '/v1/files?x=1',
  });
  assert.deepEqual(
    [call.method, call.url, call.body],
    ['PUT', 'http://127.0.0.1:1/v1/files?x=1', 'not json'],
  );
  assert.equal(call.reply.plain('{"data":[]}', 'application/json').usage, undefined);
  assert.equal(call.reply.plain('{"usage":{"input_tokens":1,"output_tokens":2}}', '').usage?.outputTokens, 2);
});

test('refusals of the gateway speak the dialect', () => {
  const fault = { status: 413, code: 'request_too_large', message: 'too large' };
  assert.deepEqual(JSON.parse(dialectError('Messages', fault).body), {
    type: 'error',
    error: { type: 'request_too_large', message: 'too large', code: 'request_too_large' },
  });
  assert.equal(JSON.parse(dialectError('Completions', fault).body).error.code, 'request_too_large');
});

test('what is left out is told in a header: visible ASCII, not without end', () => {
  const odd = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`é\r\n${i}`, i]));
  const drops = translated({ ...hello, ...odd }).drops!;
  assert.equal(drops.length, 20);
  assert.match(drops[0]!, /^[ -~]+$/);
});

test('calls of tools that are filled side by side: never one with the arguments of another', () => {
  const openai = {
    target: target({ provider: 'custom', model: 'qwen', formats: [{ type: 'Completions' }] }),
  };
  const start = (index: number) => ({ index, id: `c${index}`, function: { name: 'f', arguments: '' } });
  const rest = (index: number, text: string) => ({ index, function: { arguments: text } });
  const deltas = [start(0), start(1), rest(0, '{"a":'), rest(1, '{"b":'), rest(0, '1}'), rest(1, '2}')];
  const chunks = deltas.map(
    (call) =>
      `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta: { tool_calls: [call] } }] })}\n\n`,
  );
  const finish = `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] })}\n\n`;
  const all = [...chunks, finish, 'data: [DONE]\n\n'];
  const responses = translated({ input: 'x', stream: true }, { ...openai, routeType: 'Responses' });
  assert.match(streamed(responses, all).out, /"arguments":"\{\\"a\\":1\}"[\s\S]*"arguments":"\{\\"b\\":2\}"/);
  const messages = translated(
    { max_tokens: 9, stream: true, ...hello },
    { ...openai, routeType: 'Messages' },
  );
  const { out } = streamed(messages, all);
  const events = dataOf(out.replaceAll(/event: .*\n/g, '')).map((data) => JSON.parse(data));
  const blocks = events.flatMap((e) => (e.type === 'content_block_start' ? [e.content_block.id] : []));
  const filled = (index: number) =>
    events.flatMap((e) => (e.index === index && e.delta ? [e.delta.partial_json] : [])).join('');
  assert.deepEqual([blocks, filled(0), filled(1)], [['c0', 'c1'], '{"a":1}', '{"b":2}']);
  // Of two blocks never more than one is open.
  const order = events.flatMap((e) => (/_(start|stop)$/.test(e.type) && 'index' in e ? [e.type] : []));
  assert.deepEqual(
    order.map((type: string) => type.slice(14)),
    ['start', 'stop', 'start', 'stop'],
  );
});
