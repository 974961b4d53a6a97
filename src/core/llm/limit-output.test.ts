import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProviderTarget, RouteType } from '../config/snapshot.ts';
import { limitOutput } from './limit-output.ts';
import { translateRequest } from './translate.ts';
import type { UpstreamCall } from './translate-contract.ts';

const messages = [{ role: 'user', content: 'hi' }];

function called(
  body: object,
  target: Partial<ProviderTarget> = {},
  routeType: RouteType = 'Completions',
): UpstreamCall {
  const result = translateRequest({
    routeType,
    target: {
      name: 'ns/b',
      provider: 'openai',
      origin: 'http://127.0.0.1:1',
      credential: { type: 'key', value: 'sk' },
      modelAliases: {},
      defaults: [],
      overrides: [],
      ...target,
    },
    method: 'POST',
    pathAndQuery: '/v1/chat/completions',
    headers: {},
    body: JSON.stringify({ model: 'gpt-5', messages, ...body }),
    nowSeconds: 0,
  });
  assert.ok(result.ok, result.ok ? '' : result.fault.message);
  return result.call;
}

const sent = (call: UpstreamCall) => JSON.parse(call.body) as Record<string, unknown>;

test('an answer is limited to what was granted, by every name that limits it', () => {
  assert.equal(sent(limitOutput(called({}), 50))['max_completion_tokens'], 50);
  assert.equal(sent(limitOutput(called({}, { provider: 'custom' }), 50))['max_tokens'], 50);
  const both = limitOutput(called({ max_tokens: 9_000, max_completion_tokens: 10 }), 50);
  assert.deepEqual([sent(both)['max_tokens'], sent(both)['max_completion_tokens']], [50, 50]);
  const native = { provider: 'anthropic', model: 'claude-sonnet-5' } as const;
  assert.equal(sent(limitOutput(called({ max_tokens: 200 }, native, 'Messages'), 50))['max_tokens'], 50);
  assert.equal(sent(limitOutput(called({}, native), 50))['max_tokens'], 50);
});

test('what asks for less stays as it is, byte for byte', () => {
  const call = called({ max_tokens: 20 });
  assert.equal(limitOutput(call, 50), call);
  const embeddings = called({ input: 'x' }, {}, 'Embeddings');
  assert.equal(limitOutput(embeddings, 50), embeddings);
});

test('the limit that the backend sets is the one that counts', () => {
  const overrides = [{ field: 'max_tokens', value: 10_000 }];
  const call = called({ max_tokens: 10 }, { overrides });
  assert.equal(call.maxTokens, 10_000);
  assert.equal(sent(limitOutput(call, 50))['max_tokens'], 50);
  assert.equal(called({}, { defaults: [{ field: 'max_tokens', value: 7 }] }).maxTokens, 7);
});

test('what the backend adds to the prompt is part of the bound', () => {
  const prompt = { prepend: [{ role: 'system', content: 'rule '.repeat(1_000) }], append: [] };
  const more = called({}, { prompt }).boundInput() - called({}).boundInput();
  assert.ok(more >= 5_000, String(more));
  const native = { provider: 'anthropic', model: 'claude-sonnet-5' } as const;
  assert.ok(called({}, { ...native, prompt }).boundInput() > 5_000);
});

test('several answers to one call', () => {
  assert.equal(called({}).answers, 1);
  assert.equal(called({ n: 4 }).answers, 4);
  assert.equal(called({ n: 2, best_of: 6 }, {}, 'Passthrough').answers, 6);
});

test('a call that is passed through: limits that make no sense are none', () => {
  const through = (body: object) => called(body, {}, 'Passthrough');
  assert.equal(through({ max_tokens: -100_000 }).maxTokens, undefined);
  assert.equal(through({ max_tokens: 1e300 }).maxTokens, undefined);
  assert.deepEqual(through({}).maxTokensFields, []);
  assert.equal(sent(limitOutput(through({ max_output_tokens: 900 }), 50))['max_output_tokens'], 50);
});
