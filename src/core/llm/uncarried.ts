/** Marks inside a conversation that only some APIs know: what is left behind is told. */
import type { Fields } from './fields.ts';
import type { CanonicalRequest, Part } from './model.ts';

export function reportUncarried(
  request: CanonicalRequest,
  drops: string[],
  carries: { toolErrors?: boolean; cacheMarks?: boolean; citations?: boolean } = {},
): void {
  const parts: Part[] = [...request.system, ...request.messages.flatMap((message) => message.parts)];
  const marked = [...parts, ...request.tools];
  if (
    carries.cacheMarks !== true &&
    marked.some((item) => 'cacheControl' in item && item.cacheControl !== undefined)
  )
    drops.push('cache_control');
  if (
    carries.toolErrors !== true &&
    parts.some((part) => part.type === 'tool-result' && part.isError === true)
  )
    drops.push('is_error');
  if (carries.citations !== true) reportOfDocuments(parts, drops);
}

/** What Anthropic and Bedrock have of documents, and the others do not. */
function reportOfDocuments(parts: readonly Part[], drops: string[]): void {
  for (const part of parts) {
    if (part.type === 'tool-result') reportOfDocuments(part.parts, drops);
    if (part.type !== 'document') continue;
    if (part.citations === true) drops.push('document.citations');
    if (part.context !== undefined) drops.push('document.context');
  }
}

/** Names in `drops`, as `place.name`, what a part of a request has beside the members that are carried. */
export function reportOthers(
  part: Fields,
  carried: ReadonlySet<string>,
  place: string,
  drops: string[],
): void {
  for (const name in part)
    if (!carried.has(name) && part[name] !== undefined && part[name] !== null) drops.push(`${place}.${name}`);
}

/** What OpenAI's chat completions and Gemini have of sampling, and the others do not. */
export function reportUnsampled(request: CanonicalRequest, drops: string[]): void {
  const { seed, frequencyPenalty, presencePenalty } = request;
  if (seed !== undefined) drops.push('seed');
  // Zero is what it is without.
  if (frequencyPenalty) drops.push('frequency_penalty');
  if (presencePenalty) drops.push('presence_penalty');
}

/** For an image part; `auto` is what it is without. */
export function detailOf(detail: unknown): { detail?: string } {
  return typeof detail === 'string' && detail !== 'auto' ? { detail } : {};
}

/** What OpenAI's two APIs have, and the others do not. */
export function reportOfOpenai({ messages, serviceTier }: CanonicalRequest, drops: string[]): void {
  if (serviceTier !== undefined) drops.push('service_tier');
  const looked = (part: Part): boolean =>
    part.type === 'tool-result'
      ? part.parts.some(looked)
      : part.type === 'image' && part.detail !== undefined;
  if (messages.some(({ parts }) => parts.some(looked))) drops.push('detail of pictures');
}

/** Of a request to OpenAI; the standard one is what it is without. */
export function serviceTierAsked(tier: string | undefined): { serviceTier?: string } {
  return tier === undefined || tier === 'auto' || tier === 'default' ? {} : { serviceTier: tier };
}

/** OpenAI answers to a system prompt alone; elsewhere somebody has to say something: the last of its words are the user's then. */
export function withTurn(request: CanonicalRequest, drops: string[]): CanonicalRequest {
  const last = request.system.at(-1);
  if (request.messages.length > 0 || last === undefined) return request;
  drops.push('system (told as the user, who says nothing)');
  return { ...request, system: request.system.slice(0, -1), messages: [{ role: 'user', parts: [last] }] };
}

/** OpenAI takes 64 characters; Claude Code writes more into Anthropic's field for it. */
export function shortUser({ user }: CanonicalRequest, drops: string[]): string | undefined {
  if (user === undefined || user.length <= 64) return user;
  drops.push('user (longer than 64 characters)');
  return undefined;
}

/** Names come from the client: a header takes visible ASCII only, and not without end. */
export function namesOfDrops(drops: readonly string[]): string[] {
  return [...new Set(drops)].slice(0, 20).map((name) => name.replace(/[^\x20-\x7e]/g, '?').slice(0, 100));
}
