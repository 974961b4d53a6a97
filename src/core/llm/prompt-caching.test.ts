import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PromptCaching, ProviderTarget, RouteType } from '../config/snapshot.ts';
import type { Fields } from './fields.ts';
import { target, translated } from './translate.fixture.ts';

const caching: PromptCaching = {
  cacheSystem: true,
  cacheMessages: true,
  cacheTools: false,
  minTokens: 1_024,
  cacheMessageOffset: 0,
};
const long = 'word '.repeat(800);
const turns = ['one', 'two', 'three'].map((content, i) => ({
  role: i === 1 ? 'assistant' : 'user',
  content,
}));
const tool = { name: 'f', input_schema: { type: 'object' } };
const claude: Partial<ProviderTarget> = { provider: 'anthropic', model: 'claude-sonnet-5' };
const nova: Partial<ProviderTarget> = {
  provider: 'bedrock',
  model: 'eu.amazon.nova-2-lite-v1:0',
  bedrock: {},
};

function sent(
  at: Partial<ProviderTarget>,
  body: object,
  promptCaching: Partial<PromptCaching> = {},
  routeType: RouteType = 'Messages',
) {
  const to = target({ ...at, promptCaching: { ...caching, ...promptCaching } });
  const call = translated({ max_tokens: 9, messages: turns, ...body }, { target: to, routeType });
  return JSON.parse(call.body) as {
    system?: Fields[];
    messages: { content: unknown }[];
    tools?: Fields[];
    toolConfig?: Fields;
  };
}
const mark = { type: 'ephemeral' };
const point = { cachePoint: { type: 'default' } };

test('native: the system prompt when it is large enough, the message before the last, tools when asked for', () => {
  const body = sent(claude, { system: long, tools: [tool, tool] }, { cacheTools: true });
  assert.deepEqual(body.system, [{ type: 'text', text: long, cache_control: mark }]);
  assert.deepEqual(
    body.messages.map(({ content }) => content),
    ['one', [{ type: 'text', text: 'two', cache_control: mark }], 'three'],
  );
  assert.deepEqual(body.tools, [tool, { ...tool, cache_control: mark }]);
  const small = sent(claude, { system: 'Be brief.', tools: [tool] }, { cacheMessages: false });
  assert.deepEqual([small.system, small.messages, small.tools], ['Be brief.', turns, [tool]]);
  assert.notDeepEqual(sent(claude, { system: 'Be brief.' }, { minTokens: 0 }).system, 'Be brief.');
});

test('further back, never before the first; a single message has no history', () => {
  const contents = (offset: number, messages: object[]) =>
    sent(claude, { messages }, { cacheMessageOffset: offset }).messages.map(({ content }) =>
      Array.isArray(content) ? 'marked' : content,
    );
  assert.deepEqual(contents(1, turns), ['marked', 'two', 'three']);
  assert.deepEqual(contents(9, turns), ['marked', 'two', 'three']);
  assert.deepEqual(contents(0, turns.slice(0, 1)), ['one']);
});

test('a client that marks its own prompt is left alone', () => {
  const own = [
    { role: 'user', content: [{ type: 'text', text: 'x', cache_control: mark }] },
    ...turns.slice(1),
  ];
  for (const at of [claude, nova]) {
    const body = JSON.stringify(sent(at, { system: long, messages: own }));
    assert.equal(body.split(/cache_control|cachePoint/).length - 1, 1);
  }
});

test('translated: to Anthropic and to the models of Bedrock that keep prompts', () => {
  const messages = [{ role: 'system', content: long }, ...turns];
  const toClaude = sent(claude, { messages }, {}, 'Completions');
  assert.deepEqual(toClaude.system, [{ type: 'text', text: long, cache_control: mark }]);
  assert.deepEqual(toClaude.messages[1]!.content, [{ type: 'text', text: 'two', cache_control: mark }]);
  const toNova = sent(nova, { system: long, tools: [tool] }, { cacheTools: true });
  assert.deepEqual(toNova.system, [{ text: long }, point]);
  assert.deepEqual(toNova.messages[1]!.content, [{ text: 'two' }, point]);
  assert.deepEqual((toNova.toolConfig!['tools'] as Fields[]).at(-1), point);
  const others = { ...nova, model: 'us.meta.llama4-scout-17b-instruct-v1:0' };
  assert.doesNotMatch(JSON.stringify(sent(others, { system: long })), /cachePoint/);
  const openai = { provider: 'openai', model: 'gpt-5' } as const;
  assert.doesNotMatch(JSON.stringify(sent(openai, { system: long })), /cache_control/);
});

test('thinking carries no mark: what comes before it does', () => {
  const thought = [
    turns[0],
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'two' },
        { type: 'thinking', thinking: 'hm', signature: 'c2ln' },
      ],
    },
    turns[2],
  ];
  const marked = sent(claude, { messages: thought }).messages[1]!.content as Fields[];
  assert.deepEqual(
    marked.map((block) => block['cache_control']),
    [mark, undefined],
  );
});
