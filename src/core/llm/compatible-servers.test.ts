/** Servers that speak a vendor's API nearly: what they do otherwise, each seen in the wild, is read as it is meant. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RouteType } from '../config/snapshot.ts';
import { hello, streamed, target, translated } from './translate.fixture.ts';

const custom = (routeType: RouteType, format: 'Completions' | 'Messages' | 'Responses' = 'Completions') => ({
  routeType,
  target: target({ provider: 'custom', model: 'm', formats: [{ type: format }] }),
});
const askMessages = { max_tokens: 99, ...hello };
const chunk = (delta: object, rest: object = {}, reason: unknown = null) =>
  `data: ${JSON.stringify({ id: 'c1', model: 'm', ...rest, choices: [{ index: 0, delta, finish_reason: reason }] })}\n\n`;
const call = (fields: object) => chunk({ tool_calls: [fields] });
const done = 'data: [DONE]\n\n';

/** What an Anthropic client puts together from the stream of a server of chat completions. */
function asMessage(chunks: readonly string[]) {
  const upstream = translated({ ...askMessages, stream: true }, custom('Messages'));
  const { out, stream } = streamed(upstream, chunks);
  const blocks: { type: string; id?: string; name?: string; text: string }[] = [];
  let reason: string | undefined;
  let error: string | undefined;
  for (const line of out.split('\n')) {
    if (!line.startsWith('data: ')) continue;
    const event = JSON.parse(line.slice(6));
    if (event.type === 'content_block_start') {
      const { type, id, name } = event.content_block;
      blocks.push({ type, ...(id && { id, name }), text: '' });
    }
    const { text, thinking, partial_json, stop_reason } = event.delta ?? {};
    if (event.type === 'content_block_delta') blocks.at(-1)!.text += text ?? thinking ?? partial_json;
    if (event.type === 'message_delta') reason = stop_reason;
    if (event.type === 'error') error = event.error.message;
  }
  return { blocks, reason, error, usage: stream.usage() };
}
const toolUse = (id: string, name: string, text: string) => ({ type: 'tool_use', id, name, text });

describe('streams of chat completions', () => {
  const first = { index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '{"x"' } };
  const stop = chunk({}, {}, 'tool_calls');
  const expected = [toolUse('a', 'f', '{"x":1}')];

  for (const [name, rest] of Object.entries({
    'an empty id and name with every further piece': {
      index: 0,
      id: '',
      function: { name: '', arguments: ':1}' },
    },
    'the id and name again with every piece': {
      index: 0,
      id: 'a',
      function: { name: 'f', arguments: ':1}' },
    },
    'pieces without an index': { function: { arguments: ':1}' } },
    'null where there is nothing': { index: 0, id: null, function: { name: null, arguments: ':1}' } },
  })) {
    test(name, () => {
      assert.deepEqual(asMessage([call(first), call(rest), stop, done]).blocks, expected);
    });
  }

  test('calls that all have index 0, told apart by their ids', () => {
    const two = ['a', 'b'].map((id) => call({ index: 0, id, function: { name: 'f', arguments: '{}' } }));
    assert.deepEqual(asMessage([...two, stop, done]).blocks, [
      toolUse('a', 'f', '{}'),
      toolUse('b', 'f', '{}'),
    ]);
  });

  test('whole calls without index and id get an id each; one that counts from 1', () => {
    const whole = call({ function: { name: 'f', arguments: { x: 1 } } });
    assert.deepEqual(asMessage([whole, whole, stop, done]).blocks, [
      toolUse('call_c1_0', 'f', '{"x":1}'),
      toolUse('call_c1_1', 'f', '{"x":1}'),
    ]);
    const late = call({ index: 1, id: 'a', function: { name: 'f', arguments: '{"x":1}' } });
    assert.deepEqual(asMessage([chunk({ content: 'I look' }), late, stop, done]).blocks, [
      { type: 'text', text: 'I look' },
      ...expected,
    ]);
  });

  test('a name that comes behind the id', () => {
    const split = [
      { index: 0, id: 'a' },
      { index: 0, function: { name: 'f' } },
      { index: 0, function: { arguments: '{"x":1}' } },
    ];
    assert.deepEqual(asMessage([...split.map(call), stop, done]).blocks, expected);
  });

  test('text and the begin of a call in one chunk', () => {
    const both = chunk({
      content: 'So: ',
      tool_calls: [{ ...first, function: { name: 'f', arguments: '{"x":1}' } }],
    });
    assert.deepEqual(asMessage([both, stop, done]).blocks, [{ type: 'text', text: 'So: ' }, ...expected]);
  });

  test('"stop" behind calls of tools means that they are to be made', () => {
    assert.equal(asMessage([call(first), chunk({}, {}, 'stop'), done]).reason, 'tool_use');
  });

  test('an empty reason with every chunk, and the reason twice', () => {
    const words = ['a', 'b'].map((content) => chunk({ content }, {}, ''));
    const { blocks, reason } = asMessage([...words, chunk({}, {}, 'length'), chunk({}, {}, 'stop'), done]);
    assert.deepEqual([blocks, reason], [[{ type: 'text', text: 'ab' }], 'max_tokens']);
  });

  test('no [DONE]: complete with a reason, cut off without one', () => {
    const { error, reason, usage } = asMessage([chunk({ content: 'hi' }), chunk({}, {}, 'stop')]);
    assert.deepEqual([error, reason, usage.estimated], [undefined, 'end_turn', true]);
    assert.match(asMessage([chunk({ content: 'hi' })]).error!, /before it was complete/);
  });

  test('"error": null with every chunk is none; errors in three forms are', () => {
    assert.equal(asMessage([chunk({ content: 'hi' }, { error: null }, 'stop'), done]).error, undefined);
    for (const error of [
      { error: { message: 'no luck' } },
      { error: 'no luck' },
      { object: 'error', message: 'no luck' },
    ])
      assert.equal(
        asMessage([chunk({ content: 'hi' }), `data: ${JSON.stringify(error)}\n\n`]).error,
        'no luck',
      );
  });

  test('content as a list of parts, with reasoning in it', () => {
    const thinking = [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }];
    const { blocks } = asMessage([
      chunk({ content: thinking }),
      chunk({ content: [{ type: 'text', text: 'hi' }] }, {}, 'stop'),
      done,
    ]);
    assert.deepEqual(blocks, [
      { type: 'thinking', text: 'hm' },
      { type: 'text', text: 'hi' },
    ]);
  });

  test('comments that keep the connection open do the same for the client', () => {
    const begun = [
      chunk({ content: 'a' }),
      ': OPENROUTER PROCESSING\n\n',
      chunk({ content: 'b' }, {}, 'stop'),
      done,
    ];
    const ping: [RouteType, RegExp][] = [
      ['Messages', /event: ping\ndata: /],
      ['Responses', /: ping\n\n/],
      ['GenerateContent', /: ping\n\n/],
      // In its own dialect, where only the report of usage is taken out.
      ['Completions', /: OPENROUTER PROCESSING\n\n/],
    ];
    const asked = { ...askMessages, input: 'x', contents: [{ parts: [{ text: 'x' }] }], stream: true };
    const pathAndQuery = '/v1beta/models/m:streamGenerateContent?alt=sse';
    for (const [routeType, expected] of ping)
      assert.match(streamed(translated(asked, { ...custom(routeType), pathAndQuery }), begun).out, expected);
  });

  test('a refusal is one in the end', () => {
    assert.equal(asMessage([chunk({ refusal: 'no' }), chunk({}, {}, 'stop'), done]).reason, 'refusal');
  });
});

describe('whole chat completions', () => {
  const answer = (message: object, finish_reason = 'stop') => {
    const upstream = translated(askMessages, custom('Messages'));
    const body = {
      id: 'c1',
      model: 'm',
      choices: [{ index: 0, message, finish_reason }],
      usage: { prompt_tokens: 5, completion_tokens: 6 },
    };
    return JSON.parse(upstream.reply.plain(JSON.stringify(body), 'application/json').body);
  };

  test('reasoning beside the text, in both of its names', () => {
    for (const name of ['reasoning_content', 'reasoning'])
      assert.deepEqual(answer({ content: 'hi', [name]: 'hm' }).content, [
        { type: 'thinking', thinking: 'hm', signature: '' },
        { type: 'text', text: 'hi' },
      ]);
  });

  test('signed reasoning of another gateway keeps its signature', () => {
    const thinking_blocks = [{ type: 'thinking', thinking: 'hm', signature: 's' }];
    const [block] = answer({ content: 'hi', reasoning_content: 'hm', thinking_blocks }).content;
    assert.deepEqual(block, { type: 'thinking', thinking: 'hm', signature: 's' });
  });

  test('calls with arguments as an object, without an id, ended with "stop"', () => {
    const { content, stop_reason } = answer({
      content: null,
      tool_calls: [{ function: { name: 'f', arguments: { x: 1 } } }],
    });
    assert.deepEqual(content, [{ type: 'tool_use', id: 'call_c1_0', name: 'f', input: { x: 1 } }]);
    assert.equal(stop_reason, 'tool_use');
  });

  test('errors in the forms of Mistral, FastAPI and Gemini keep their words', () => {
    const upstream = translated(askMessages, custom('Messages'));
    const detail = [{ loc: ['body'], msg: 'field required' }];
    const cases: [unknown, RegExp][] = [
      [{ message: 'Unauthorized', request_id: 'r' }, /Unauthorized/],
      [{ object: 'error', message: { detail } }, /field required/],
      [{ detail }, /field required/],
      [{ detail: 'not found' }, /not found/],
      [{ error: 'no such model' }, /no such model/],
      [[{ error: { code: 404, message: 'models/x is not found' } }], /is not found/],
    ];
    for (const [body, says] of cases)
      assert.match(upstream.reply.error(400, JSON.stringify(body), 'application/json').body, says);
  });

  test('a 200 that holds an error is none, and keeps its words', () => {
    for (const upstream of [
      translated(askMessages, custom('Messages')),
      translated(hello, custom('Completions')),
    ])
      for (const error of ['overloaded', { message: 'overloaded' }])
        assert.throws(
          () => upstream.reply.plain(JSON.stringify({ error }), 'application/json'),
          /overloaded/,
        );
  });
});
