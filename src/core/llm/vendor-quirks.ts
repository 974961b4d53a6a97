/**
 * Vendors of APIs like OpenAI's that refuse members which OpenAI has: the whole call, for one that they do not know. Mistral reports the
 * usage of every stream unasked, and takes no wish for it.
 */
import type { ProviderTarget } from '../config/snapshot.ts';
import type { Fields } from './fields.ts';
import type { NativeChanges } from './provider.ts';

interface Quirks {
  /** Left out, and told. */
  refused: readonly string[];
  /** Members of messages, likewise. */
  refusedOfMessages: readonly string[];
}

const quirks: Record<string, Quirks> = {
  mistral: {
    refused: ['user', 'store', 'service_tier'],
    refusedOfMessages: ['reasoning_content', 'reasoning', 'thinking_blocks'],
  },
};

/** Whether usage must be asked for inside of a stream. */
export function takesStreamOptions({ vendor }: ProviderTarget): boolean {
  return vendor === undefined || quirks[vendor] === undefined;
}

/** DeepSeek and Moonshot want the reasoning that led to calls back with them; others do not know it, and some refuse it. */
export function withoutReasoning(target: ProviderTarget, body: Fields, drops: string[]): Fields {
  const model = String(body['model']);
  if (target.vendor === 'deepseek') return body;
  if (target.vendor === undefined && target.provider === 'custom' && /deepseek|kimi|moonshot/i.test(model))
    return body;
  const told: string[] = [];
  const messages = withoutMembers(body['messages'], ['reasoning_content'], told);
  if (messages === undefined) return body;
  drops.push('thinking of earlier turns');
  return { ...body, messages };
}

/** Of a body of chat completions; undefined for nearly every vendor. */
export function vendorChanges({ vendor }: ProviderTarget, body: Fields): NativeChanges | undefined {
  const known = vendor === undefined ? undefined : quirks[vendor];
  if (known === undefined) return undefined;
  const members: Fields = {};
  const drops: string[] = [];
  if (body['stream_options'] !== undefined) members['stream_options'] = undefined;
  const limit = body['max_completion_tokens'];
  if (limit !== undefined) {
    members['max_completion_tokens'] = undefined;
    members['max_tokens'] = body['max_tokens'] ?? limit;
  }
  for (const name of known.refused) {
    if (body[name] === undefined || body[name] === null) continue;
    members[name] = undefined;
    drops.push(name);
  }
  const messages = withoutMembers(body['messages'], known.refusedOfMessages, drops);
  if (messages !== undefined) members['messages'] = messages;
  return { members, drops };
}

/** Undefined: none of them has any. */
function withoutMembers(messages: unknown, names: readonly string[], drops: string[]): unknown {
  if (!Array.isArray(messages)) return undefined;
  const found = new Set<string>();
  const clean = (messages as Fields[]).map((message) => {
    const present = names.filter((name) => message?.[name] !== undefined);
    if (present.length === 0) return message;
    for (const name of present) found.add(`messages.${name}`);
    return Object.fromEntries(Object.entries(message).filter(([name]) => !present.includes(name)));
  });
  drops.push(...found);
  return found.size === 0 ? undefined : clean;
}
