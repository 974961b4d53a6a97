/** docs/matrix.md says what the code does: which API is served at which provider, what of chat is carried, what guards can read. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RouteType } from '../src/core/config/snapshot.ts';
import { answersText, answerTexts } from '../src/core/guard/answer-texts.ts';
import { kindOf } from '../src/core/guard/kind.ts';
import { requestTexts } from '../src/core/guard/request-texts.ts';
import { translateRequest } from '../src/core/llm/translate.ts';
import { features } from './support/translation-features.ts';
import { columns, dialects, outcome } from './support/translation-outcomes.ts';
import { providers } from './support/translation-pairs.ts';

const page = join(import.meta.dirname, '../docs/matrix.md');

interface Api {
  title: string;
  routeType: RouteType;
  path: string;
  body?: object;
}

const messages = [{ role: 'user', content: 'x' }];
const contents = [{ role: 'user', parts: [{ text: 'x' }] }];
const apis: Api[] = [
  { title: 'chat completions', routeType: 'Completions', path: '/v1/chat/completions', body: { messages } },
  { title: 'messages', routeType: 'Messages', path: '/v1/messages', body: { messages, max_tokens: 9 } },
  {
    title: 'messages, count_tokens',
    routeType: 'AnthropicTokenCount',
    path: '/v1/messages/count_tokens',
    body: { messages },
  },
  { title: 'responses', routeType: 'Responses', path: '/v1/responses', body: { input: 'x' } },
  {
    title: 'generateContent',
    routeType: 'GenerateContent',
    path: '/v1beta/models/m:generateContent',
    body: { contents },
  },
  {
    title: 'countTokens',
    routeType: 'GeminiCountTokens',
    path: '/v1beta/models/m:countTokens',
    body: { contents },
  },
  { title: 'embeddings', routeType: 'Embeddings', path: '/v1/embeddings', body: { input: 'x' } },
  { title: 'legacy completions', routeType: 'Detect', path: '/v1/completions', body: { prompt: 'x' } },
  { title: 'images', routeType: 'Detect', path: '/v1/images/generations', body: { prompt: 'x' } },
  { title: 'speech', routeType: 'Detect', path: '/v1/audio/speech', body: { input: 'x' } },
  { title: 'transcription', routeType: 'Detect', path: '/v1/audio/transcriptions', body: {} },
  { title: 'rerank', routeType: 'Rerank', path: '/v1/rerank', body: { query: 'x', documents: [] } },
  { title: 'realtime', routeType: 'Realtime', path: '/v1/realtime?model=m' },
  { title: 'models, from the provider', routeType: 'Models', path: '/v1/models' },
];

/** `custom` without a list of formats is taken to have everything; the columns of chat are custom with one format each. */
const targets = [
  ...columns.filter(([name]) => !name.startsWith('custom')),
  ['custom', 'custom'] as const,
].map(([name, title]) => ({
  title,
  target: providers[name] ?? { ...providers['custom-completions']!, formats: undefined },
}));

/** The API that a translated call goes to shows in its path. */
function served({ routeType, path, body }: Api, target: (typeof targets)[number]['target']): string {
  const result = translateRequest({
    routeType,
    target: { ...target, model: routeType === 'Models' ? undefined : target.model },
    method: body === undefined ? 'GET' : 'POST',
    pathAndQuery: path,
    headers: {},
    body: body === undefined ? '' : JSON.stringify({ model: 'm', ...body }),
    nowSeconds: 0,
    callId: 'call-1',
  });
  if (!result.ok) return result.fault.status === 501 ? '–' : `refused (${result.fault.message})`;
  return result.call.drops === undefined ? 'as sent' : 'translated';
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return `${line(head)}|${'---|'.repeat(head.length)}\n${rows.map(line).join('')}`;
}

function apisByProvider(): string {
  const rows = apis.map((api) => [api.title, ...targets.map(({ target }) => served(api, target))]);
  return table(['API', ...targets.map(({ title }) => title)], rows);
}

const plural = (count: number, word: string) => (count === 0 ? [] : [`${count} ${word}`]);

function chatFeatures(): string {
  const rows = dialects.map(([dialect, title]) => [
    title,
    ...columns.map(([provider]) => {
      const cells = features.flatMap((feature) => outcome(feature, dialect, provider)?.cell ?? []);
      const degraded = cells.filter((cell) => cell.startsWith('without')).length;
      const refused = cells.filter((cell) => cell.startsWith('refused')).length;
      if (cells.every((cell) => cell === 'as sent')) return `all ${cells.length}, as sent`;
      const whole = cells.length - degraded - refused;
      return [...plural(whole, 'work'), ...plural(degraded, 'degrade'), ...plural(refused, 'refused')].join(
        ', ',
      );
    }),
  ]);
  return table(['', ...columns.map(([, title]) => title)], rows);
}

function whatDegrades(): string {
  const rows = features.flatMap((feature) => {
    const found = dialects.flatMap(([dialect, title]) => {
      const at = (start: string) =>
        columns
          .filter(([provider]) => outcome(feature, dialect, provider)?.cell.startsWith(start))
          .map(([, name]) => name);
      const [without, refused] = [at('without'), at('refused')];
      return without.length + refused.length === 0
        ? []
        : [[feature.name, title, without.join('; '), refused.join('; ')]];
    });
    return found;
  });
  return table(
    ['feature', 'client', 'left out, and told in `x-tollgate-dropped`', 'refused, naming the field'],
    rows,
  );
}

function guards(): string {
  const rows = apis.map(({ title, routeType, path }) => {
    const kind = kindOf(routeType, path);
    const answers = answersText(kind)
      ? 'read, masked in streams too'
      : answerTexts(kind, {})
        ? 'says nothing'
        : 'refused';
    return [title, requestTexts(kind, {}) || routeType === 'Models' ? 'read' : 'refused', answers];
  });
  return table(['API', 'request', 'answer'], rows);
}

function expected(): string {
  return `# What works with what

Written by \`test/matrix.test.ts\` from what the code does with a call of each kind; \`TOLLGATE_UPDATE_GOLDEN=1\` writes it anew.

## APIs and providers

*As sent*: the client's bytes go through, with the backend's changes patched in. *Translated*: between the client's dialect and the provider's.
*–*: refused with 501 in the client's dialect. \`custom\` stands for a server that is not said what it has; one that lists its \`formats\` is asked
for those. Realtime at a cloud's credential is refused. Models that a backend names are answered without asking a provider.

${apisByProvider()}
## Chat: features of each dialect at each provider

How many of ${features.length} features (pictures, tools, reasoning, structured output, …) that the client's dialect has are carried. Each of them is in
[translation.md](translation.md).

${chatFeatures()}
## What degrades and what is refused

${whatDegrades()}
## Guards

What [prompt guards](guards.md) can read. A call that they can not read is refused where a guard would have to.

${guards()}`;
}

test('docs/matrix.md is what the code does', () => {
  const text = expected();
  if (process.env['TOLLGATE_UPDATE_GOLDEN'] === '1') writeFileSync(page, text);
  assert.equal(readFileSync(page, 'utf8'), text);
});

test('the matrix is of everything: each kind of route has a row, each kind of provider a column', () => {
  const routed = new Set(apis.map(({ routeType }) => routeType));
  const kinds: Record<Exclude<RouteType, 'Passthrough'>, true> = {
    Completions: true,
    Messages: true,
    Models: true,
    Detect: true,
    Responses: true,
    AnthropicTokenCount: true,
    Embeddings: true,
    Realtime: true,
    Rerank: true,
    GenerateContent: true,
    GeminiCountTokens: true,
  };
  assert.deepEqual([...routed].sort(), Object.keys(kinds).sort());
  const shown = new Set(targets.map(({ target }) => target.provider));
  assert.deepEqual([...shown].sort(), [
    'anthropic',
    'azureopenai',
    'bedrock',
    'custom',
    'gemini',
    'openai',
    'vertexai',
  ]);
});
