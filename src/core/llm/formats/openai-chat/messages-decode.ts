/** `messages` of chat completions → canonical turns: system apart, tool results inside the user's turn. */
import { imageOfUrl, parseDataUrl } from '../../data-url.ts';
import { asArray, asObject, asString, FieldFault, type Fields, optional } from '../../fields.ts';
import type { DocumentPart, ImagePart, Message, Part, TextPart } from '../../model.ts';

export function decodeMessages(value: unknown): { system: TextPart[]; messages: Message[] } {
  const list = asArray(value, 'messages');
  if (list.length === 0) throw new FieldFault('messages', 'must have at least one message');
  const system: TextPart[] = [];
  const messages: Message[] = [];
  list.forEach((item, index) => {
    const path = `messages[${index}]`;
    const message = asObject(item, path);
    const role = asString(message['role'], `${path}.role`);
    if (role === 'system' || role === 'developer')
      system.push(...textsOf(message['content'], `${path}.content`));
    else if (role === 'user') join(messages, 'user', userParts(message['content'], `${path}.content`));
    else if (role === 'assistant') join(messages, 'assistant', assistantParts(message, path));
    else if (role === 'tool') join(messages, 'user', [toolResult(message, path)]);
    else
      throw new FieldFault(
        `${path}.role`,
        `"${role}" is not one of system, developer, user, assistant, tool`,
      );
  });
  return { system, messages };
}

/** Turns alternate in the canonical model: neighbours of one role become one turn. */
function join(messages: Message[], role: Message['role'], parts: Part[]): void {
  const last = messages.at(-1);
  if (last?.role === role) last.parts.push(...parts);
  else messages.push({ role, parts });
}

function textsOf(content: unknown, path: string): TextPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return asArray(content, path).map((item, index) => {
    const part = asObject(item, `${path}[${index}]`);
    if (part['type'] !== 'text') throw new FieldFault(`${path}[${index}].type`, 'only text is possible here');
    return textPart(part, `${path}[${index}]`);
  });
}

function textPart(part: Fields, path: string): TextPart {
  const text: TextPart = { type: 'text', text: asString(part['text'], `${path}.text`) };
  if (part['cache_control'] !== undefined) text.cacheControl = part['cache_control'];
  return text;
}

function userParts(content: unknown, path: string): Part[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return asArray(content, path).map((item, index) =>
    userPart(asObject(item, `${path}[${index}]`), `${path}[${index}]`),
  );
}

function userPart(part: Fields, path: string): Part {
  switch (part['type']) {
    case 'text':
      return textPart(part, path);
    case 'image_url':
      return imagePart(part, `${path}.image_url`);
    case 'file':
      return filePart(asObject(part['file'], `${path}.file`), `${path}.file`);
    default:
      throw new FieldFault(
        `${path}.type`,
        `"${String(part['type'])}" can not be translated: use text, image_url or file`,
      );
  }
}

function imagePart(part: Fields, path: string): ImagePart {
  const image = asObject(part['image_url'], path);
  return imageOfUrl(asString(image['url'], `${path}.url`), `${path}.url`);
}

function filePart(file: Fields, path: string): DocumentPart {
  const data = optional(file['file_data'], `${path}.file_data`, asString);
  if (data === undefined) throw new FieldFault(path, 'only files with file_data can be translated');
  const name = optional(file['filename'], `${path}.filename`, asString);
  return { type: 'document', name, source: { type: 'base64', ...parseDataUrl(data, `${path}.file_data`) } };
}

function assistantParts(message: Fields, path: string): Part[] {
  const parts: Part[] = thinkingParts(message['thinking_blocks']);
  const content = message['content'];
  if (content !== undefined && content !== null) parts.push(...assistantTexts(content, `${path}.content`));
  const calls = optional(message['tool_calls'], `${path}.tool_calls`, asArray) ?? [];
  calls.forEach((item, index) => {
    const at = `${path}.tool_calls[${index}]`;
    const call = asObject(item, at);
    const definition = asObject(call['function'], `${at}.function`);
    parts.push({
      type: 'tool-call',
      id: asString(call['id'], `${at}.id`),
      name: asString(definition['name'], `${at}.function.name`),
      arguments: asString(definition['arguments'], `${at}.function.arguments`),
    });
  });
  return parts;
}

function assistantTexts(content: unknown, path: string): TextPart[] {
  if (!Array.isArray(content)) return textsOf(content, path);
  return content.map((item, index) => {
    const part = asObject(item, `${path}[${index}]`);
    if (part['type'] === 'refusal')
      return { type: 'text', text: asString(part['refusal'], `${path}[${index}].refusal`) };
    return textPart(part, `${path}[${index}]`);
  });
}

/** Our own answers carry thinking with its signature in this field, so that a client can send it back. */
function thinkingParts(value: unknown): Part[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: Fields): Part[] => {
    if (typeof item?.['data'] === 'string') return [{ type: 'thinking', text: '', redacted: item['data'] }];
    if (typeof item?.['thinking'] !== 'string' || typeof item['signature'] !== 'string') return [];
    return [{ type: 'thinking', text: item['thinking'], signature: item['signature'] }];
  });
}

function toolResult(message: Fields, path: string): Part {
  return {
    type: 'tool-result',
    id: asString(message['tool_call_id'], `${path}.tool_call_id`),
    parts: textsOf(message['content'], `${path}.content`),
  };
}
