/**
 * Parts of a request that are no text: pictures, sound, files, tokens in numbers. Guards read text; what they can not read would
 * pass unseen.
 */
import { either } from '../llm/gemini-names.ts';
import { isObject, type Json, listOf, objectsIn } from './json-slots.ts';
import type { CallKind } from './kind.ts';
import type { GuardScope } from './model.ts';

export interface UnreadablePart {
  scope: GuardScope;
  /** `messages[0].content[1]` */
  path: string;
  type: string;
}

type Found = Iterable<UnreadablePart>;

const finders: Partial<Record<CallKind, (body: Json) => Found>> = {
  Completions: chat,
  Messages: messages,
  AnthropicTokenCount: messages,
  Responses: responses,
  GenerateContent: generate,
  GeminiCountTokens: counted,
  Embeddings: (body) => numbers(body, 'input'),
  TextCompletions: (body) => numbers(body, 'prompt'),
  Rerank: documents,
};

/** The first of them in one of `scopes`. */
export function unreadablePart(
  kind: CallKind,
  body: Json,
  scopes: ReadonlySet<GuardScope>,
): UnreadablePart | undefined {
  for (const part of finders[kind]?.(body) ?? []) if (scopes.has(part.scope)) return part;
  return undefined;
}

/** Nearly no call asks for an answer that is no text; an escaped letter may hide the word. */
const mayAskForMore = /odalities|\\u00/;

/** Of a request's body: the member that asks for sound or pictures beside, or in place of, the words that guards read in an answer. */
export function unreadableAnswer(kind: CallKind, text: string): string | undefined {
  if (!mayAskForMore.test(text) || (kind !== 'Completions' && kind !== 'GenerateContent')) return undefined;
  const body: unknown = parsedOrNone(text);
  if (!isObject(body)) return undefined;
  if (kind === 'Completions')
    return listOf(body['modalities']).some((one) => one !== 'text') ? 'modalities' : undefined;
  const config = either(body, 'generationConfig');
  const asked = isObject(config) ? listOf(either(config, 'responseModalities')) : [];
  return asked.some((one) => one !== 'TEXT') ? 'generationConfig.responseModalities' : undefined;
}

function parsedOrNone(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `readable`: types of parts whose text is looked at, or that carry nothing of the client's. */
function* inContent(
  content: unknown,
  path: string,
  scope: GuardScope,
  readable: ReadonlySet<unknown>,
): Found {
  for (const [index, part] of listOf(content).entries())
    if (isObject(part) && !readable.has(part['type']))
      yield { scope, path: `${path}[${index}]`, type: String(part['type']) };
}

const chatParts = new Set<unknown>(['text', 'refusal']);

function* chat(body: Json): Found {
  for (const [index, message] of objectsIn(body['messages']).entries()) {
    const { role, content } = message;
    const result = role === 'tool' || role === 'function';
    yield* inContent(content, `messages[${index}].content`, result ? 'ToolOutput' : 'Messages', chatParts);
  }
}

/** What the model itself made is not the client's to leak. */
const blocks = new Set<unknown>([
  'text',
  'tool_use',
  'tool_result',
  'document',
  'search_result',
  'thinking',
  'redacted_thinking',
  'server_tool_use',
]);

function* messages(body: Json): Found {
  for (const [index, { content }] of objectsIn(body['messages']).entries()) {
    const path = `messages[${index}].content`;
    yield* inContent(content, path, 'Messages', blocks);
    for (const [at, block] of listOf(content).entries()) {
      if (!isObject(block)) continue;
      if (block['type'] === 'document') yield* document(block, `${path}[${at}]`, 'Messages');
      if (block['type'] !== 'tool_result') continue;
      const inside = `${path}[${at}].content`;
      yield* inContent(block['content'], inside, 'ToolOutput', blocks);
      for (const [i, inner] of listOf(block['content']).entries())
        if (isObject(inner) && inner['type'] === 'document')
          yield* document(inner, `${inside}[${i}]`, 'ToolOutput');
    }
  }
}

function* document({ source }: Json, path: string, scope: GuardScope): Found {
  if (!isObject(source) || source['type'] !== 'text') yield { scope, path, type: 'document' };
}

const responseParts = new Set<unknown>(['text', 'input_text', 'output_text', 'refusal', 'summary_text']);

function* responses(body: Json): Found {
  for (const [index, item] of objectsIn(body['input']).entries()) {
    const path = `input[${index}]`;
    yield* inContent(item['content'], `${path}.content`, 'Messages', responseParts);
    yield* inContent(item['output'], `${path}.output`, 'ToolOutput', responseParts);
    if (item['type'] === 'computer_call_output')
      yield { scope: 'ToolOutput', path, type: 'computer_call_output' };
  }
}

const media = ['inlineData', 'inline_data', 'fileData', 'file_data'];

function* generate(body: Json, before = ''): Found {
  const { contents } = body;
  for (const [index, content] of (isObject(contents) ? [contents] : objectsIn(contents)).entries()) {
    const all = isObject(content['parts']) ? [content['parts']] : objectsIn(content['parts']);
    for (const [at, part] of all.entries()) {
      const path = `${before}contents[${index}].parts[${at}]`;
      for (const type of media) if (part[type] !== undefined) yield { scope: 'Messages', path, type };
      const answer = part['functionResponse'] ?? part['function_response'];
      if (isObject(answer) && listOf(answer['parts']).length > 0)
        yield { scope: 'ToolOutput', path, type: 'functionResponse.parts' };
    }
  }
}

function* counted(body: Json): Found {
  yield* generate(body);
  for (const name of ['generateContentRequest', 'generate_content_request'])
    if (isObject(body[name])) yield* generate(body[name], `${name}.`);
}

/** Tokens instead of words. */
function* numbers(body: Json, name: string): Found {
  for (const [index, part] of listOf(body[name]).entries())
    if (typeof part !== 'string' && typeof (part as Json | null)?.['text'] !== 'string')
      yield {
        scope: 'Messages',
        path: `${name}[${index}]`,
        type: typeof part === 'number' ? 'tokens' : typeof part,
      };
}

function* documents(body: Json): Found {
  for (const [index, part] of listOf(body['documents']).entries())
    if (typeof part !== 'string' && typeof (part as Json | null)?.['text'] !== 'string')
      yield { scope: 'Messages', path: `documents[${index}]`, type: 'document' };
}
