import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hello, target, translated } from './translate.fixture.ts';

const sent = (model: string, fields: object, provider: 'anthropic' | 'bedrock' = 'anthropic') => {
  const to = target({ provider, model, ...(provider === 'bedrock' && { bedrock: {} }) });
  const { body, drops } = translated({ max_tokens: 9_000, ...hello, ...fields }, { target: to });
  return { body: JSON.parse(body), drops };
};

test('each generation of Claude is told to think in its own form', () => {
  const budget = { thinking: { type: 'enabled', budget_tokens: 2_048 }, output_config: undefined };
  const adaptive = { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } };
  const none = { thinking: undefined, output_config: undefined };
  const cases: [string, object][] = [
    ['claude-3-5-haiku-20241022', none],
    ['claude-3-opus-20240229', none],
    ['claude-3-7-sonnet@20250219', budget],
    ['claude-opus-4-20250514', budget],
    ['claude-sonnet-4-5-20250929', budget],
    ['claude-haiku-4-5', budget],
    ['my-claude', budget],
    ['claude-opus-4-6', adaptive],
    ['claude-4.7-opus', adaptive],
    ['claude-opus-4-8', adaptive],
    ['claude-sonnet-5', adaptive],
    ['claude-fable-5-1', adaptive],
    ['claude-mythos-preview', adaptive],
  ];
  for (const [model, expected] of cases) {
    const { body, drops } = sent(model, { reasoning_effort: 'low' });
    const { thinking, output_config } = body;
    assert.deepEqual({ thinking, output_config }, expected, model);
    assert.deepEqual(drops, expected === none ? ['reasoning effort (this model does not think)'] : [], model);
  }
  const { additionalModelRequestFields } = sent(
    'us.anthropic.claude-opus-4-6-v1',
    { reasoning_effort: 'low' },
    'bedrock',
  ).body;
  assert.deepEqual(additionalModelRequestFields, adaptive);
});

test('the highest effort is one of its own where the model has it', () => {
  assert.equal(sent('claude-opus-4-6', { reasoning_effort: 'xhigh' }).body.output_config.effort, 'high');
  assert.equal(sent('claude-opus-4-7', { reasoning_effort: 'xhigh' }).body.output_config.effort, 'xhigh');
});

test('an effort and a schema share one member', () => {
  const schema = { type: 'object', properties: {}, additionalProperties: false };
  const response_format = { type: 'json_schema', json_schema: { name: 's', schema } };
  const { output_config } = sent('claude-sonnet-5', { reasoning_effort: 'high', response_format }).body;
  assert.deepEqual(output_config, { effort: 'high', format: { type: 'json_schema', schema } });
});

test('sampling: none of it at the newest models, one of two at those before, all at older ones', () => {
  const asked = { temperature: 0.3, top_p: 0.9 };
  const kept = (model: string, fields: object = asked) => {
    const { body, drops } = sent(model, fields);
    return [body.temperature, body.top_p, drops];
  };
  assert.deepEqual(kept('claude-3-7-sonnet-20250219'), [0.3, 0.9, []]);
  assert.deepEqual(kept('claude-sonnet-4-5'), [0.3, undefined, ['top_p (temperature is set)']]);
  const told = ['temperature (this model takes none)', 'top_p (this model takes none)'];
  assert.deepEqual(kept('claude-sonnet-5'), [undefined, undefined, told]);
  // Clients that write out the defaults lose nothing.
  assert.deepEqual(kept('claude-sonnet-5', { temperature: 1, top_p: 1 }), [undefined, undefined, []]);
  assert.deepEqual(kept('claude-sonnet-4-5', { temperature: 1, top_p: 1 }), [1, undefined, []]);
});

test("OpenAI's models that always reason are told no sampling but the defaults", () => {
  const sampled = (model: string, fields: object) => {
    const call = { routeType: 'Messages' as const, target: target({ provider: 'openai', model }) };
    const { body, drops } = translated({ max_tokens: 9_000, ...hello, ...fields }, call);
    const { temperature, top_p, stop } = JSON.parse(body);
    return [temperature, top_p, stop, drops];
  };
  const asked = { temperature: 0.3, top_p: 0.9, stop_sequences: ['END'] };
  for (const model of ['gpt-4.1', 'gpt-5.1', 'gpt-5.6-sol'])
    assert.deepEqual(sampled(model, asked), [0.3, 0.9, ['END'], []], model);
  const none = [undefined, undefined, undefined];
  const told = ['temperature', 'top_p', 'stop'].map((name) => `${name} (this model takes none)`);
  for (const model of ['o3', 'o4-mini', 'gpt-5', 'gpt-5-mini-2025-08-07'])
    assert.deepEqual(sampled(model, asked), [...none, told], model);
  assert.deepEqual(sampled('gpt-5', { temperature: 1, top_p: 1 }), [...none, []]);
});

test("OpenAI's models that do not reason are not told how much", () => {
  const thinking = { type: 'enabled', budget_tokens: 2_048 };
  for (const formats of [undefined, [{ type: 'Responses' as const }]]) {
    const provider = formats === undefined ? ('openai' as const) : ('custom' as const);
    const effort = (model: string) => {
      const call = { routeType: 'Messages' as const, target: target({ provider, model, formats }) };
      const { body, drops } = translated({ max_tokens: 9_000, thinking, ...hello }, call);
      const { reasoning_effort, reasoning } = JSON.parse(body);
      return [reasoning_effort ?? reasoning?.effort, drops];
    };
    assert.deepEqual(effort('gpt-4.1'), [undefined, ['reasoning effort (this model does not reason)']]);
    assert.deepEqual(effort('gpt-5.1'), ['low', []]);
  }
});
