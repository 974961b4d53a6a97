/** Small parts of requests on their way between dialects: what arrives in which form, and what is told to be left out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RouteType } from '../config/snapshot.ts';
import { target, translated } from './translate.fixture.ts';

const sent = (body: object, routeType: RouteType, provider: 'anthropic' | 'openai' | 'gemini') => {
  const model = { anthropic: 'claude-sonnet-4-5', openai: 'gpt-5.1', gemini: 'gemini-2.5-pro' }[provider];
  const pathAndQuery = '/v1beta/models/m:generateContent';
  const call = translated(body, { routeType, pathAndQuery, target: target({ provider, model }) });
  return { body: JSON.parse(call.body), drops: call.drops };
};
const use = (id: string) => ({ type: 'tool_use', id, name: 'f', input: {} });
const png = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } };

test('a picture that a tool answers with is shown by the user where results are text, behind all results', () => {
  const messages = [
    { role: 'user', content: 'x' },
    { role: 'assistant', content: [use('a'), use('b')] },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'look' }, png] },
        { type: 'tool_result', tool_use_id: 'b', content: 'done' },
        { type: 'text', text: 'and?' },
      ],
    },
  ];
  const { body, drops } = sent({ max_tokens: 9, messages }, 'Messages', 'openai');
  assert.deepEqual(body.messages.slice(2), [
    { role: 'tool', tool_call_id: 'a', content: 'look\n[image]' },
    { role: 'tool', tool_call_id: 'b', content: 'done' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Of the output of a:' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        { type: 'text', text: 'and?' },
      ],
    },
  ]);
  assert.deepEqual(drops, ['pictures and files in the output of tools (shown by the user)']);
});

test('results of tools stand first in their turn at Anthropic, and ids have the letters that it takes', () => {
  const call = { type: 'function_call', call_id: 'functions.f:0', name: 'f', arguments: '{}' };
  const output = { type: 'function_call_output', call_id: 'functions.f:0', output: 'y' };
  const note = { role: 'user', content: 'a note' };
  const { body } = sent({ input: [note, call, note, output] }, 'Responses', 'anthropic');
  assert.equal(body.messages[1].content[0].id, 'functions_f_0');
  const [first, second] = body.messages[2].content;
  assert.deepEqual([first.type, first.tool_use_id, second.text], ['tool_result', 'functions_f_0', 'a note']);
});

test('blank text, which Anthropic refuses, does not reach it', () => {
  const messages = [
    { role: 'system', content: ' ' },
    { role: 'user', content: 'x' },
    { role: 'assistant', content: ' \n' },
    {
      role: 'user',
      content: [
        { type: 'text', text: '' },
        { type: 'text', text: 'y' },
      ],
    },
  ];
  const { body } = sent({ messages }, 'Completions', 'anthropic');
  assert.equal(body.system, undefined);
  const texts = body.messages.map(({ content }: { content: { text: string }[] }) =>
    content.map(({ text }) => text),
  );
  assert.deepEqual(texts, [['x'], ['y']]);
});

test('of several allowed functions only those are offered', () => {
  const declared = ['f', 'g', 'h'].map((name) => ({ name }));
  const functionCallingConfig = { mode: 'ANY', allowedFunctionNames: ['f', 'g'] };
  const toolConfig = { functionCallingConfig, retrievalConfig: { languageCode: 'de' } };
  const gemini = {
    contents: [{ parts: [{ text: 'x' }] }],
    tools: [{ functionDeclarations: declared }],
    toolConfig,
  };
  const { body, drops } = sent(gemini, 'GenerateContent', 'anthropic');
  assert.deepEqual(
    [body.tools.map(({ name }: { name: string }) => name), body.tool_choice.type, drops],
    [['f', 'g'], 'any', ['toolConfig.retrievalConfig']],
  );
});

test('a refusal and reasoning of an earlier turn are part of the conversation', () => {
  const messages = [
    { role: 'user', content: 'x' },
    { role: 'assistant', content: null, refusal: 'I must not', reasoning_content: 'hm' },
    { role: 'user', content: 'why?' },
  ];
  const { body, drops } = sent({ messages }, 'Completions', 'anthropic');
  assert.deepEqual(body.messages[1].content, [{ type: 'text', text: 'I must not' }]);
  assert.deepEqual(drops, ['thinking of earlier turns that another provider made']);
});

test('an effort without adaptive thinking, marks of tools and a schema’s company are told', () => {
  const { drops } = sent(
    {
      max_tokens: 9,
      messages: [{ role: 'user', content: 'x' }],
      output_config: { effort: 'low', task_budget: { type: 'tokens', total: 9 } },
      tools: [
        { name: 'f', input_schema: { type: 'object' }, defer_loading: true, eager_input_streaming: true },
      ],
    },
    'Messages',
    'openai',
  );
  assert.deepEqual(drops, [
    'tools.defer_loading',
    'tools.eager_input_streaming',
    'output_config.task_budget',
    'output_config.effort (without adaptive thinking)',
  ]);
});

test('Anthropic is strict about schemas that OpenAI could not be strict about: told, not refused there', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false };
  const tool = (input_schema: object) => ({ name: 'f', input_schema, strict: true });
  const at = (input_schema: object) =>
    sent(
      { max_tokens: 9, messages: [{ role: 'user', content: 'x' }], tools: [tool(input_schema)] },
      'Messages',
      'openai',
    );
  const closed = at({ ...schema, required: ['a'] });
  assert.deepEqual([closed.body.tools[0].function.strict, closed.drops], [true, []]);
  const nested = at({ ...schema, properties: { a: { type: 'array', items: schema } }, required: ['a'] });
  assert.equal(nested.body.tools[0].function.strict, undefined);
  assert.deepEqual(nested.drops, ['tools.strict (a schema with optional members)']);
});

test('OpenAI’s own words about pictures, service and users are told to its other API; Bedrock knows two services', () => {
  const image_url = { url: 'https://example.com/a.png', detail: 'low' };
  const messages = [{ role: 'user', content: [{ type: 'image_url', image_url }] }];
  const body = { messages, service_tier: 'flex', safety_identifier: 'user-7' };
  const responses = target({ provider: 'custom', model: 'm', formats: [{ type: 'Responses' }] });
  const call = translated(body, { target: responses });
  const { input, service_tier, user } = JSON.parse(call.body);
  assert.equal(input[0].content[0].detail, 'low');
  assert.deepEqual([service_tier, user, call.drops], ['flex', 'user-7', []]);
  const bedrock = target({ provider: 'bedrock', model: 'amazon.nova-pro-v1:0', bedrock: {} });
  const at = (tier: string) => {
    const text = { ...body, messages: [{ role: 'user', content: 'x' }], service_tier: tier };
    const there = translated(text, { target: bedrock });
    return [JSON.parse(there.body).serviceTier, there.drops];
  };
  assert.deepEqual(at('flex'), [{ type: 'flex' }, ['user']]);
  assert.deepEqual(at('auto'), [undefined, ['user']]);
  assert.deepEqual(at('scale'), [undefined, ['service_tier', 'user']]);
});

test('a file of text is one text where files are of other kinds', () => {
  const data = Buffer.from('é漢').toString('base64');
  const body = { contents: [{ parts: [{ inlineData: { mimeType: 'text/csv', data } }] }] };
  const [asked] = sent(body, 'GenerateContent', 'anthropic').body.messages;
  assert.deepEqual(asked.content[0].source, { type: 'text', media_type: 'text/plain', data: 'é漢' });
  assert.equal(sent(body, 'GenerateContent', 'openai').body.messages[0].content, 'é漢');
  const source = {
    type: 'content',
    content: [
      { type: 'text', text: 'one' },
      { type: 'text', text: 'two' },
    ],
  };
  const messages = [{ role: 'user', content: [{ type: 'document', source }] }];
  const { contents } = sent({ max_tokens: 9, messages }, 'Messages', 'gemini').body;
  assert.deepEqual(contents[0].parts, [{ text: 'one\n\ntwo' }]);
});

test('what Gemini’s tools show is in their result', () => {
  const inlineData = { mimeType: 'image/png', data: 'AAAA' };
  const functionResponse = { name: 'f', response: { output: 'look' }, parts: [{ inlineData }] };
  const body = {
    contents: [
      { role: 'user', parts: [{ text: 'x' }] },
      { role: 'model', parts: [{ functionCall: { name: 'f', args: {} } }] },
      { role: 'user', parts: [{ functionResponse }] },
    ],
  };
  const [result] = sent(body, 'GenerateContent', 'anthropic').body.messages[2].content;
  assert.deepEqual(result.content, [{ type: 'text', text: 'look' }, png]);
  const sound = { ...functionResponse, parts: [{ inlineData: { ...inlineData, mimeType: 'audio/wav' } }] };
  const wrong = { contents: [...body.contents.slice(0, 2), { parts: [{ functionResponse: sound }] }] };
  assert.throws(() => sent(wrong, 'GenerateContent', 'anthropic'), /can not answer with sound/);
});

test('one call at a time: Bedrock hands it on to newer models of Anthropic, where the choice is theirs', () => {
  const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }];
  const at = (model: string, tool_choice: string) => {
    const to = target({ provider: 'bedrock', model, bedrock: {} });
    const body = {
      messages: [{ role: 'user', content: 'x' }],
      tools,
      tool_choice,
      parallel_tool_calls: false,
    };
    const call = translated(body, { target: to });
    return [JSON.parse(call.body).additionalModelRequestFields?.tool_choice, call.drops];
  };
  const one = { type: 'auto', disable_parallel_tool_use: true };
  assert.deepEqual(at('us.anthropic.claude-opus-4-6-v1', 'auto'), [one, []]);
  assert.deepEqual(at('us.anthropic.claude-opus-4-6-v1', 'required'), [undefined, ['parallel_tool_calls']]);
  assert.deepEqual(at('anthropic.claude-3-7-sonnet-20250219-v1:0', 'auto'), [
    undefined,
    ['parallel_tool_calls'],
  ]);
});

test('names of pictures and files are told to be left out, also of those that a tool answers with', () => {
  const named = { inlineData: { mimeType: 'image/png', data: 'AAAA', displayName: 'a.png' } };
  const plain = { inline_data: { mime_type: 'image/png', data: 'AAAA' } };
  const call = { functionCall: { name: 'f', args: {} } };
  const answered = (part: object) => ({ functionResponse: { name: 'f', response: {}, parts: [part] } });
  const dropsOf = (...parts: object[]) =>
    sent(
      {
        contents: [
          { role: 'user', parts: [{ text: 'x' }, parts[0]!] },
          { role: 'model', parts: [call] },
          { role: 'user', parts: [answered(parts[1]!)] },
        ],
      },
      'GenerateContent',
      'anthropic',
    ).drops ?? [];
  assert.ok(dropsOf(named, plain).includes('parts.displayName'));
  assert.ok(dropsOf(plain, named).includes('parts.displayName'));
  assert.ok(!dropsOf(plain, plain).includes('parts.displayName'));
});
