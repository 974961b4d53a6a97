/**
 * Parts of messages, by their shape: OpenAI's, Anthropic's, Gemini's and Bedrock's tell them apart by themselves, so that a body that
 * is passed through is read as well as one that was translated. What is not known is named, never left out without a word.
 */
import { mediaOf } from './media.ts';
import type { ContentPart, TextualPart } from './model.ts';

export type Json = Record<string, unknown>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectsIn(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** `content` of a message: a text, a part, or a list of both. */
export function partsOf(content: unknown): ContentPart[] {
  if (typeof content === 'string') return textPart('text', content);
  if (Array.isArray(content)) return content.flatMap(partsOf);
  return isObject(content) ? partOf(content) : [];
}

export function textPart(type: TextualPart['type'], text: unknown, name?: unknown): TextualPart[] {
  const told = typeof text === 'string' ? text : text === undefined ? '' : JSON.stringify(text);
  if (told === '' && type !== 'toolCall') return [];
  return [{ type, text: told, ...(typeof name === 'string' && { name: name.slice(0, 200) }) }];
}

/** A part, or an item of OpenAI's responses. */
export function partOf(part: Json): ContentPart[] {
  const type = typeof part['type'] === 'string' ? part['type'] : '';
  const known =
    calledTool(part, type) ?? toolAnswer(part, type) ?? reasoning(part, type) ?? words(part, type);
  if (known !== undefined) return known;
  const media = mediaOf(part);
  if (media !== undefined) return [media];
  return [{ type: 'other', kind: (type || Object.keys(part)[0] || 'nothing').slice(0, 100) }];
}

function calledTool(part: Json, type: string): ContentPart[] | undefined {
  for (const name of ['functionCall', 'function_call', 'toolUse', 'executableCode']) {
    const call = part[name];
    if (isObject(call))
      return textPart('toolCall', call['args'] ?? call['input'] ?? call['code'], call['name'] ?? name);
  }
  if (!/^(.*tool_use|.*_call)$/.test(type)) return undefined;
  const given = part['input'] ?? part['arguments'] ?? part['action'] ?? part['queries'] ?? part['code'];
  const call = textPart('toolCall', given ?? '', part['name'] ?? type);
  // Calls that the provider carried out itself have what came of them beside.
  return part['output'] === undefined || part['output'] === null
    ? call
    : [...call, ...result(part['output'], part['name'])];
}

function toolAnswer(part: Json, type: string): ContentPart[] | undefined {
  for (const name of ['functionResponse', 'function_response']) {
    const answer = part[name];
    if (isObject(answer))
      return [...textPart('toolResult', answer['response'], answer['name']), ...partsOf(answer['parts'])];
  }
  if (isObject(part['toolResult'])) return result(part['toolResult']['content']);
  if (isObject(part['codeExecutionResult'])) return result(part['codeExecutionResult']['output']);
  if (/tool_result$/.test(type)) return result(part['content']);
  if (/_call_output$/.test(type)) return result(part['output']);
  if (type === 'search_result')
    return [...textPart('toolResult', part['title'] ?? ''), ...result(part['content'])];
  return undefined;
}

/** Texts inside are the tool's words. */
export function result(content: unknown, name?: unknown): ContentPart[] {
  const parts = partsOf(content);
  if (parts.length === 0) return textPart('toolResult', content ?? '', name);
  return parts.map((part) =>
    part.type === 'text' ? { ...part, type: 'toolResult', ...(typeof name === 'string' && { name }) } : part,
  );
}

function reasoning(part: Json, type: string): ContentPart[] | undefined {
  if (part['thought'] === true) return textPart('reasoning', part['text']);
  if (type === 'thinking') return textPart('reasoning', part['thinking']);
  if (type === 'reasoning')
    return [...partsOf(part['summary']), ...partsOf(part['content'])].map((inner) =>
      inner.type === 'text' ? { ...inner, type: 'reasoning' } : inner,
    );
  const { reasoningContent } = part;
  const told = isObject(reasoningContent) ? reasoningContent['reasoningText'] : undefined;
  return isObject(told) ? textPart('reasoning', told['text']) : undefined;
}

function words(part: Json, type: string): ContentPart[] | undefined {
  if (typeof part['text'] === 'string') return textPart('text', part['text']);
  if (typeof part['refusal'] === 'string') return textPart('text', part['refusal']);
  const { source } = part;
  if (type !== 'document' || !isObject(source)) return undefined;
  if (source['type'] === 'text') return textPart('text', source['data']);
  return source['type'] === 'content' ? partsOf(source['content']) : undefined;
}
