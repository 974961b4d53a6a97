/** What the backend adds to a client's request: model, aliases, defaults, overrides, prompt enrichment. */
import type { ProviderTarget } from '../config/snapshot.ts';
import type { Fields } from './fields.ts';

/** The configured model wins over the client's; an alias maps what the client asked for; none of both keeps it. */
export function modelFor(target: ProviderTarget, asked: string | undefined): string | undefined {
  if (target.model !== undefined) return target.model;
  if (asked === undefined || asked === '') return undefined;
  const exact = target.modelAliases[asked];
  if (exact !== undefined) return exact;
  for (const [pattern, model] of Object.entries(target.modelAliases)) {
    if (pattern.endsWith('*') && asked.startsWith(pattern.slice(0, -1))) return model;
    if (pattern.startsWith('*') && asked.endsWith(pattern.slice(1))) return model;
  }
  const prefix = target.stripModelPrefix;
  return prefix !== undefined && asked.startsWith(prefix) ? asked.slice(prefix.length) : asked;
}

/** Top-level members that the backend's configuration sets, in the client's own format. */
export function enrichment(target: ProviderTarget, body: Fields): Fields {
  const changes: Fields = {};
  for (const { field, value } of target.defaults) if (body[field] === undefined) changes[field] = value;
  for (const { field, value } of target.overrides) changes[field] = value;
  const { prompt } = target;
  if (prompt !== undefined && Array.isArray(body['messages'])) {
    Object.assign(changes, enrichPrompt(prompt, body));
  } else if (prompt !== undefined && body['input'] !== undefined) {
    const { input } = body;
    const items = Array.isArray(input) ? input : [{ role: 'user', content: input }];
    changes['input'] = [...prompt.prepend, ...items, ...prompt.append];
  } else if (prompt !== undefined && Array.isArray(body['contents'])) {
    Object.assign(changes, enrichContents(prompt, body));
  }
  return changes;
}

/** In the Messages API a system prompt is a member of its own; elsewhere it is a message. */
function enrichPrompt(prompt: NonNullable<ProviderTarget['prompt']>, body: Fields): Fields {
  const messages = body['messages'] as unknown[];
  if (body['system'] === undefined && body['max_tokens'] === undefined) {
    return { messages: [...prompt.prepend, ...messages, ...prompt.append] };
  }
  const isSystem = (message: { role: string }) => message.role === 'system';
  const texts = [...prompt.prepend, ...prompt.append]
    .filter(isSystem)
    .map(({ content }) => ({ type: 'text', text: content }));
  const changes: Fields = {
    messages: [
      ...prompt.prepend.filter((m) => !isSystem(m)),
      ...messages,
      ...prompt.append.filter((m) => !isSystem(m)),
    ],
  };
  if (texts.length > 0) changes['system'] = [...texts, ...systemBlocks(body['system'])];
  return changes;
}

/** Gemini: the system's words are a member of their own, the model's role is called `model`. */
function enrichContents(prompt: NonNullable<ProviderTarget['prompt']>, body: Fields): Fields {
  const isSystem = (message: { role: string }) => message.role === 'system';
  const content = ({ role, content: text }: { role: string; content: string }) => ({
    role: role === 'assistant' ? 'model' : role,
    parts: [{ text }],
  });
  const turns = (messages: { role: string; content: string }[]) =>
    messages.filter((message) => !isSystem(message)).map(content);
  const contents = [...turns(prompt.prepend), ...(body['contents'] as unknown[]), ...turns(prompt.append)];
  const texts = [...prompt.prepend, ...prompt.append].filter(isSystem).map(({ content: text }) => ({ text }));
  if (texts.length === 0) return { contents };
  const field = body['system_instruction'] === undefined ? 'systemInstruction' : 'system_instruction';
  const asked = (body[field] as Fields | undefined)?.['parts'];
  return { contents, [field]: { parts: [...texts, ...(Array.isArray(asked) ? asked : [])] } };
}

function systemBlocks(system: unknown): unknown[] {
  if (typeof system === 'string') return [{ type: 'text', text: system }];
  return Array.isArray(system) ? system : [];
}
