/**
 * Names of tools that a provider does not take: MCP servers make long ones, and some with dots. They are shortened for it, the same
 * name to the same one in every turn (prompt caches stay warm), and get their own back in what the model answers.
 */
import type { CanonicalRequest, CanonicalResponse, Message } from './model.ts';

/** The provider's name → the client's. */
export type ToolNames = ReadonlyMap<string, string>;

export interface RenamedRequest {
  request: CanonicalRequest;
  /** Undefined: every name is taken as it is. */
  names: ToolNames | undefined;
}

/** Of OpenAI, Anthropic and Bedrock; Gemini's takes more. */
export const plainNames = /^[a-zA-Z0-9_-]{1,64}$/;

export function renameTools(request: CanonicalRequest, allowed: RegExp): RenamedRequest {
  const renamed = new Map<string, string>();
  for (const name of namesIn(request)) if (!allowed.test(name)) renamed.set(name, shortened(name));
  if (renamed.size === 0) return { request, names: undefined };
  const of = (name: string) => renamed.get(name) ?? name;
  const { toolChoice } = request;
  return {
    request: {
      ...request,
      tools: request.tools.map((tool) => ({ ...tool, name: of(tool.name) })),
      ...(toolChoice?.type === 'tool' && { toolChoice: { ...toolChoice, name: of(toolChoice.name) } }),
      messages: request.messages.map((message) => withNames(message, of)),
    },
    names: new Map([...renamed].map(([asked, sent]) => [sent, asked])),
  };
}

/** Of a whole answer. */
export function restoreNames(response: CanonicalResponse, names: ToolNames): CanonicalResponse {
  const parts = response.parts.map((part) =>
    part.type === 'tool-call' ? { ...part, name: names.get(part.name) ?? part.name } : part,
  );
  const others = response.others?.map((other) => restoreNames(other, names));
  return { ...response, parts, ...(others && { others }) };
}

function* namesIn({ tools, messages }: CanonicalRequest): Iterable<string> {
  for (const { name } of tools) yield name;
  for (const { parts } of messages) for (const part of parts) if (part.type === 'tool-call') yield part.name;
}

function withNames(message: Message, of: (name: string) => string): Message {
  if (!message.parts.some((part) => part.type === 'tool-call')) return message;
  return {
    ...message,
    parts: message.parts.map((part) => (part.type === 'tool-call' ? { ...part, name: of(part.name) } : part)),
  };
}

/** 55 characters of the name and eight of its hash: two long names with one beginning stay two. */
function shortened(name: string): string {
  const clean = name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 55);
  return `${clean === '' ? 'tool' : clean}_${fnv1a(name).toString(16).padStart(8, '0')}`;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
