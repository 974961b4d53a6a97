/**
 * What every wire format provides. Most serve both directions, as a client's dialect and as a provider's API; what only a
 * provider speaks has the provider's half.
 */
import type { Fields } from './fields.ts';
import type { CanonicalRequest, CanonicalResponse, ErrorKind, StreamEvent } from './model.ts';
import type { SseEvent } from './sse.ts';
import type { Usage } from './usage.ts';

export interface ProviderFormat {
  /** The names of tools that the API takes. */
  toolNames: RegExp;
  /** Names in `drops` what the client asked for and this format can't carry. */
  encodeRequest(request: CanonicalRequest, drops: string[]): Fields;
  /** Throws `ReplyFault`. An id or a model that the format does not tell is ''. */
  decodeResponse(body: Fields): CanonicalResponse;
  /** The usage that a whole answer reports, in our definition; undefined when it reports none. */
  decodeUsage(body: Fields): Usage | undefined;
  /** `answers`: how many were asked for, where it is more than one. */
  decodeStream(answers?: number): StreamDecoder;
  decodeError(body: string): ProviderError;
}

export interface Format extends ProviderFormat {
  /** Top-level members that `decodeRequest` reads; others that a client sends are lost in translation, and told so. */
  carried: ReadonlySet<string>;
  /** Throws `FieldFault` for what can't leave this format; names in `drops` what the call makes sense without. */
  decodeRequest(body: Fields, drops: string[]): CanonicalRequest;
  encodeResponse(response: CanonicalResponse, usage: Usage, context: AnswerContext): string;
  encodeStream(options: StreamOptions): StreamEncoder;
  encodeError(error: DialectErrorFields): string;
}

/** Whether clients speak it too. */
export function isDialect(format: ProviderFormat): format is Format {
  return 'encodeStream' in format;
}

export interface AnswerContext {
  /** Unix seconds. */
  nowSeconds: number;
  /** The client's request, for answers that repeat its settings. */
  request: Fields;
}

export interface StreamOptions extends AnswerContext {
  includeUsage: boolean;
}

export interface StreamDecoder {
  push(event: SseEvent): StreamEvent[];
  /** The stream ended well; for formats without an event that says so. */
  close?(): StreamEvent[];
  /** The last report so far. */
  readonly usage: Usage | undefined;
  readonly model: string | undefined;
}

export interface StreamEncoder {
  /** `usage` is what is known by now; formats that carry usage inside the stream write it at the end. */
  encode(event: StreamEvent, usage: () => Usage): string;
}

export interface ProviderError {
  kind?: ErrorKind;
  message: string;
}

export interface DialectErrorFields {
  kind: ErrorKind;
  message: string;
  /** Machine-readable reason of ours or of the provider. */
  code?: string;
  /** The field at fault. */
  param?: string;
  /** Further members of the error object. */
  details?: Record<string, unknown>;
}
