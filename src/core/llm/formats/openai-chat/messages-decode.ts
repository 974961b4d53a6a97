/** `messages` of chat completions → canonical turns: system apart, tool results inside the user's turn. */

import { reasoningOf, signedBlocks } from '../../chat-content.ts';
import { imageOfUrl, parseDataUrl } from '../../data-url.ts';
import { asArray, asObject, asString, FieldFault, type Fields, optional } from '../../fields.ts';
import type { AudioPart, DocumentPart, ImagePart, Message, Part, TextPart } from '../../model.ts';
import { detailOf, reportOthers } from '../../uncarried.ts';

export function decodeMessages(value: unknown, drops: string[]): { system: TextPart[]; messages: Message[] } {
  const list = asArray(value, 'messages');
  if (list.length === 0) throw new FieldFault('messages', 'must have at least one message');
  const system: TextPart[] = [];
  const messages: Message[] = [];
  list.forEach((item, index) => {
    const path = `messages[${index}]`;
    const message = asObject(item, path);
    const role = asString(message['role'], `${path}.role`);
    reportOthers(message, carriedOfMessage, 'messages', drops);
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

/** What else our own and others' answers carry in a message is read where it is part of the conversation. */
const carriedOfMessage: ReadonlySet<string> = new Set([
  'role',
  'content',
  'tool_calls',
  'tool_call_id',
  'refusal',
  'thinking_blocks',
  'reasoning_content',
  'reasoning',
]);

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
    case 'input_audio':
      return audioPart(asObject(part['input_audio'], `${path}.input_audio`), path);
    case 'file':
      return filePart(asObject(part['file'], `${path}.file`), `${path}.file`);
    default:
      throw new FieldFault(
        `${path}.type`,
        `"${String(part['type'])}" can not be translated: use text, image_url, input_audio or file`,
      );
  }
}

function imagePart(part: Fields, path: string): ImagePart {
  const image = asObject(part['image_url'], path);
  const picture = imageOfUrl(asString(image['url'], `${path}.url`), `${path}.url`);
  return { ...picture, ...detailOf(image['detail']) };
}

function audioPart(audio: Fields, path: string): AudioPart {
  const format = asString(audio['format'], `${path}.input_audio.format`);
  const data = asString(audio['data'], `${path}.input_audio.data`);
  return { type: 'audio', mediaType: `audio/${format}`, data, path: `${path}.type` };
}

function filePart(file: Fields, path: string): DocumentPart {
  const data = optional(file['file_data'], `${path}.file_data`, asString);
  if (data === undefined) throw new FieldFault(path, 'only files with file_data can be translated');
  const name = optional(file['filename'], `${path}.filename`, asString);
  return { type: 'document', name, source: { type: 'base64', ...parseDataUrl(data, `${path}.file_data`) } };
}

function assistantParts(message: Fields, path: string): Part[] {
  if (message['function_call'] !== undefined && message['function_call'] !== null)
    throw new FieldFault(`${path}.function_call`, 'use tool_calls: function_call is not translated');
  const parts: Part[] = thinkingParts(message);
  const { content, refusal } = message;
  if (typeof refusal === 'string' && refusal !== '') parts.push({ type: 'text', text: refusal });
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

/** With its signature where the client kept it; without one it can't go back to who made it. */
function thinkingParts(message: Fields): Part[] {
  const signed = signedBlocks(message);
  const text = reasoningOf(message);
  return signed.length > 0 || text === '' ? signed : [{ type: 'thinking', text }];
}

function toolResult(message: Fields, path: string): Part {
  return {
    type: 'tool-result',
    id: asString(message['tool_call_id'], `${path}.tool_call_id`),
    parts: textsOf(message['content'], `${path}.content`),
  };
}
