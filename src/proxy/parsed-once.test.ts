/** A body is read as JSON once for a call that goes through without guards, also where its model decides who serves it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, message, provider } from './attempts.fixture.ts';
import { dataPathWorld, type WorldOptions } from './data-path.fixture.ts';

const marked = 'a text that only this body has';

/** How often a text with the mark is parsed while `work` runs. */
async function parses(work: () => Promise<unknown>): Promise<number> {
  const { parse } = JSON;
  let count = 0;
  JSON.parse = (text: string, ...rest: []) => {
    if (typeof text === 'string' && text.includes(marked)) count++;
    return parse(text, ...rest);
  };
  try {
    await work();
  } finally {
    JSON.parse = parse;
  }
  return count;
}

test('routes by model and translation read the body once between them', async (t) => {
  const upstream = await provider(t, answer(200, message));
  const models = [{ name: 'fast', backend: 'ns/model', weight: 1, listed: true }];
  const options: [WorldOptions['rule'], string][] = [
    [{}, '/v1/chat/completions'],
    [{ models }, '/v1/chat/completions'],
    [{ models }, '/v1/messages'],
  ];
  for (const [rule, path] of options) {
    const world = await dataPathWorld(t, { origin: upstream.url, rule });
    const body = JSON.stringify({
      model: 'fast',
      max_tokens: 9,
      messages: [{ role: 'user', content: marked }],
    });
    let status = 0;
    const count = await parses(async () => {
      const url = `http://127.0.0.1:${world.port}${path}`;
      status = (await fetch(url, { method: 'POST', body })).status;
    });
    assert.deepEqual([status, count], [200, 1], path);
  }
});
