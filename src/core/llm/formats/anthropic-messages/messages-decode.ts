/** `messages` of the Messages API → canonical turns. */
import { asArray, asBoolean, asObject, asString, FieldFault, type Fields, optional } from '../../fields.ts';
import type {
  DocumentPart,
  ImagePart,
  Message,
  Part,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from '../../model.ts';
import { reportOthers } from '../../uncarried.ts';

/** Content that only Anthropic understands is a fault instead of passing unseen. A system's words inside are set apart. */
export function decodeMessages(value: unknown, drops: string[]): { system: TextPart[]; messages: Message[] } {
  const list = asArray(value, 'messages');
  if (list.length === 0) throw new FieldFault('messages', 'must have at least one message');
  const system: TextPart[] = [];
  const messages: Message[] = [];
  list.forEach((item, index) => {
    const path = `messages[${index}]`;
    const message = asObject(item, path);
    const role = asString(message['role'], `${path}.role`);
    const parts = decodeContent(message['content'], `${path}.content`, drops);
    if (role === 'system') system.push(...parts.map((part, i) => textOnly(part, `${path}.content[${i}]`)));
    else if (role === 'user' || role === 'assistant') messages.push({ role, parts });
    else throw new FieldFault(`${path}.role`, 'must be user, assistant or system');
  });
  return { system, messages };
}

function textOnly(part: Part, path: string): TextPart {
  if (part.type !== 'text') throw new FieldFault(`${path}.type`, 'only text is possible here');
  return part;
}

function decodeContent(content: unknown, path: string, drops: string[]): Part[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return asArray(content, path).map((item, index) => {
    const at = `${path}[${index}]`;
    return decodeBlock(asObject(item, at), at, drops);
  });
}

const carriedOf: Record<string, ReadonlySet<string>> = {
  text: new Set(['type', 'text', 'cache_control']),
  image: new Set(['type', 'source', 'cache_control']),
  document: new Set(['type', 'source', 'title', 'context', 'citations', 'cache_control']),
  tool_use: new Set(['type', 'id', 'name', 'input', 'cache_control']),
  tool_result: new Set(['type', 'tool_use_id', 'content', 'is_error', 'cache_control']),
};

function decodeBlock(block: Fields, path: string, drops: string[]): Part {
  const carried = carriedOf[String(block['type'])];
  if (carried !== undefined) reportOthers(block, carried, String(block['type']), drops);
  switch (block['type']) {
    case 'text':
      return withCache<TextPart>({ type: 'text', text: asString(block['text'], `${path}.text`) }, block);
    case 'image':
      return decodeImage(block, path);
    case 'document':
      return decodeDocument(block, path);
    case 'tool_use':
      return withCache<ToolCallPart>(
        {
          type: 'tool-call',
          id: asString(block['id'], `${path}.id`),
          name: asString(block['name'], `${path}.name`),
          arguments: JSON.stringify(block['input'] ?? {}),
        },
        block,
      );
    case 'tool_result':
      return decodeToolResult(block, path, drops);
    case 'search_result':
      return decodeSearchResult(block, path, drops);
    case 'thinking':
      return {
        type: 'thinking',
        text: asString(block['thinking'], `${path}.thinking`),
        // Our own answers carry an empty one where nobody signed.
        signature: optional(block['signature'], `${path}.signature`, asString) || undefined,
      };
    case 'redacted_thinking':
      return { type: 'thinking', text: '', redacted: asString(block['data'], `${path}.data`) };
    default:
      throw new FieldFault(`${path}.type`, `"${String(block['type'])}" can not be translated`);
  }
}

function decodeImage(block: Fields, path: string): ImagePart {
  const source = asObject(block['source'], `${path}.source`);
  if (source['type'] === 'url') {
    return withCache<ImagePart>(
      { type: 'image', source: { type: 'url', url: asString(source['url'], `${path}.source.url`) } },
      block,
    );
  }
  return withCache<ImagePart>(
    { type: 'image', source: { type: 'base64', ...base64(source, `${path}.source`) } },
    block,
  );
}

function decodeDocument(block: Fields, path: string): DocumentPart {
  const at = `${path}.source`;
  const name = optional(block['title'], `${path}.title`, asString);
  const source = decodeSource(asObject(block['source'], at), at);
  const document: DocumentPart = { type: 'document', name, source };
  const context = optional(block['context'], `${path}.context`, asString);
  if (context !== undefined) document.context = context;
  const citations = optional(block['citations'], `${path}.citations`, asObject);
  if (citations?.['enabled'] === true) document.citations = true;
  return withCache<DocumentPart>(document, block);
}

function decodeSource(source: Fields, at: string): DocumentPart['source'] {
  if (source['type'] === 'url') return { type: 'url', url: asString(source['url'], `${at}.url`) };
  if (source['type'] === 'text') return { type: 'text', text: asString(source['data'], `${at}.data`) };
  if (source['type'] === 'content')
    return { type: 'text', text: contentOf(source['content'], `${at}.content`) };
  return { type: 'base64', ...base64(source, at) };
}

/** Blocks of a document, which elsewhere is one text. */
function contentOf(content: unknown, path: string): string {
  const texts = decodeContent(content, path, []).map((part, i) => textOnly(part, `${path}[${i}]`).text);
  return texts.join('\n\n');
}

/** Elsewhere what was found is text as any other, and can't be cited. */
function decodeSearchResult(block: Fields, path: string, drops: string[]): TextPart {
  const head = [block['title'], block['source']].filter((value) => typeof value === 'string');
  const texts = decodeContent(block['content'] ?? [], `${path}.content`, drops);
  const found = texts.map((part, i) => textOnly(part, `${path}.content[${i}]`).text);
  if (block['citations'] !== undefined) drops.push('search_result.citations');
  return withCache<TextPart>({ type: 'text', text: [...head, ...found].join('\n') }, block);
}

function base64(source: Fields, path: string): { mediaType: string; data: string } {
  if (source['type'] !== 'base64')
    throw new FieldFault(`${path}.type`, `"${String(source['type'])}" can not be translated`);
  return {
    mediaType: asString(source['media_type'], `${path}.media_type`),
    data: asString(source['data'], `${path}.data`),
  };
}

function decodeToolResult(block: Fields, path: string, drops: string[]): ToolResultPart {
  const at = `${path}.content`;
  const parts = decodeContent(block['content'] ?? [], at, drops).map((part, index) => {
    if (part.type === 'text' || part.type === 'image' || part.type === 'document') return part;
    throw new FieldFault(`${at}[${index}]`, `"${part.type}" is not possible in a result`);
  });
  return withCache<ToolResultPart>(
    {
      type: 'tool-result',
      id: asString(block['tool_use_id'], `${path}.tool_use_id`),
      parts,
      isError: optional(block['is_error'], `${path}.is_error`, asBoolean),
    },
    block,
  );
}

function withCache<T extends { cacheControl?: unknown }>(part: T, block: Fields): T {
  if (block['cache_control'] !== undefined) part.cacheControl = block['cache_control'];
  return part;
}
