/**
 * What the data path needs of translation. `translate.ts` implements it from formats and providers; the data path
 * knows no wire format.
 */
import type { ProviderTarget, RouteType } from '../config/snapshot.ts';
import type { InputCounter } from './counting/model.ts';
import type { Fields } from './fields.ts';
import type { ErrorKind } from './model.ts';
import type { RequestFault } from './request-fault.ts';
import type { Usage } from './usage.ts';

export interface ClientCall {
  routeType: RouteType;
  target: ProviderTarget;
  method: string;
  /** Path and query after rewriting; what Passthrough keeps. */
  pathAndQuery: string;
  /** Lower-case names. */
  headers: Record<string, string>;
  /** The request body as text (UTF-8 already decoded); where `isBinaryBody` says so, a character for each byte. */
  body: string;
  /** The body's members, where somebody has read them already. */
  fields?: Fields;
  /** Unix seconds, for formats whose answers carry a creation time. */
  nowSeconds: number;
  /** Names the answer where the provider does not. */
  callId?: string;
}

export interface UpstreamCall {
  method: string;
  /** Complete URL. */
  url: string;
  /** Headers the provider needs, credential included, names lower-case. Hop-by-hop and the client's credential are gone. */
  headers: Record<string, string>;
  body: string;
  /** Each character of the body is a byte. */
  binary?: boolean;
  streaming: boolean;
  /** GenAI semantic convention name: `chat`, `embeddings`, … */
  operation: string;
  requestModel?: string;
  maxTokens?: number;
  /** The provider's names for the most output it may make; none where nothing limits it. */
  maxTokensFields: string[];
  /** Whether output is counted; absent: `chat` and `passthrough` have it. */
  hasOutput?: boolean;
  /** Answers asked for, each as long as `maxTokens`. */
  answers: number;
  /** Upper bound of the input in tokens, for reservations; costs a pass over the body. */
  boundInput(): number;
  /** How the input can be counted closer than by its bound; undefined where it can not. Absent: it never can. */
  countInput?: InputCounter | undefined;
  /** Whether sound or pictures go in, or may come out; asked only where they have prices of their own. Absent: no. */
  media?(): boolean;
  /** Estimate used when the provider reports nothing. */
  estimatedInputTokens: number;
  /** Fields of the client's request that the provider's format can't carry and that were left out, by path. */
  drops?: string[];
  reply: ReplyTranslator;
}

export interface PlainReply {
  contentType: string;
  body: string;
  usage?: Usage;
  responseModel?: string;
  /** There where the client waits for a stream and the provider sent none. */
  asStream?(): PlainReply;
}

export interface ReplyTranslator {
  /** Success, whole body. The same text comes back where nothing has to be converted. Throws `ReplyFault` on garbage. */
  plain(body: string, contentType: string): PlainReply;
  /** Provider error (status ≥ 400) in the client's dialect; the status stays. */
  error(status: number, body: string, contentType: string): { contentType: string; body: string };
  stream(): StreamTranslator;
  /** What an answer used that is no text, which goes on as it comes. Absent: every answer is a text. */
  bytes?(): Usage;
}

/** Why an answer is no whole one, where nobody knows more. */
export const endedEarly = 'the provider ended the stream before it was complete';

/** Drives one stream: text in as it arrives in any chunking, text out for the client. */
export interface StreamTranslator {
  /** True when the client gets the provider's bytes unchanged: `push` then only observes and its result is ignored. */
  readonly raw: boolean;
  readonly contentType: string;
  push(text: string): string;
  /** There where the provider's stream is no text: takes what arrives, in `push`'s place. */
  readonly pushBytes?: ((bytes: Uint8Array) => string) | undefined;
  /**
   * `complete`: upstream ended; `broken`: it was cut, `why` where that is known; `aborted`: the client left. Returns the last text for
   * the client.
   */
  end(reason: 'complete' | 'broken' | 'aborted', why?: string): string;
  /** Usage so far: the provider's report where one came, else what was delivered, estimated. */
  usage(): Usage;
  responseModel(): string | undefined;
  /** True once the provider said that the answer is complete: what was used can be counted before the last bytes go out. */
  finished(): boolean;
  /** Why nothing more may go to the client, once there is a reason; `push` has told it already. */
  stopped?(): Error | undefined;
  /** What the provider said has gone wrong inside the stream. */
  failed(): ErrorKind | undefined;
  /** True once the first content token went through, for time to first token. */
  sawFirstToken(): boolean;
}

/** The provider's answer makes no sense; `message` is for the client. Thrown by `plain` and `push`. */
export class ReplyFault extends Error {
  override readonly name = 'ReplyFault';
  /** What an answer reports that can't be given on. */
  usage?: Usage;
  /** What an error inside a success would have had as its status. */
  status?: number;
}

export type TranslateResult = { ok: true; call: UpstreamCall } | { ok: false; fault: RequestFault };

export type TranslateRequest = (call: ClientCall) => TranslateResult;

/** A gateway-made refusal in the dialect that this route type's clients speak. */
export type DialectError = (
  routeType: RouteType,
  fault: RequestFault,
) => { contentType: string; body: string };
