/** What a format writes, it reads back as the same; and what streams and answers say survives the way through it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Format } from './format.ts';
import { anthropicMessages } from './formats/anthropic-messages/index.ts';
import { geminiGenerate } from './formats/gemini-generate/index.ts';
import { openaiChat } from './formats/openai-chat/index.ts';
import { openaiResponses } from './formats/openai-responses/index.ts';
import type { CanonicalRequest, CanonicalResponse, Message, Part, StreamEvent } from './model.ts';
import { json, responsesEnding, words } from './responses.fixture.ts';
import { SseParser } from './sse.ts';
import { noUsage } from './usage.ts';

const formats: Record<string, Format> = { anthropicMessages, geminiGenerate, openaiChat, openaiResponses };

const text = words.map((value): Part => ({ type: 'text', text: value }));
const image = fc.constantFrom<Part>(
  { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
  { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AAAA' } },
);
const pdf: Part = {
  type: 'document',
  name: 'a.pdf',
  source: { type: 'base64', mediaType: 'application/pdf', data: 'BBBB' },
};

/** One exchange: a question, calls of tools side by side, their results with the next question, an answer. */
const exchange = fc
  .tuple(
    fc.array(fc.oneof(text, image, fc.constant(pdf)), { minLength: 1, maxLength: 3 }),
    words,
    fc.array(json, { maxLength: 3 }),
  )
  .map(([question, answer, calls]): Message[] => [
    { role: 'user', parts: question },
    {
      role: 'assistant',
      parts: [
        { type: 'text', text: answer },
        ...calls.map((args, i): Part => ({ type: 'tool-call', id: `c${i}`, name: 'f', arguments: args })),
      ],
    },
    {
      role: 'user',
      parts: [
        ...calls.map(
          (_, i): Part => ({ type: 'tool-result', id: `c${i}`, parts: [{ type: 'text', text: answer }] }),
        ),
        { type: 'text', text: 'next' },
      ],
    },
    { role: 'assistant', parts: [{ type: 'text', text: answer }] },
  ]);

const request: fc.Arbitrary<CanonicalRequest> = fc.record({
  // Of no vendor's: what some of those refuse is left out.
  model: words.map((name) => `my-${name}`),
  system: fc.array(
    words.map((value) => ({ type: 'text' as const, text: value })),
    { maxLength: 1 },
  ),
  messages: fc.array(exchange, { minLength: 1, maxLength: 3 }).map((all) => all.flat()),
  tools: fc.constantFrom([], [{ name: 'f', description: 'd', parameters: { type: 'object' } }]),
  maxTokens: fc.integer({ min: 1, max: 100_000 }),
  temperature: fc.double({ min: 0, max: 1, noNaN: true }),
  topP: fc.double({ min: 0, max: 1, noNaN: true }),
  stop: fc.constant<string[]>([]),
  stream: fc.boolean(),
  user: words,
  includeUsage: fc.constant(true),
});

const response = responsesEnding('length', 'refusal');

/** What a format has no place for, and says so. */
const lost: Record<string, string[]> = { geminiGenerate: ['user', 'name'] };

/** Members of the request and of its documents. */
function without(names: readonly string[], request: Record<string, unknown>): Record<string, unknown> {
  const text = JSON.stringify(request, function (this: { type?: string; messages?: unknown }, key, value) {
    return names.includes(key) && (this.type === 'document' || this.messages !== undefined)
      ? undefined
      : value;
  });
  return JSON.parse(text);
}

const plainly = (value: unknown) => JSON.parse(JSON.stringify(value));

for (const [name, format] of Object.entries(formats)) {
  test(`${name}: a request that was encoded decodes to itself`, () => {
    fc.assert(
      fc.property(request, (canonical) => {
        const drops: string[] = [];
        const { model, stream } = canonical;
        // In Gemini's API these two are in the path.
        const inPath = name === 'geminiGenerate' ? { model, stream } : {};
        const wire = { ...plainly(format.encodeRequest(canonical, drops)), ...inPath };
        const decoded = format.decodeRequest(wire, drops);
        for (const tool of decoded.tools) delete tool.strict;
        const { toolChoice, ...rest } = decoded;
        const { includeUsage, ...expected } = without(lost[name] ?? [], plainly(canonical));
        const { includeUsage: _, ...actual } = plainly(rest);
        assert.deepEqual(actual, expected);
        if (lost[name] === undefined) assert.deepEqual(drops, []);
        assert.equal(toolChoice, undefined);
        assert.equal(includeUsage, true);
      }),
    );
  });

  test(`${name}: an answer that was encoded decodes to itself, and so does its stream`, () => {
    fc.assert(
      fc.property(response, (made) => {
        const canonical = name === 'geminiGenerate' ? withoutThought(made) : made;
        const context = { nowSeconds: 1, request: {}, includeUsage: true };
        const usage = { ...noUsage, inputTokens: 9, cachedInputTokens: 4, outputTokens: 5 };
        const body = JSON.parse(format.encodeResponse(canonical, usage, context));
        assert.deepEqual(plainly(format.decodeResponse(body)), plainly(canonical));
        assert.deepEqual(format.decodeUsage(body), usage);

        const events = eventsOf(canonical);
        const encoder = format.encodeStream(context);
        const decoder = format.decodeStream();
        const decoded: StreamEvent[] = [];
        new SseParser().push(events.map((event) => encoder.encode(event, () => usage)).join(''), (event) =>
          decoded.push(...decoder.push(event)),
        );
        assert.deepEqual(plainly(decoded), plainly(events));
        assert.deepEqual(decoder.usage, usage);
      }),
    );
  });
}

/** Gemini signs calls, not thoughts: others' signatures go to its clients, and come from none of its models. */
function withoutThought(made: CanonicalResponse): CanonicalResponse {
  return { ...made, parts: made.parts.filter(({ type }) => type !== 'thinking') };
}

function eventsOf({ id, model, parts, finishReason }: CanonicalResponse): StreamEvent[] {
  let tools = 0;
  return [
    { type: 'start', id, model },
    ...parts.flatMap((part): StreamEvent[] => {
      if (part.type === 'tool-call') {
        const index = tools++;
        return [
          { type: 'tool-start', index, id: part.id, name: part.name },
          { type: 'tool-arguments', index, text: part.arguments },
        ];
      }
      if (part.type === 'text') return [{ type: 'text', text: part.text }];
      return [
        { type: 'thinking', text: part.text },
        { type: 'thinking-signature', signature: part.signature! },
      ];
    }),
    { type: 'finish', reason: finishReason },
    { type: 'end' },
  ];
}
