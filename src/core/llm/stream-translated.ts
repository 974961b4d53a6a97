/** A stream between two formats: decoded, metered, encoded, event by event; nothing is held back. */
import type { EventFrames } from './event-stream.ts';
import type { Format, ProviderFormat, StreamDecoder, StreamOptions } from './format.ts';
import type { ErrorKind, StreamEvent } from './model.ts';
import { type SseEvent, SseParser } from './sse.ts';
import type { ToolNames } from './tool-names.ts';
import { endedEarly, ReplyFault, type StreamTranslator } from './translate-contract.ts';
import type { Usage } from './usage.ts';
import { UsageMeter } from './usage-meter.ts';

export interface TranslatedStreamOptions extends StreamOptions {
  client: Format;
  provider: ProviderFormat;
  /** Where the provider's stream is not of server-sent events. */
  frames?: EventFrames;
  /** Of the answer, where the provider does not tell them. */
  callId: string;
  requestModel: string;
  estimatedInputTokens: number;
  /** How many were asked for, where it is more than one. */
  answers?: number | undefined;
  /** Tools that the provider knows by other names. */
  names: ToolNames | undefined;
}

export function translatedStream(options: TranslatedStreamOptions): StreamTranslator {
  return new TranslatedStream(options);
}

class TranslatedStream implements StreamTranslator {
  readonly raw = false;
  readonly contentType = 'text/event-stream';
  readonly #parser = new SseParser();
  readonly pushBytes: StreamTranslator['pushBytes'];
  readonly #decoder: StreamDecoder;
  readonly #encoder;
  readonly #meter: UsageMeter;
  readonly #names: ToolNames | undefined;
  readonly #callId: string;
  readonly #requestModel: string;
  #started = false;
  #failed: ErrorKind | undefined;

  constructor(options: TranslatedStreamOptions) {
    const { frames } = options;
    if (frames !== undefined) this.pushBytes = (bytes) => this.#pushBytes(frames, bytes);
    this.#decoder = options.provider.decodeStream(options.answers);
    this.#encoder = options.client.encodeStream(options);
    this.#meter = new UsageMeter(options.estimatedInputTokens);
    this.#names = options.names;
    this.#callId = options.callId;
    this.#requestModel = options.requestModel;
  }

  push(text: string): string {
    let out = '';
    const onEvent = (event: SseEvent) => {
      out += this.#translated(event);
    };
    // What keeps the provider's connection open keeps the client's open too.
    const onComment = () => {
      if (this.#started) out += this.#step({ type: 'ping' });
    };
    this.#parser.push(text, onEvent, onComment);
    return out;
  }

  #pushBytes(frames: EventFrames, bytes: Uint8Array): string {
    let out = '';
    frames.push(bytes, (event) => {
      out += this.#translated(event);
    });
    return out;
  }

  #translated(event: SseEvent): string {
    let out = '';
    for (const canonical of this.#decoder.push(event)) out += this.#step(canonical);
    return out;
  }

  end(reason: 'complete' | 'broken' | 'aborted', why = endedEarly): string {
    if (reason === 'aborted' || this.#meter.finished || this.#failed !== undefined) return '';
    let out = '';
    if (reason === 'complete') for (const event of this.#decoder.close?.() ?? []) out += this.#step(event);
    if (this.#meter.finished) return out;
    // Ended without saying so: the client must not take half an answer for a whole one.
    return out + this.#step({ type: 'error', kind: 'internal', message: why });
  }

  usage(): Usage {
    return this.#meter.usage(this.#decoder.usage);
  }

  responseModel(): string | undefined {
    return this.#decoder.model ?? (this.#started ? this.#requestModel : undefined);
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

  #step(event: StreamEvent): string {
    if (this.#meter.finished || this.#failed !== undefined) return '';
    if (event.type === 'start') return this.#start(event);
    if (event.type === 'error') this.#failed = event.kind;
    else if (!this.#started && event.type !== 'ping') {
      throw new ReplyFault(`the stream begins with "${event.type}" instead of its start`);
    }
    this.#meter.observe(event);
    return this.#encode(this.#names === undefined ? event : this.#named(event, this.#names));
  }

  #named(event: StreamEvent, names: ToolNames): StreamEvent {
    if (event.type === 'of-answer') return { ...event, event: this.#named(event.event, names) };
    return event.type === 'tool-start' ? { ...event, name: names.get(event.name) ?? event.name } : event;
  }

  #encode(event: StreamEvent): string {
    return this.#encoder.encode(event, () => this.usage());
  }

  #start(event: StreamEvent & { type: 'start' }): string {
    this.#started = true;
    const id = event.id === '' ? this.#callId : event.id;
    const model = event.model === '' ? this.#requestModel : event.model;
    return this.#encode({ ...event, id, model });
  }
}
