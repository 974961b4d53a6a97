/**
 * The canonical model: what a chat call means, whatever wire format it came in. Each format decodes into it and encodes from
 * it, so N formats cost 2N converters. Same format on both sides never passes through here: it is patched as text.
 */

export interface CanonicalRequest {
  model: string;
  system: TextPart[];
  messages: Message[];
  tools: Tool[];
  toolChoice?: ToolChoice;
  webSearch?: WebSearch;
  parallelToolCalls?: boolean;
  maxTokens?: number;
  temperature?: number;
  topP?: number;
  topK?: number;
  seed?: number;
  frequencyPenalty?: number;
  presencePenalty?: number;
  /** How likely each token of the answer was; `top`: of so many others in its place too. `path`: where the client asks for it. */
  logprobs?: { top: number; path: string };
  /** So many answers to the one call, each a whole one. `path`: where the client asks for them. */
  answers?: { count: number; path: string };
  stop: string[];
  stream: boolean;
  /** The client wants a usage report inside its stream. */
  includeUsage: boolean;
  user?: string;
  /** Faster or cheaper than the standard: `priority`, `flex` or a name of OpenAI's. */
  serviceTier?: string;
  thinking?: { budgetTokens: number };
  /** The answer is to be spoken. Paths: where the client asks for it. */
  speech?: { voice?: string; format?: string; path: string; voicePath?: string; formatPath?: string };
  responseFormat?:
    | { type: 'json_object' }
    | { type: 'json_schema'; name: string; schema: unknown; strict?: boolean };
}

export interface Message {
  role: 'user' | 'assistant';
  parts: Part[];
}

export type Part =
  | TextPart
  | ImagePart
  | AudioPart
  | DocumentPart
  | ToolCallPart
  | ToolResultPart
  | ThinkingPart;

export interface TextPart {
  type: 'text';
  text: string;
  /** Anthropic's prompt caching mark, kept as it is. */
  cacheControl?: unknown;
  /** Of answers. */
  logprobs?: TokenLogprob[];
}
export interface ImagePart {
  type: 'image';
  source: { type: 'base64'; mediaType: string; data: string } | { type: 'url'; url: string };
  /** How closely it is looked at, in OpenAI's words. */
  detail?: string;
  cacheControl?: unknown;
}
/** `data`: base64. `path`: where the client has it, for providers that can't hear. */
export interface AudioPart {
  type: 'audio';
  mediaType: string;
  data: string;
  path: string;
}
export interface DocumentPart {
  type: 'document';
  source:
    | { type: 'base64'; mediaType: string; data: string }
    | { type: 'url'; url: string }
    | { type: 'text'; text: string };
  name?: string;
  /** What the model should know of it, and not cite. */
  context?: string;
  /** The answer is to tell what of it rests on this. */
  citations?: boolean;
  cacheControl?: unknown;
}
export interface ToolCallPart {
  type: 'tool-call';
  id: string;
  name: string;
  /** JSON text of the arguments. */
  arguments: string;
  cacheControl?: unknown;
}
export interface ToolResultPart {
  type: 'tool-result';
  id: string;
  parts: (TextPart | ImagePart | DocumentPart)[];
  isError?: boolean;
  cacheControl?: unknown;
}
/** `signature` must come back unchanged, or the provider refuses the turn. `redacted` is opaque. */
export interface ThinkingPart {
  type: 'thinking';
  text: string;
  signature?: string;
  redacted?: string;
}

export interface Tool {
  name: string;
  description?: string;
  /** JSON schema of the arguments. */
  parameters: unknown;
  strict?: boolean;
  cacheControl?: unknown;
}
export type ToolChoice =
  | { type: 'auto' }
  | { type: 'none' }
  | { type: 'required' }
  | { type: 'tool'; name: string }
  | { type: 'web-search' };

/** The provider is to look on the web. `path`: where the client asks for it; `needed`: the call is refused without it. */
export interface WebSearch {
  path: string;
  needed?: true;
  maxUses?: number;
  allowedDomains?: string[];
  blockedDomains?: string[];
  /** Where the user is: `city`, `region`, `country`, `timezone`. */
  location?: Record<string, string>;
  /** OpenAI's: how much of what is found is read. */
  contextSize?: string;
}

export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'refusal' | 'stop-sequence' | 'pause';

/** A token that stands, or might have stood, at a place. `bytes`: where the provider tells them. */
export interface TokenChance {
  token: string;
  logprob: number;
  bytes?: number[];
}
/** `top`: the likeliest at its place. */
export interface TokenLogprob extends TokenChance {
  top: TokenChance[];
}

/** A place that an answer rests on. */
export type Citation = WebCitation | DocumentCitation;

interface Cited {
  title?: string;
  /** Where in the answer, in characters of all its text. */
  start?: number;
  end?: number;
  /** What is quoted of the place. */
  quote?: string;
}
export interface WebCitation extends Cited {
  url: string;
}
/** `document`: which of the call's, from 0. `from`, `to`: as Anthropic and Bedrock count each unit. */
export interface DocumentCitation extends Cited {
  document: number;
  unit: 'char' | 'page' | 'block';
  from: number;
  to: number;
}

export interface CanonicalResponse {
  id: string;
  model: string;
  parts: (TextPart | ToolCallPart | ThinkingPart)[];
  finishReason: FinishReason;
  stopSequence?: string;
  serviceTier?: string;
  citations?: Citation[];
  /** What is said, as base64 of `pcm16`: 24,000 samples of 16 bits a second. */
  speech?: string;
  /** Further answers to the same call. */
  others?: CanonicalResponse[];
}

/** One step of a streamed answer. Tool calls are numbered in the order in which they began. */
export type StreamEvent =
  | { type: 'start'; id: string; model: string; serviceTier?: string }
  | { type: 'text'; text: string; logprobs?: TokenLogprob[] }
  /** Base64 of its own, of a piece of what is said. */
  | { type: 'speech'; data: string }
  | { type: 'thinking'; text: string }
  | { type: 'thinking-signature'; signature: string }
  /** A whole block that only its provider can read. */
  | { type: 'thinking-redacted'; data: string }
  | { type: 'tool-start'; index: number; id: string; name: string }
  | { type: 'tool-arguments'; index: number; text: string }
  | { type: 'citation'; citation: Citation }
  /** What a provider tells next is a block of its own: where citations are told of blocks, those are not to be joined. */
  | { type: 'block-end' }
  | { type: 'finish'; reason: FinishReason; stopSequence?: string }
  /** `ofModel`: its own dialect tells it as an end like others. */
  | { type: 'error'; kind: ErrorKind; message: string; ofModel?: true }
  /** Of a further answer to the same call, counted from 1; its start and end are those of the call. */
  | { type: 'of-answer'; answer: number; event: StreamEvent }
  | { type: 'ping' }
  | { type: 'end' };

/** What went wrong at a provider, in terms every dialect has a name for. */
export type ErrorKind =
  | 'invalid_request'
  | 'authentication'
  | 'permission'
  | 'not_found'
  | 'too_large'
  | 'rate_limit'
  | 'overloaded'
  | 'timeout'
  | 'internal';

const statuses: Record<ErrorKind, number> = {
  invalid_request: 400,
  authentication: 401,
  permission: 403,
  not_found: 404,
  too_large: 413,
  rate_limit: 429,
  overloaded: 529,
  timeout: 504,
  internal: 500,
};

/** What a provider would have answered with, had it known before its answer began. */
export function statusOf(kind: ErrorKind): number {
  return statuses[kind];
}

export function errorKindOf(status: number): ErrorKind {
  if (status === 401) return 'authentication';
  if (status === 403) return 'permission';
  if (status === 404) return 'not_found';
  if (status === 408 || status === 504) return 'timeout';
  if (status === 413) return 'too_large';
  if (status === 429) return 'rate_limit';
  if (status === 529 || status === 503) return 'overloaded';
  // 424 is Bedrock's: the model failed on the way.
  return status >= 500 || status === 424 ? 'internal' : 'invalid_request';
}
