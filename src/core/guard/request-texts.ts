/** Where each dialect's request has the texts that guards look at. */
import { isObject, type Json, objectsIn, SlotList } from './json-slots.ts';
import type { CallKind } from './kind.ts';
import type { GuardScope, TextSlot } from './model.ts';

type Reader = (body: Json, list: SlotList) => void;

const readers: Partial<Record<CallKind, Reader>> = {
  Completions: chat,
  Messages: messages,
  AnthropicTokenCount: messages,
  Responses: responses,
  GenerateContent: generate,
  GeminiCountTokens: (body, list) => {
    generate(body, list);
    for (const name of ['generateContentRequest', 'generate_content_request'])
      if (isObject(body[name])) generate(body[name], list);
  },
  Embeddings: (body, list) => list.addContent('Messages', 'user', body, 'input'),
  Rerank: (body, list) => {
    list.add('Messages', 'user', body, 'query');
    list.addContent('Messages', 'user', body, 'documents');
  },
  TextCompletions: (body, list) => {
    list.addContent('Messages', 'user', body, 'prompt');
    list.add('Messages', 'user', body, 'suffix');
  },
  ImageGenerations: (body, list) => list.add('Messages', 'user', body, 'prompt'),
  Speech: (body, list) => {
    list.add('Messages', 'user', body, 'input');
    list.add('SystemPrompt', 'system', body, 'instructions');
  },
};

/** Undefined for a kind of call that guards can't read. */
export function requestTexts(kind: CallKind, body: Json): TextSlot[] | undefined {
  const read = readers[kind];
  if (read === undefined) return undefined;
  const list = new SlotList();
  read(body, list);
  return list.slots;
}

function chat(body: Json, list: SlotList): void {
  for (const message of objectsIn(body['messages'])) {
    const role = String(message['role']);
    const system = role === 'system' || role === 'developer';
    const result = role === 'tool' || role === 'function';
    const scope = system ? 'SystemPrompt' : result ? 'ToolOutput' : 'Messages';
    list.addContent(scope, role, message, 'content');
    for (const part of objectsIn(message['content'])) list.add(scope, role, part, 'refusal');
    for (const { function: called, custom } of objectsIn(message['tool_calls'])) {
      if (isObject(called)) list.add('ToolInput', role, called, 'arguments');
      if (isObject(custom)) list.add('ToolInput', role, custom, 'input');
    }
    if (isObject(message['function_call']))
      list.add('ToolInput', role, message['function_call'], 'arguments');
  }
}

function messages(body: Json, list: SlotList): void {
  list.addContent('SystemPrompt', 'system', body, 'system');
  for (const message of objectsIn(body['messages'])) {
    const role = String(message['role']);
    const scope = role === 'system' ? 'SystemPrompt' : 'Messages';
    list.addContent(scope, role, message, 'content');
    for (const block of objectsIn(message['content'])) {
      if (block['type'] === 'tool_use') list.addDeep('ToolInput', role, block, 'input');
      if (block['type'] === 'tool_result') toolResult(block, list);
      if (block['type'] === 'document') document(block, role, 'Messages', list);
      if (block['type'] === 'search_result') searchResult(block, role, 'Messages', list);
    }
  }
}

function toolResult(block: Json, list: SlotList): void {
  list.addContent('ToolOutput', 'user', block, 'content');
  for (const inner of objectsIn(block['content'])) {
    if (inner['type'] === 'document') document(inner, 'user', 'ToolOutput', list);
    if (inner['type'] === 'search_result') searchResult(inner, 'user', 'ToolOutput', list);
  }
}

function document(block: Json, role: string, scope: GuardScope, list: SlotList): void {
  const { source } = block;
  if (isObject(source) && source['type'] === 'text') list.add(scope, role, source, 'data');
}

function searchResult(block: Json, role: string, scope: GuardScope, list: SlotList): void {
  list.add(scope, role, block, 'title');
  list.addContent(scope, role, block, 'content');
}

function responses(body: Json, list: SlotList): void {
  list.add('SystemPrompt', 'system', body, 'instructions');
  list.add('Messages', 'user', body, 'input');
  for (const item of objectsIn(body['input'])) {
    const role = String(item['role'] ?? 'user');
    const system = role === 'system' || role === 'developer';
    list.addContent(system ? 'SystemPrompt' : 'Messages', role, item, 'content');
    list.add('ToolInput', 'assistant', item, 'arguments');
    list.add('ToolInput', 'assistant', item, 'input');
    list.addContent('ToolOutput', 'tool', item, 'output');
  }
}

function generate(body: Json, list: SlotList): void {
  for (const name of ['systemInstruction', 'system_instruction'])
    if (isObject(body[name])) parts(body[name], 'system', list);
  // The API takes one turn without a list too.
  const { contents } = body;
  for (const content of isObject(contents) ? [contents] : objectsIn(contents))
    parts(content, String(content['role'] ?? 'user'), list);
}

function parts(content: Json, role: string, list: SlotList): void {
  const scope = role === 'system' ? 'SystemPrompt' : 'Messages';
  for (const part of isObject(content['parts']) ? [content['parts']] : objectsIn(content['parts'])) {
    list.add(scope, role, part, 'text');
    for (const name of ['functionCall', 'function_call'])
      if (isObject(part[name])) list.addDeep('ToolInput', role, part[name], 'args');
    for (const name of ['functionResponse', 'function_response'])
      if (isObject(part[name])) list.addDeep('ToolOutput', role, part[name], 'response');
  }
}
