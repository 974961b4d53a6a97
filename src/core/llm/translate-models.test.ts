import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configuredModels, encodeModels } from './models.ts';
import { clientCall, target, translated } from './translate.fixture.ts';
import { translateRequest } from './translate.ts';
import { noUsage } from './usage.ts';

test('embeddings: passed through with the model patched, charged as reported or by their input', () => {
  const openai = {
    routeType: 'Embeddings' as const,
    target: target({ provider: 'openai', model: 'text-embedding-3-small' }),
  };
  const body = '{"model": "x", "input":["a","b"], "encoding_format":"base64", "dimensions":256}';
  const call = translated(body, openai);
  assert.equal(call.body, body.replace('"x"', '"text-embedding-3-small"'));
  assert.equal(call.url, 'http://127.0.0.1:1/v1/embeddings');
  assert.deepEqual([call.operation, call.maxTokensFields, call.streaming], ['embeddings', [], false]);
  const answer =
    '{"object":"list","data":[{"object":"embedding","index":0,"embedding":"AAAA"}],"model":"text-embedding-3-small","usage":{"prompt_tokens":8,"total_tokens":8}}';
  const reply = call.reply.plain(answer, 'application/json');
  assert.equal(reply.body, answer);
  assert.deepEqual(reply.usage, { ...noUsage, inputTokens: 8 });
  const silent = call.reply.plain(`{"data":[{"embedding":[${'0.123,'.repeat(500)}0]}]}`, 'application/json')
    .usage!;
  assert.ok(silent.estimated && silent.inputTokens > 0);
  assert.equal(silent.outputTokens, 0);
  const none = translateRequest(clientCall({ model: 'x' }, openai));
  assert.equal(none.ok ? '' : none.fault.path, 'input');
});

test("models: the backend's own, aliases without wildcards, else the provider's list", () => {
  const aliased = target({
    model: undefined,
    modelAliases: { fast: 'claude-haiku-4-5', 'gpt-*': 'claude-sonnet-5' },
  });
  const models = configuredModels([target(), aliased, target()]);
  assert.deepEqual(
    models.map(({ id, serves }) => [id, serves]),
    [
      ['claude-sonnet-5', 'claude-sonnet-5'],
      ['fast', 'claude-haiku-4-5'],
    ],
  );
  assert.deepEqual(JSON.parse(encodeModels(models, {})).data[1], {
    id: 'fast',
    object: 'model',
    created: 0,
    owned_by: 'anthropic',
  });
  assert.equal(JSON.parse(encodeModels(models, { 'anthropic-version': '2023-06-01' })).last_id, 'fast');
  const call = translated('', { routeType: 'Models', method: 'GET', target: target({ model: undefined }) });
  assert.deepEqual([call.method, call.url, call.body], ['GET', 'http://127.0.0.1:1/v1/models', '']);
  assert.deepEqual(call.reply.plain('{"data":[]}', 'application/json').usage, noUsage);
});
