/**
 * `ai.promptCaching`: marks for prompt caching that the backend sets for clients which set none. A client that marks its own
 * prompt knows it better, and is left alone.
 */
import type { PromptCaching } from '../config/snapshot.ts';
import type { Fields } from './fields.ts';
import type { CanonicalRequest, Message, Part } from './model.ts';

const mark = { type: 'ephemeral' };

/** In a call that is translated. */
export function withCacheMarks(request: CanonicalRequest, caching: PromptCaching): CanonicalRequest {
  const { system, messages, tools } = request;
  const marked = [...system, ...tools, ...messages.flatMap(({ parts }) => parts)];
  if (marked.some((item) => 'cacheControl' in item && item.cacheControl !== undefined)) return request;
  const worthIt = caching.cacheSystem && isLarge(system, caching);
  return {
    ...request,
    system: worthIt ? markLast(system, { cacheControl: mark }) : system,
    messages: markTurn(messages, caching, (message): Message => {
      const canCarry = (part: Part) => part.type !== 'thinking';
      return { ...message, parts: markLast(message.parts, { cacheControl: mark }, canCarry) };
    }),
    tools: caching.cacheTools ? markLast(tools, { cacheControl: mark }) : tools,
  };
}

/** Members of a Messages request to replace. `text` is the whole of it. */
export function cacheMarks(text: string, body: Fields, caching: PromptCaching): Fields {
  if (text.includes('"cache_control"')) return {};
  const changes: Fields = {};
  const system = blocksOf(body['system']);
  if (caching.cacheSystem && system.length > 0 && isLarge(system, caching))
    changes['system'] = markLast(system, { cache_control: mark });
  if (caching.cacheMessages) {
    const messages = Array.isArray(body['messages']) ? (body['messages'] as Fields[]) : [];
    const marked = markTurn(messages, caching, (message) => {
      const canCarry = ({ type }: Fields) => type !== 'thinking' && type !== 'redacted_thinking';
      return {
        ...message,
        content: markLast(blocksOf(message['content']), { cache_control: mark }, canCarry),
      };
    });
    if (marked !== messages) changes['messages'] = marked;
  }
  const tools = Array.isArray(body['tools']) ? (body['tools'] as Fields[]) : [];
  if (caching.cacheTools && tools.length > 0) changes['tools'] = markLast(tools, { cache_control: mark });
  return changes;
}

function blocksOf(content: unknown): Fields[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return Array.isArray(content) ? (content as Fields[]) : [];
}

/** As agentgateway estimates it: what is kept must be worth it, the providers ask for 1,024 tokens or more. */
function isLarge(system: readonly object[], { minTokens }: PromptCaching): boolean {
  const words = system.reduce((sum, part) => {
    const { text } = part as { text?: unknown };
    return sum + (typeof text === 'string' ? text.split(/\s+/).filter(Boolean).length : 0);
  }, 0);
  return Math.floor(words * 1.3) >= minTokens;
}

/** The history will come again, the turn at its end will not: the one before it, or `cacheMessageOffset` further back. */
function markTurn<M extends object>(
  messages: M[],
  { cacheMessages, cacheMessageOffset }: PromptCaching,
  marked: (message: M) => M,
): M[] {
  if (!cacheMessages || messages.length < 2) return messages;
  const index = Math.max(0, messages.length - 2 - cacheMessageOffset);
  return messages.with(index, marked(messages[index]!));
}

function markLast<T extends object>(
  items: T[],
  added: object,
  canCarry: (item: T) => boolean = () => true,
): T[] {
  const index = items.findLastIndex(canCarry);
  return index < 0 ? items : items.with(index, { ...items[index]!, ...added });
}
