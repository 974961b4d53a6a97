/** What is said in calls is recorded where that was switched on, and nowhere else: the real gateway, asked by real clients. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, type TestContext, test } from 'node:test';
import { mostCharacters } from '../src/core/content/model.ts';
import { eventually } from './support/eventually.ts';
import { namespace, RecordingWorld, textsOf } from './support/recording-world.ts';

const content = 'tollgate.dev/record-content';
const on = { [content]: 'prompts,answers' };
const chat = (said: string, more: object = {}) => ({
  model: 'm',
  messages: [{ role: 'user', content: said }],
  ...more,
});

/** One gateway for all tests of this file; the hooks of `node:test` are handed no context that lasts as long. */
let world: RecordingWorld;
const ends: (() => unknown)[] = [];
before(async () => {
  const lasting = { after: (end: () => unknown) => void ends.push(end) } as unknown as TestContext;
  world = await RecordingWorld.start(lasting);
});
after(async () => {
  for (const end of ends.reverse()) await end();
});

test('off by default: nothing that was said is on disk or in the log, and the API says how to switch it on', async () => {
  const { text } = { text: 'the word zebrafinch is said' };
  const answer = await (await world.call('/v1/chat/completions', chat(text))).text();
  assert.match(answer, /zebrafinch/);
  const { id, ...said } = await world.said();
  const object = `HTTPRoute ${namespace}/claude-sdk`;
  assert.deepEqual(said, {
    state: 'off',
    annotate: { annotation: content, value: 'prompts,answers', object },
  });
  assert.equal((await world.newest()).content, undefined);
  assert.ok(!world.atRest().includes('zebrafinch'));
  const { body } = await world.admin('GET', '/audit?object=Call/');
  assert.deepEqual(body.items, [], 'nothing was read');
});

test('on for one route: each dialect, plain and streamed, encrypted at rest, each reading in the audit log', async (t) => {
  await world.annotate(on);
  const gemini = (said: string) => ({ contents: [{ role: 'user', parts: [{ text: said }] }] });
  const dialects: [name: string, plain: [string, object], streamed: [string, object]][] = [
    [
      'chat',
      ['/v1/chat/completions', chat('axolotl')],
      ['/v1/chat/completions', chat('axolotl', { stream: true })],
    ],
    [
      'messages',
      ['/v1/messages', chat('axolotl', { max_tokens: 500 })],
      ['/v1/messages', chat('axolotl', { max_tokens: 500, stream: true })],
    ],
    [
      'responses',
      ['/v1/responses', { model: 'm', input: 'axolotl' }],
      ['/v1/responses', { model: 'm', input: 'axolotl', stream: true }],
    ],
    [
      'gemini',
      ['/v1beta/models/m:generateContent', gemini('axolotl')],
      ['/v1beta/models/m:streamGenerateContent?alt=sse', gemini('axolotl')],
    ],
  ];
  for (const [name, ...calls] of dialects) {
    for (const [path, body] of calls) {
      await t.test(`${name}: ${path}${'stream' in body ? ' streamed' : ''}`, async () => {
        const { id: before } = await world.newest();
        const response = await world.call(path, body);
        assert.equal(response.status, 200, await response.clone().text());
        await response.text();
        const { id, prompt, answer, ...said } = await world.said(before);
        assert.deepEqual(said, {
          state: 'recorded',
          prompts: true,
          answers: true,
          setBy: `HTTPRoute ${namespace}/claude-sdk`,
          keptDays: 7,
        });
        assert.deepEqual(textsOf(prompt), ['axolotl']);
        assert.equal(prompt!.note, undefined);
        const [text, ...others] = textsOf(answer);
        assert.match(text!, /^Tollgate sample provider: you asked “axolotl”.*by the real provider\.$/);
        assert.deepEqual([others, answer!.note], [[], undefined]);
        const { body: log } = await world.admin('GET', `/audit?object=Call/${id}`);
        assert.equal(log.items[0].action, 'content.read');
        assert.equal(log.items[0].actor, 'admin');
      });
    }
  }
  await world.call('/anthropic', chat('nobody records pangolins')).then((response) => response.text());
  assert.ok(!world.atRest().includes('axolotl'), 'encrypted');
  assert.ok(!world.atRest().includes('pangolins'), 'the other route is not recorded');
});

test('calls of tools and their results; pictures by kind and size; long texts shortened', async () => {
  const { id: before } = await world.newest();
  const picture = 'iVBORw0KGgo'.padEnd(4_000, 'A');
  const tools = [
    {
      type: 'function',
      function: { name: 'look', parameters: { type: 'object', properties: { at: { type: 'string' } } } },
    },
  ];
  const messages = [
    { role: 'system', content: 'x'.repeat(100_000) },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'use the tool' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${picture}` } },
      ],
    },
  ];
  await world
    .call('/v1/chat/completions', { model: 'm', messages, tools, stream: true })
    .then((response) => response.text());
  const { prompt, answer } = await world.said(before);
  const [system, ...rest] = prompt!.turns.flatMap(({ parts }) => parts);
  assert.ok(system?.type === 'text' && system.text.length < mostCharacters && system.truncated! > 34_000);
  assert.deepEqual(rest, [
    { type: 'text', text: 'use the tool' },
    { type: 'media', kind: 'image', mediaType: 'image/png', bytes: 3_000 },
  ]);
  assert.deepEqual(answer!.turns.at(-1)!.parts.at(-1), {
    type: 'toolCall',
    name: 'look',
    text: '{"at":"sample"}',
  });
});

test('a stream that its client leaves has the words that were delivered', async () => {
  const { id: before } = await world.newest();
  const leave = new AbortController();
  const response = await world.call('/v1/messages', chat('stall', { max_tokens: 9, stream: true }), {
    signal: leave.signal,
  });
  let seen = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    seen += chunk;
    if (seen.includes('two words')) break;
  }
  leave.abort();
  const { prompt, answer } = await world.said(before);
  assert.deepEqual([textsOf(prompt), textsOf(answer), answer!.note], [['stall'], ['two words'], 'cut-off']);
});

test('what guards mask is masked in the record; what they refuse is not in it', async (t) => {
  const guard = (name: string, promptGuard: object) => ({
    apiVersion: 'agentgateway.dev/v1alpha1',
    kind: 'AgentgatewayPolicy',
    metadata: { name, namespace },
    spec: {
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'claude-sdk' }],
      backend: { ai: { promptGuard } },
    },
  });
  t.after(() => world.admin('DELETE', `/resources/AgentgatewayPolicy/${namespace}/masking`));
  await world.apply(
    guard('masking', {
      request: [{ regex: { builtins: ['Email'] } }, { regex: { action: 'Reject', matches: ['forbidden'] } }],
      response: [{ regex: { matches: ['canned'] } }],
      streaming: 'Enabled',
    }),
  );
  for (const stream of [false, true]) {
    const { id: before } = await world.newest();
    const body = chat('I am jane@example.com', { stream });
    await world.call('/v1/chat/completions', body).then((response) => response.text());
    const { prompt, answer } = await world.said(before);
    assert.deepEqual(textsOf(prompt), ['I am <EMAIL_ADDRESS>']);
    assert.match(textsOf(answer)[0]!, /the words are <masked> and only/);
  }
  const { id: before } = await world.newest();
  const refused = await world.call('/v1/chat/completions', chat('a forbidden wombat'));
  assert.equal(refused.status, 403);
  const { prompt, answer } = await world.said(before);
  assert.deepEqual(prompt, { turns: [], note: 'guard' });
  assert.deepEqual(answer, { turns: [], note: 'not-delivered' });
});

test('prompts alone, of some keys, of a whole Gateway, and none of one route', async (t) => {
  const stateOf = async (path: string, key = 'sk-anna-key') => {
    const { id: before } = await world.newest();
    await world.call(path, chat('okapi'), { key }).then((response) => response.text());
    return world.said(before);
  };
  t.after(() => world.annotate({}, 'Gateway'));
  await world.annotate({ [content]: 'prompts', [`${content}-when`]: 'apiKey.user_id == "mike"' });
  const mike = await stateOf('/v1/chat/completions', 'sk-mike-key');
  assert.deepEqual([textsOf(mike.prompt), mike.answer], [['okapi'], undefined]);
  assert.equal((await stateOf('/v1/chat/completions')).state, 'off');
  await world.annotate(on, 'Gateway');
  assert.equal((await stateOf('/anthropic')).setBy, `Gateway ${namespace}/agentgateway-route`);
  await world.annotate({ [content]: 'none' });
  assert.equal((await stateOf('/v1/chat/completions')).state, 'off');
  // A word that is not known records nothing, and the status says so.
  await world.annotate({ [content]: 'everything' });
  assert.equal((await stateOf('/v1/chat/completions')).state, 'off');
  await eventually(async () => {
    const { body } = await world.admin('GET', `/resources/HTTPRoute`);
    assert.match(JSON.stringify(body), /PartiallyInvalid.*record-content is \\"prompts\\"/);
  });
});

test('only administrators read it; on request it is deleted, for good', async () => {
  await world.annotate(on);
  const { id: before } = await world.newest();
  await world.call('/v1/chat/completions', chat('numbat')).then((response) => response.text());
  const { id } = await world.said(before);
  for (const role of ['viewer', 'owner']) {
    const { body } = await world.admin('POST', '/tokens', {
      name: role,
      role,
      ...(role === 'owner' && { team: 'x' }),
    });
    for (const [method, path] of [
      ['GET', `/calls/${id}/content`],
      ['DELETE', `/calls/${id}/content`],
      ['DELETE', '/contents?user=anna'],
    ])
      assert.equal((await world.admin(method!, path!, undefined, body.value)).status, 403);
  }
  assert.equal((await world.admin('GET', `/calls/${id}/content`, undefined, 'sk-anna-key')).status, 403);
  assert.deepEqual((await world.admin('DELETE', `/calls/${id}/content`)).body, { deleted: 1 });
  const gone = await world.said();
  assert.deepEqual([gone.state, gone['deletedBy'], gone.prompt], ['deleted', 'admin', undefined]);
  assert.ok((await world.admin('DELETE', '/contents?user=anna')).body.deleted > 5);
  assert.equal((await world.admin('DELETE', '/contents')).status, 400);
  const { body } = await world.admin('GET', '/audit?object=Contents/');
  assert.deepEqual([body.items[0].action, body.items[0].object], ['content.delete', 'Contents/user anna']);
});

test('kill -9: a call that was recorded has its content, or says that it is lost', async () => {
  const ask = async () => {
    for (let n = 0; ; n++) {
      const answer = await world
        .call('/v1/chat/completions', chat(`call ${n}`, { stream: n % 2 === 0 }))
        .catch(() => undefined);
      const text = await answer?.text().catch(() => undefined);
      if (text === undefined) return;
    }
  };
  const sinceMs = Date.now();
  const asking = [ask(), ask(), ask()];
  const path = `/calls?limit=500&from=${new Date(sinceMs).toISOString()}`;
  await eventually(async () => {
    const { body: soFar } = await world.admin('GET', path);
    assert.ok(soFar.items.length > 30);
  }, 15_000);
  await world.killAndRestart();
  await Promise.all(asking);
  const { body } = await world.admin('GET', path);
  const recorded = (body.items as { id: string; content?: object }[]).filter(
    (call) => call.content !== undefined,
  );
  assert.ok(recorded.length > 10);
  const states = new Map<string, number>();
  for (const { id } of recorded) {
    const state = await eventually(async () => {
      const { body: said } = await world.admin('GET', `/calls/${id}/content`);
      assert.notEqual(said.state, 'pending');
      if (said.state === 'recorded') assert.ok(said.prompt.turns.length === 1 && said.answer !== undefined);
      return said.state as string;
    }, 15_000);
    states.set(state, (states.get(state) ?? 0) + 1);
  }
  for (const state of states.keys()) assert.match(state, /^(recorded|lost)$/);
  assert.ok(states.get('recorded')! > 0);
});

test('what is older than the days to keep is deleted at the next start, its calls stay', async () => {
  const { id: before } = await world.newest();
  await world.call('/v1/chat/completions', chat('quokka')).then((response) => response.text());
  const { id } = await world.said(before);
  await world.restart(() => {
    const database = new DatabaseSync(join(world.gateway.dataDir, 'content.db'));
    const [old, day] = [8, 86_400_000];
    database.prepare('UPDATE content SET started = started - ? WHERE id = ?').run(old * day, id);
    database.close();
  });
  await eventually(async () => {
    // The ledger has its true time: what is missing then was not removed for its age.
    assert.equal((await world.admin('GET', `/calls/${id}/content`)).body.state, 'lost');
    const { contents } = (await world.admin('GET', '/retention')).body;
    assert.equal(contents.lastCleaning.dropped, 1);
  }, 10_000);
  assert.equal((await world.admin('GET', `/calls/${id}`)).status, 200);
});
