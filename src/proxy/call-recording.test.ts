/** What the data path hands on of calls whose route records them, and that it hands on nothing of others. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { RecordingRule } from '../core/config/recording.ts';
import type { CapturedCall } from '../core/content/captured.ts';
import { contentOf } from '../core/content/content-of.ts';
import type { PromptGuard } from '../core/guard/model.ts';
import type { RequestRecord } from '../core/record.ts';
import { CallRecording, RecordingRoom } from './call-recording.ts';
import { ContentOutbox, createContentLoad, takeOffLoad } from './content-outbox.ts';
import { dataPathWorld, scriptedServer, type WorldOptions } from './data-path.fixture.ts';

const recording: RecordingRule = { prompts: true, answers: true, setBy: 'HTTPRoute ns/route' };
const answer = {
  id: 'm',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-5',
  content: [{ type: 'text', text: 'Hello back' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 3, output_tokens: 2 },
};

async function recordingWorld(t: TestContext, given: Partial<WorldOptions> = {}) {
  const provider = await scriptedServer(t);
  const answers = (status: number, body: object) =>
    provider.behave((_, outgoing) => {
      outgoing.writeHead(status, { 'content-type': 'application/json' });
      outgoing.end(JSON.stringify(body));
    });
  answers(200, answer);
  const captured: CapturedCall[] = [];
  const options = { ...given.options, onContent: (one: CapturedCall) => void captured.push(one) };
  const world = await dataPathWorld(t, { origin: provider.url, ...given, options });
  const ask = async (text: string) => {
    const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: text }] });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`http://127.0.0.1:${world.port}/`, { method: 'POST', headers, body });
    await response.text();
    return response.status;
  };
  /** Ends the data path: then everything that was said is here. */
  const said = async () => {
    await world.end();
    return captured.map((one) => {
      const { prompt, answer } = contentOf(one);
      const text = (recorded: typeof prompt) =>
        recorded?.turns.flatMap(({ parts }) => parts.map((part) => ('text' in part ? part.text : ''))).join();
      return { prompt: text(prompt), answer: text(answer), notes: [prompt?.note, answer?.note] };
    });
  };
  return { world, ask, said, answers };
}

test('off: nothing is handed on, nothing is in the record', async (t) => {
  const { world, ask, said } = await recordingWorld(t);
  assert.equal(await ask('hi'), 200);
  assert.deepEqual(await said(), []);
  assert.equal(world.entries[0]!.content, undefined);
});

test('on: what was asked and answered; the ledger’s entry says so, and by whom', async (t) => {
  const { world, ask, said } = await recordingWorld(t, { rule: { recording } });
  assert.equal(await ask('hi'), 200);
  assert.deepEqual(await said(), [{ prompt: 'hi', answer: 'Hello back', notes: [undefined, undefined] }]);
  assert.deepEqual(world.entries[0]!.content, recording);
});

test('a condition that is false, or fails, records nothing', async (t) => {
  for (const when of ['request.headers["x-team"] == "b"', 'apiKey.nothing == 1']) {
    const { ask, said } = await recordingWorld(t, { rule: { recording: { ...recording, when } } });
    await ask('hi');
    assert.deepEqual(await said(), [], when);
  }
});

test('a provider that says no: the prompt, and no answer', async (t) => {
  const { ask, said, answers } = await recordingWorld(t, { rule: { recording } });
  answers(400, { type: 'error', error: { type: 'invalid_request_error', message: 'no' } });
  assert.equal(await ask('hi'), 400);
  assert.deepEqual(await said(), [{ prompt: 'hi', answer: '', notes: [undefined, 'not-delivered'] }]);
});

test('more than is looked at is not kept, and said', async (t) => {
  const { ask, said, answers } = await recordingWorld(t, { rule: { recording } });
  answers(200, { ...answer, content: [{ type: 'text', text: 'x'.repeat(9_000_000) }] });
  assert.equal(await ask('y'.repeat(9_000_000)), 200);
  assert.deepEqual(await said(), [{ prompt: '', answer: '', notes: ['too-large', 'too-large'] }]);
});

const masking = (pattern: string, action: 'Mask' | 'Reject' = 'Mask'): PromptGuard => ({
  source: 'ns/guard',
  request: [
    {
      check: { type: 'regex', action, builtins: [], matches: [pattern] },
      scope: ['Messages'],
      rejection: { statusCode: 403, message: 'no' },
    },
  ],
  response: [],
});

test('of several providers’ guards, the text is as those of the one that answered leave it', async (t) => {
  const failing = await scriptedServer(t);
  failing.behave((_, outgoing) => {
    outgoing.writeHead(503);
    outgoing.end();
  });
  const { ask, said } = await recordingWorld(t, {
    rule: { recording },
    traffic: { retry: { retries: 1, codes: [503], backoffMs: 0 } },
    groups: [[{ name: 'a', origin: failing.url }], [{ name: 'b', guard: masking('secret') }]],
  });
  assert.equal(await ask('a secret word'), 200);
  const [only] = await said();
  assert.equal(only!.prompt, 'a <masked> word');
});

test('what one provider’s guards have masked stays masked for all that are asked after it', async (t) => {
  const failing = await scriptedServer(t);
  failing.behave((_, outgoing) => {
    outgoing.writeHead(503);
    outgoing.end();
  });
  const shared = masking('secret');
  const { world, ask, said } = await recordingWorld(t, {
    rule: { recording },
    traffic: { retry: { retries: 2, codes: [503], backoffMs: 0 } },
    groups: [
      [{ name: 'a', origin: failing.url, guard: masking('first') }],
      [{ name: 'b', origin: failing.url, guard: shared }],
      [{ name: 'c', guard: shared }],
    ],
  });
  assert.equal(await ask('the first secret'), 200);
  const [only] = await said();
  assert.equal(only!.prompt, 'the <masked> <masked>');
  assert.equal(world.records[0]!.attempts!.length, 3);
});

test('a provider whose guards refuse the text is no way around them for the next with the same guards', async (t) => {
  const failing = await scriptedServer(t);
  failing.behave((_, outgoing) => {
    outgoing.writeHead(503);
    outgoing.end();
  });
  const guard = masking('secret', 'Reject');
  const { world, ask } = await recordingWorld(t, {
    traffic: { retry: { retries: 2, codes: [503], backoffMs: 0 } },
    groups: [[{ name: 'a', origin: failing.url }], [{ name: 'b', guard }], [{ name: 'c', guard }]],
  });
  assert.equal(await ask('a secret'), 503);
  await world.end();
  const asked = new Set(world.records[0]!.attempts!.map(({ provider }) => provider));
  assert.deepEqual([...asked], ['a']);
});

test('answers under way together are bounded: what does not fit is left out and said, room comes back', () => {
  const room = new RecordingRoom(10);
  const one = new CallRecording(false, true, room);
  const two = new CallRecording(false, true, room);
  const record = { id: 'c', startedAtMs: 0 } as RequestRecord;
  one.deliver('12345678', 'text/plain');
  two.deliver('12', 'text/plain');
  two.deliver('34', 'text/plain');
  assert.deepEqual(two.captured(record).answer, {
    text: '12',
    mediaType: 'text/plain',
    bytes: 4,
    note: 'busy',
  });
  assert.equal(one.captured(record).answer!.note, undefined);
  assert.ok(room.take(10) && !room.take(1));
});

test('too many that wait are left out and told, until some are dealt with', () => {
  const load = createContentLoad();
  const posted: (CapturedCall | undefined)[] = [];
  const outbox = new ContentOutbox(load, (captured) => void posted.push(captured));
  const text = 'x'.repeat(8 * 1024 * 1024);
  const large = (id: string): CapturedCall => ({
    ...{ id, startedAtMs: 0, key: '', user: '' },
    request: { text, mediaType: '', bytes: 1 },
  });
  for (let n = 0; n < 9; n++) outbox.add(large(String(n)));
  assert.deepEqual(
    posted.map((captured) => captured?.id),
    ['0', '1', '2', '3', '4', '5', '6', '7', undefined],
  );
  takeOffLoad(load, large('0'));
  outbox.add(large('9'));
  assert.equal(posted.at(-1)?.id, '9');
});
