/** Where the events of each dialect's stream have what the model says, and which of it has ended with an event. */
import { citedSegments } from './answer-texts.ts';
import { isObject, type Json, objectsIn } from './json-slots.ts';
import type { CallKind } from './kind.ts';

/** A text inside an event. Those of one channel belong together, in their order. */
export interface ChannelSlot {
  channel: string;
  text: string;
  replace(text: string): void;
}

export interface EventTexts {
  /** What is new. */
  deltas: ChannelSlot[];
  /** What was told before, told again whole. */
  repeats: ChannelSlot[];
  /** Nothing follows on them. */
  closed: string[];
}

type Reader = (event: Json, texts: EventTexts) => void;

const readers: Partial<Record<CallKind, Reader>> = {
  TextCompletions: textCompletion,
  Completions: chat,
  Messages: messages,
  Responses: responses,
  GenerateContent: generate,
};

export function eventTexts(kind: CallKind, event: Json): EventTexts {
  const texts: EventTexts = { deltas: [], repeats: [], closed: [] };
  readers[kind]?.(event, texts);
  return texts;
}

/** What tells the text again, token by token, goes when the text is looked at: pieces of it may be held and come with a later event. */
interface Tokens {
  holder: Json;
  key: string;
  empty: unknown;
}

function slot(channel: string, holder: unknown, key: string, tokens?: Tokens): ChannelSlot[] {
  if (!isObject(holder)) return [];
  const text = holder[key];
  if (typeof text !== 'string') return [];
  const replace = (changed: string) => {
    holder[key] = changed;
    if (tokens?.holder[tokens.key] !== undefined) tokens.holder[tokens.key] = tokens.empty;
  };
  return [{ channel, text, replace }];
}

function chat(event: Json, { deltas, closed }: EventTexts): void {
  for (const choice of objectsIn(event['choices'])) {
    const channels = [`content ${choice['index']}`, `refusal ${choice['index']}`] as const;
    const tokens = { holder: choice, key: 'logprobs', empty: null };
    deltas.push(...slot(channels[0], choice['delta'], 'content', tokens));
    deltas.push(...slot(channels[1], choice['delta'], 'refusal', tokens));
    if (typeof choice['finish_reason'] === 'string') closed.push(...channels);
  }
}

function textCompletion(event: Json, { deltas, closed }: EventTexts): void {
  for (const choice of objectsIn(event['choices'])) {
    const channel = `text ${choice['index']}`;
    deltas.push(...slot(channel, choice, 'text', { holder: choice, key: 'logprobs', empty: null }));
    if (typeof choice['finish_reason'] === 'string') closed.push(channel);
  }
}

function messages(event: Json, { deltas, closed }: EventTexts): void {
  const channel = `block ${event['index']}`;
  switch (event['type']) {
    case 'content_block_start':
      deltas.push(...slot(channel, event['content_block'], 'text'));
      break;
    case 'content_block_delta':
      deltas.push(...slot(channel, event['delta'], 'text'));
      break;
    case 'content_block_stop':
      closed.push(channel);
  }
}

function responses(event: Json, texts: EventTexts): void {
  const channel = channelOf(event['item_id'], event['content_index']);
  switch (event['type']) {
    case 'response.output_text.delta':
    case 'response.refusal.delta':
      texts.deltas.push(...slot(channel, event, 'delta', listIn(event)));
      break;
    case 'response.output_text.done':
    case 'response.refusal.done':
      texts.closed.push(channel);
      texts.repeats.push(...slot(channel, event, 'text', listIn(event)), ...slot(channel, event, 'refusal'));
      break;
    case 'response.content_part.done':
      texts.repeats.push(...repeatsOf(channel, event['part']));
      break;
    case 'response.output_item.done':
      texts.repeats.push(...itemRepeats(event['item']));
      break;
    default:
      if (isObject(event['response']))
        texts.repeats.push(...objectsIn(event['response']['output']).flatMap(itemRepeats));
  }
}

function itemRepeats(item: unknown): ChannelSlot[] {
  if (!isObject(item) || item['type'] !== 'message') return [];
  return objectsIn(item['content']).flatMap((part, index) => repeatsOf(channelOf(item['id'], index), part));
}

function repeatsOf(channel: string, part: unknown): ChannelSlot[] {
  const tokens = isObject(part) ? listIn(part) : undefined;
  return [...slot(channel, part, 'text', tokens), ...slot(channel, part, 'refusal')];
}

function listIn(holder: Json): Tokens {
  return { holder, key: 'logprobs', empty: [] };
}

function channelOf(item: unknown, part: unknown): string {
  return `${item} ${part}`;
}

function generate(event: Json, { deltas, closed }: EventTexts): void {
  for (const candidate of objectsIn(event['candidates'])) {
    const channel = `candidate ${candidate['index'] ?? 0}`;
    const { content } = candidate;
    for (const part of isObject(content) ? objectsIn(content['parts']) : [])
      if (part['thought'] !== true)
        deltas.push(...slot(channel, part, 'text', { holder: candidate, key: 'logprobsResult', empty: {} }));
    for (const [index, segment] of citedSegments(candidate).entries()) {
      deltas.push(...slot(`segment ${index}`, segment, 'text'));
      closed.push(`segment ${index}`);
    }
    if (typeof candidate['finishReason'] === 'string') closed.push(channel);
  }
}
