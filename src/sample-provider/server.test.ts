import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, countTokens } from './answer.ts';
import { startSampleProvider } from './server.ts';

test('every answer costs at least 101 tokens, says that it is a sample, and its counts are what it wrote', () => {
  for (const content of ['Hi', 'x'.repeat(5_000), [{ type: 'text', text: 'parts' }]]) {
    const made = answer({ messages: [{ role: 'user', content }] }, '1');
    assert.ok(made.usage.input_tokens + made.usage.output_tokens >= 101);
    assert.equal(made.usage.output_tokens, countTokens(made.text));
    assert.match(made.text, /^Tollgate sample provider:/);
  }
});

test('max_tokens shortens and says so', () => {
  const made = answer({ max_tokens: 20, messages: [{ role: 'user', content: 'Hi' }] }, '1');
  assert.equal(made.stopReason, 'max_tokens');
  assert.ok(made.usage.output_tokens <= 20);
});

test('over HTTP: usage is summed, a missing key is 401, garbage 400, other paths 404', async (t) => {
  const provider = await startSampleProvider({ host: '127.0.0.1', port: 0, randomId: () => 'id' });
  t.after(() => provider.close());
  const post = (path: string, body: string, headers: Record<string, string> = { 'x-api-key': 'k' }) =>
    fetch(provider.url + path, { method: 'POST', body, headers });
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] });
  const first = (await (await post('/v1/messages', body)).json()) as {
    model: string;
    usage: { input_tokens: number; output_tokens: number };
  };
  assert.equal(first.model, 'm');
  const stream = await (await post('/v1/messages', body.replace('{', '{"stream":true,'))).text();
  assert.match(stream, /event: message_start[\s\S]*event: message_stop/);
  const usage = (await (await fetch(`${provider.url}/usage`)).json()) as {
    requests: number;
    outputTokens: number;
  };
  assert.equal(usage.requests, 2);
  assert.equal(usage.outputTokens, 2 * first.usage.output_tokens);
  const counted = (await (await post('/v1/messages/count_tokens', body)).json()) as object;
  assert.deepEqual(counted, { input_tokens: first.usage.input_tokens });
  assert.deepEqual(await (await fetch(`${provider.url}/usage`)).json(), usage, 'a count uses nothing');
  assert.equal((await post('/v1/messages', body, {})).status, 401);
  assert.equal((await post('/v1/messages', 'nonsense')).status, 400);
  assert.equal((await post('/v2', body)).status, 404);
});
