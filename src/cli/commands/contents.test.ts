import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { startWorld, type World } from '../run-program.fixture.ts';

describe('tollgate contents', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.close());
  beforeEach(() => {
    world.api.requests.length = 0;
    world.api.answers.clear();
  });

  const recorded = {
    state: 'recorded',
    prompts: true,
    answers: true,
    setBy: 'HTTPRoute ns/a',
    prompt: {
      turns: [
        {
          role: 'user',
          parts: [
            { type: 'text', text: 'Hi\u001b[31m there', truncated: 12 },
            { type: 'media', kind: 'image', mediaType: 'image/png', bytes: 7 },
          ],
        },
      ],
      omitted: { turns: 2, characters: 99 },
    },
    answer: {
      turns: [{ role: 'assistant', parts: [{ type: 'toolCall', name: 'look', text: '{}' }] }],
      note: 'cut-off',
    },
  };

  test('show: as text that steers no terminal, and as it is', async () => {
    world.api.answers.set('GET /calls/c-1/content', () => ({ json: recorded }));
    const shown = await world.run(['contents', 'show', 'c-1']);
    assert.equal(
      shown.stdout,
      `== Prompt
[2 turns and 99 characters were not kept]
-- user
Hi\uFFFD[31m there
[12 more characters were not kept]
[image, image/png, 7 bytes: not kept]

== Answer
[it broke off: these are the words that had been delivered]
-- assistant
[toolCall look] {}
`,
    );
    const json = await world.run(['contents', 'show', 'c-1', '-o', 'json']);
    assert.deepEqual(JSON.parse(json.stdout), recorded);
  });

  test('show: why there is nothing', async () => {
    const annotate = {
      annotation: 'tollgate.dev/record-content',
      value: 'prompts,answers',
      object: 'HTTPRoute ns/a',
    };
    for (const [answer, why] of [
      [
        { state: 'off', annotate },
        /HTTPRoute ns\/a records with the annotation tollgate\.dev\/record-content=/,
      ],
      [{ state: 'lost' }, /it is lost/],
      [{ state: 'deleted', deletedBy: 'admin', deletedAt: 'now' }, /deleted on request, by admin at now/],
    ] as const) {
      world.api.answers.set('GET /calls/c-1/content', () => ({ json: answer }));
      const shown = await world.run(['contents', 'show', 'c-1']);
      assert.equal(shown.code, 1);
      assert.match(shown.stderr, why);
    }
  });

  test('delete: of a call, a user or a key, and one of them', async () => {
    world.api.answers.set('DELETE /calls/c-1/content', () => ({ json: { deleted: 1 } }));
    world.api.answers.set('DELETE /contents', () => ({ json: { deleted: 3 } }));
    assert.match((await world.run(['contents', 'delete', 'c-1', '--yes'])).stdout, /in 1 call is deleted/);
    const ofUser = await world.run(['contents', 'delete', '--user', 'mike', '--yes']);
    assert.match(ofUser.stdout, /in 3 calls is deleted/);
    assert.deepEqual(world.api.requests.at(-1)!.query, { user: 'mike' });
    assert.equal((await world.run(['contents', 'delete', '--user', 'mike'])).code, 2);
    assert.equal((await world.run(['contents', 'delete', 'c-1', '--user', 'mike', '--yes'])).code, 2);
    assert.equal((await world.run(['contents', 'delete', '--yes'])).code, 2);
    assert.equal(world.api.requests.length, 2);
  });
});
