/** The data path's way to an upstream: one small interface, over pooled HTTP/1.1 connections. */

export interface UpstreamRequest {
  method: string;
  /** Complete URL. */
  url: string;
  headers: Record<string, string>;
  body: string | Uint8Array | null;
  /** Milliseconds to wait for the answer's head. */
  headersTimeoutMs: number;
  /** Both as the transport's own where they are absent. */
  connectTimeoutMs?: number;
  bodyIdleTimeoutMs?: number;
}

export type ResponseHeaders = Record<string, string | string[] | undefined>;

/** An answer whose head has arrived. The body is pulled: nothing is read while `paused`. */
export interface UpstreamResponse {
  status: number;
  headers: ResponseHeaders;
  /** Whole body as text, at most `maxBytes` (else rejects with `too_large`). `strict`: what is not UTF-8 is a `ReplyFault`. */
  text(maxBytes: number, strict?: boolean): Promise<string>;
  /** Calls `onData` as bytes arrive and resolves at the end; `onData` returning false pauses until `resume`. */
  stream(onData: (chunk: Buffer) => boolean): Promise<void>;
  resume(): void;
}

export interface Exchange {
  response: Promise<UpstreamResponse>;
  /** Closes the upstream connection at once, whatever state it is in. `reason` absent: nobody waits for it any more. */
  abort(reason?: UpstreamFailure): void;
}

export interface Transport {
  send(request: UpstreamRequest): Exchange;
  close(): Promise<void>;
}

/** `closed`: the connection ended after the request was sent and before an answer; what the provider did is not known. */
export type UpstreamFailureKind = 'unreachable' | 'closed' | 'timeout' | 'cut' | 'aborted' | 'too_large';

export class UpstreamFailure extends Error {
  override readonly name = 'UpstreamFailure';
  readonly kind: UpstreamFailureKind;
  constructor(kind: UpstreamFailureKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

export interface TransportOptions {
  connectTimeoutMs: number;
  /** Longest silence inside a body: a provider that stops talking mid-stream is given up on. */
  bodyIdleTimeoutMs: number;
  /** Connections to one origin. */
  maxConnections: number;
}

export const defaultTransport: TransportOptions = {
  connectTimeoutMs: 10_000,
  bodyIdleTimeoutMs: 300_000,
  maxConnections: 2_048,
};
