/** One request and its answer, on its way through a pool and on one of its connections. */
import { PulledAnswer } from '../pulled-answer.ts';
import type { TransportOptions, UpstreamFailure, UpstreamRequest } from '../transport.ts';
import { bodyFailure, headFailure } from '../wire-failures.ts';
import type { AnswerHead } from './answer-head.ts';
import { type RequestHead, requestHead } from './request-head.ts';

/** What an exchange may ask of the connection that it has. */
export interface Carrier {
  pause(): void;
  resume(): void;
  /** Closes it; the exchange is told nothing more. */
  destroy(): void;
}

export class Http1Exchange extends PulledAnswer {
  readonly request: UpstreamRequest;
  /** Set before the exchange is queued or carried. */
  head!: RequestHead;
  readonly connectTimeoutMs: number;
  readonly bodyIdleTimeoutMs: number;
  protected readonly mostEarly = 65_536;
  #carrier: Carrier | undefined;
  #queue: Http1Exchange[] | undefined;
  #sent = false;

  constructor(request: UpstreamRequest, options: TransportOptions) {
    super();
    this.request = request;
    this.connectTimeoutMs = request.connectTimeoutMs ?? options.connectTimeoutMs;
    this.bodyIdleTimeoutMs = request.bodyIdleTimeoutMs ?? options.bodyIdleTimeoutMs;
  }

  /** Throws `UnsendableRequest`. */
  prepare(host: string): void {
    this.head = requestHead(this.request, host);
  }

  waitIn(queue: Http1Exchange[]): void {
    queue.push(this);
    this.#queue = queue;
  }

  carriedBy(carrier: Carrier): void {
    this.#queue = undefined;
    this.#carrier = carrier;
  }

  sent(): void {
    this.#sent = true;
  }

  onHead({ status, headers }: AnswerHead): void {
    this.began(status, headers);
  }

  onBody(bytes: Buffer): void {
    this.arrived(bytes);
  }

  /** The connection is another's from now on. */
  onEnd(): void {
    this.#carrier = undefined;
    this.ended();
  }

  lost(error: Error): void {
    this.#carrier = undefined;
    this.failed(this.status === 0 ? headFailure(error, this.#sent) : bodyFailure(error));
  }

  protected cancel(_reason: UpstreamFailure): void {
    const at = this.#queue?.indexOf(this) ?? -1;
    if (at >= 0) this.#queue!.splice(at, 1);
    const carrier = this.#carrier;
    this.#carrier = undefined;
    carrier?.destroy();
  }

  protected pause(): void {
    this.#carrier?.pause();
  }

  resume(): void {
    this.#carrier?.resume();
  }
}
