/** Where each dialect's whole answer has what the model says. Reasoning is signed and calls of tools are code: they stay as they are. */
import { isObject, type Json, objectsIn, SlotList } from './json-slots.ts';
import type { CallKind } from './kind.ts';
import type { TextSlot } from './model.ts';

type Reader = (body: Json, list: SlotList) => void;

const readers: Partial<Record<CallKind, Reader>> = {
  Completions: (body, list) => {
    for (const choice of objectsIn(body['choices'])) {
      const { message } = choice;
      if (!isObject(message)) continue;
      list.withTokens(choice, 'logprobs', null, () => {
        list.addContent('Messages', 'assistant', message, 'content');
        list.add('Messages', 'assistant', message, 'refusal');
      });
    }
  },
  TextCompletions: (body, list) => {
    for (const choice of objectsIn(body['choices']))
      list.withTokens(choice, 'logprobs', null, () => list.add('Messages', 'assistant', choice, 'text'));
  },
  Messages: (body, list) => list.addContent('Messages', 'assistant', body, 'content'),
  Responses: (body, list) => {
    for (const item of objectsIn(body['output'])) outputItem(item, list);
  },
  GenerateContent: (body, list) => {
    for (const candidate of objectsIn(body['candidates'])) {
      const { content } = candidate;
      list.withTokens(candidate, 'logprobsResult', {}, () => {
        for (const part of isObject(content) ? objectsIn(content['parts']) : [])
          if (part['thought'] !== true) list.add('Messages', 'model', part, 'text');
      });
      for (const segment of citedSegments(candidate)) list.add('Messages', 'model', segment, 'text');
    }
  },
};

/** Kinds of call whose answers say nothing. */
const silent: ReadonlySet<CallKind> = new Set<CallKind>([
  'Embeddings',
  'Rerank',
  'Models',
  'AnthropicTokenCount',
  'GeminiCountTokens',
]);

/** Undefined for a kind of answer that guards can't read. */
export function answerTexts(kind: CallKind, body: Json): TextSlot[] | undefined {
  const list = new SlotList();
  const read = readers[kind];
  if (read === undefined) return silent.has(kind) ? [] : undefined;
  read(body, list);
  return list.slots;
}

export function answersText(kind: CallKind): boolean {
  return readers[kind] !== undefined;
}

/** Of Gemini's grounding: words of the answer, told again. */
export function citedSegments(candidate: Json): Json[] {
  const { groundingMetadata } = candidate;
  const supports = isObject(groundingMetadata) ? objectsIn(groundingMetadata['groundingSupports']) : [];
  return supports.flatMap(({ segment }) => (isObject(segment) ? [segment] : []));
}

function outputItem(item: Json, list: SlotList): void {
  if (item['type'] !== 'message') return;
  for (const part of objectsIn(item['content'])) {
    list.withTokens(part, 'logprobs', [], () => list.add('Messages', 'assistant', part, 'text'));
    list.add('Messages', 'assistant', part, 'refusal');
  }
}
