/** `input` of the Responses API → canonical turns: system apart, neighbours of one role joined. */
import { imageOfUrl, parseDataUrl } from '../../data-url.ts';
import { asArray, asObject, asString, FieldFault, type Fields, optional } from '../../fields.ts';
import type { DocumentPart, ImagePart, Message, Part, TextPart, Tool, WebSearch } from '../../model.ts';
import { decodeTools, flatName } from '../../responses-tools.ts';
import { unsealThinking } from '../../thinking-seal.ts';
import { detailOf } from '../../uncarried.ts';

export interface DecodedInput {
  system: TextPart[];
  messages: Message[];
  /** Offered by items of the input. */
  tools: Tool[];
  webSearch?: WebSearch | undefined;
  drops: string[];
}

/** Of items that only OpenAI understands (`web_search_call`, …), what is left out is named in `drops`. */
export function decodeInput(value: unknown, drops: string[]): DecodedInput {
  if (typeof value === 'string')
    return {
      system: [],
      messages: [{ role: 'user', parts: [{ type: 'text', text: value }] }],
      tools: [],
      drops,
    };
  const decoded: DecodedInput = { system: [], messages: [], tools: [], drops };
  asArray(value, 'input').forEach((item, index) => {
    const path = `input[${index}]`;
    decodeItem(asObject(item, path), path, decoded);
  });
  if (decoded.messages.length === 0 && decoded.system.length === 0)
    throw new FieldFault('input', 'must have at least one message');
  return decoded;
}

function decodeItem(item: Fields, path: string, into: DecodedInput): void {
  const type = item['type'] ?? 'message';
  if (type === 'message') decodeMessage(item, path, into);
  else if (type === 'function_call') join(into, 'assistant', [toolCall(item, path, 'arguments')]);
  else if (type === 'custom_tool_call') join(into, 'assistant', [toolCall(item, path, 'input')]);
  else if (type === 'function_call_output' || type === 'custom_tool_call_output')
    join(into, 'user', [toolResult(item, path)]);
  else if (type === 'reasoning')
    join(into, 'assistant', [unsealThinking(summaryOf(item), item['encrypted_content'])]);
  else if (type === 'additional_tools') into.tools.push(...decodeTools(item['tools'], `${path}.tools`, into));
  else if (type === 'item_reference')
    throw new FieldFault(
      path,
      'this provider keeps no items: send the item itself (clients do with `store: false`)',
    );
  else into.drops.push(`${path} (${String(type)})`);
}

function decodeMessage(item: Fields, path: string, into: DecodedInput): void {
  const role = asString(item['role'], `${path}.role`);
  const parts = contentParts(item['content'], `${path}.content`);
  if (role === 'user' || role === 'assistant') join(into, role, parts);
  else if (role === 'system' || role === 'developer')
    into.system.push(...textsOnly(parts, `${path}.content`));
  else throw new FieldFault(`${path}.role`, `"${role}" is not one of system, developer, user, assistant`);
}

function textsOnly(parts: readonly Part[], path: string): TextPart[] {
  return parts.map((part) => {
    if (part.type === 'text') return part;
    throw new FieldFault(path, 'only text is possible here');
  });
}

function join({ messages }: DecodedInput, role: Message['role'], parts: Part[]): void {
  const last = messages.at(-1);
  if (last?.role === role) last.parts.push(...parts);
  else messages.push({ role, parts });
}

function contentParts(content: unknown, path: string): (TextPart | ImagePart | DocumentPart)[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return asArray(content, path).map((item, index) => {
    const at = `${path}[${index}]`;
    return contentPart(asObject(item, at), at);
  });
}

function contentPart(part: Fields, path: string): TextPart | ImagePart | DocumentPart {
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return { type: 'text', text: asString(part['text'], `${path}.text`) };
    case 'refusal':
      return { type: 'text', text: asString(part['refusal'], `${path}.refusal`) };
    case 'input_image': {
      const url = optional(part['image_url'], `${path}.image_url`, asString);
      if (url === undefined) throw new FieldFault(path, 'only pictures with image_url can be translated');
      return { ...imageOfUrl(url, `${path}.image_url`), ...detailOf(part['detail']) };
    }
    case 'input_file':
      return filePart(part, path);
    default:
      throw new FieldFault(
        `${path}.type`,
        `"${String(part['type'])}" can not be translated: use input_text, input_image or input_file`,
      );
  }
}

function filePart(part: Fields, path: string): DocumentPart {
  const name = optional(part['filename'], `${path}.filename`, asString);
  const url = optional(part['file_url'], `${path}.file_url`, asString);
  if (url !== undefined) return { type: 'document', name, source: { type: 'url', url } };
  const data = optional(part['file_data'], `${path}.file_data`, asString);
  if (data === undefined)
    throw new FieldFault(path, 'only files with file_data or file_url can be translated');
  return { type: 'document', name, source: { type: 'base64', ...parseDataUrl(data, `${path}.file_data`) } };
}

/** A custom tool's free text is the one argument of the function that stands for it. */
function toolCall(item: Fields, path: string, field: 'arguments' | 'input'): Part {
  const text = asString(item[field], `${path}.${field}`);
  return {
    type: 'tool-call',
    id: asString(item['call_id'], `${path}.call_id`),
    name: flatName(item['namespace'], asString(item['name'], `${path}.name`)),
    arguments: field === 'input' ? JSON.stringify({ input: text }) : text,
  };
}

function toolResult(item: Fields, path: string): Part {
  const parts = contentParts(item['output'], `${path}.output`);
  return { type: 'tool-result', id: asString(item['call_id'], `${path}.call_id`), parts };
}

function summaryOf(item: Fields): string {
  const summary = Array.isArray(item['summary']) ? (item['summary'] as Fields[]) : [];
  return summary.map((part) => (typeof part?.['text'] === 'string' ? part['text'] : '')).join('\n\n');
}
