/** A stream in the client's own format: bytes go through, usage is read beside them. */
import { type EventFrames, eventStreamType } from './event-stream.ts';
import { isDialect, type ProviderFormat, type StreamDecoder } from './format.ts';
import type { ErrorKind } from './model.ts';
import { type SseEvent, SseParser } from './sse.ts';
import { endedEarly, ReplyFault, type StreamTranslator } from './translate-contract.ts';
import type { Usage } from './usage.ts';
import { UsageMeter } from './usage-meter.ts';

export interface NativeStreamOptions {
  format: ProviderFormat;
  /** Usage was asked of the provider for our sake: its chunk is not the client's. Only OpenAI's format needs it. */
  hideUsage: boolean;
  /** The provider wraps the format's events in a stream of another kind. */
  frames?: EventFrames;
  /** The client speaks to the provider itself: it gets that stream as it is. */
  through?: boolean;
  estimatedInputTokens: number;
}

export function nativeStream(options: NativeStreamOptions): StreamTranslator {
  return new NativeStream(options);
}

class NativeStream implements StreamTranslator {
  readonly raw: boolean;
  readonly contentType: string;
  readonly #format: ProviderFormat;
  readonly #parser = new SseParser();
  readonly pushBytes: StreamTranslator['pushBytes'];
  readonly #decoder: StreamDecoder;
  readonly #meter: UsageMeter;
  #failed: ErrorKind | undefined;

  constructor({ format, hideUsage, frames, through, estimatedInputTokens }: NativeStreamOptions) {
    this.raw = !hideUsage && (frames === undefined || through === true);
    this.contentType = this.raw && frames !== undefined ? eventStreamType : 'text/event-stream';
    if (frames !== undefined) this.pushBytes = (bytes) => this.#pushBytes(frames, bytes);
    this.#format = format;
    this.#decoder = format.decodeStream();
    this.#meter = new UsageMeter(estimatedInputTokens);
  }

  push(text: string): string {
    let out = '';
    const onEvent = (event: SseEvent) => {
      const before = this.#decoder.usage;
      this.#observe(event);
      if (!this.raw && !isUsageOnly(event, before !== this.#decoder.usage)) out += rewrite(event);
    };
    const onComment = (comment: string) => {
      out += `:${comment}\n\n`;
    };
    this.#parser.push(text, onEvent, onComment);
    return out;
  }

  #pushBytes(frames: EventFrames, bytes: Uint8Array): string {
    let out = '';
    frames.push(bytes, (event) => {
      this.#observe(event);
      if (!this.raw) out += rewrite(event);
    });
    return out;
  }

  end(reason: 'complete' | 'broken' | 'aborted', why?: string): string {
    if (reason === 'complete') for (const event of this.#decoder.close?.() ?? []) this.#meter.observe(event);
    if (reason === 'aborted' || this.#meter.finished || this.#failed !== undefined) return '';
    // Into a binary stream nothing can be put: that it ends without its last message says the same.
    if (!isDialect(this.#format) || (this.raw && this.pushBytes !== undefined)) return '';
    const encoder = this.#format.encodeStream({ includeUsage: false, nowSeconds: 0, request: {} });
    this.#failed = 'internal';
    const message = why ?? endedEarly;
    return encoder.encode({ type: 'error', kind: 'internal', message }, () => this.usage());
  }

  usage(): Usage {
    return this.#meter.usage(this.#decoder.usage);
  }

  responseModel(): string | undefined {
    return this.#decoder.model;
  }

  finished(): boolean {
    return this.#meter.finished;
  }

  failed(): ErrorKind | undefined {
    return this.#failed;
  }

  sawFirstToken(): boolean {
    return this.#meter.sawToken;
  }

  /** What can't be read can't be charged, but it is the client's to judge: the bytes go on. */
  #observe(event: SseEvent): void {
    try {
      for (const canonical of this.#decoder.push(event)) {
        if (canonical.type === 'error' && canonical.ofModel !== true) this.#failed ??= canonical.kind;
        this.#meter.observe(canonical);
      }
    } catch (error) {
      if (!(error instanceof ReplyFault)) throw error;
    }
  }
}

function isUsageOnly(event: SseEvent, broughtUsage: boolean): boolean {
  return broughtUsage && /"choices"\s*:\s*\[\s*\]/.test(event.data);
}

function rewrite(event: SseEvent): string {
  const name = event.event === '' ? '' : `event: ${event.event}\n`;
  return `${name}data: ${event.data.replaceAll('\n', '\ndata: ')}\n\n`;
}
