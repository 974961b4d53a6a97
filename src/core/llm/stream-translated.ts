/** A stream between two formats: decoded, metered, encoded, event by event; nothing is held back. */
import type { Format, StreamDecoder, StreamOptions } from './format.ts';
import type { StreamEvent } from './model.ts';
import { SseParser } from './sse.ts';
import { ReplyFault, type StreamTranslator } from './translate-contract.ts';
import type { Usage } from './usage.ts';
import { UsageMeter } from './usage-meter.ts';

export interface TranslatedStreamOptions extends StreamOptions {
  client: Format;
  provider: Format;
  estimatedInputTokens: number;
}

export function translatedStream(options: TranslatedStreamOptions): StreamTranslator {
  return new TranslatedStream(options);
}

class TranslatedStream implements StreamTranslator {
  readonly raw = false;
  readonly contentType = 'text/event-stream';
  readonly #parser = new SseParser();
  readonly #decoder: StreamDecoder;
  readonly #encoder;
  readonly #meter: UsageMeter;
  #started = false;
  #failed = false;

  constructor({ client, provider, estimatedInputTokens, ...options }: TranslatedStreamOptions) {
    this.#decoder = provider.decodeStream();
    this.#encoder = client.encodeStream(options);
    this.#meter = new UsageMeter(estimatedInputTokens);
  }

  push(text: string): string {
    let out = '';
    this.#parser.push(text, (event) => {
      for (const canonical of this.#decoder.push(event)) out += this.#step(canonical);
    });
    return out;
  }

  end(reason: 'complete' | 'broken' | 'aborted'): string {
    if (reason === 'aborted' || this.#meter.finished || this.#failed) return '';
    let out = '';
    if (reason === 'complete') for (const event of this.#decoder.close?.() ?? []) out += this.#step(event);
    if (this.#meter.finished) return out;
    // Ended without saying so: the client must not take half an answer for a whole one.
    return (
      out +
      this.#step({
        type: 'error',
        kind: 'internal',
        message: 'the provider ended the stream before it was complete',
      })
    );
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

  sawFirstToken(): boolean {
    return this.#meter.sawToken;
  }

  #step(event: StreamEvent): string {
    if (this.#meter.finished || this.#failed) return '';
    if (event.type === 'start') this.#started = true;
    else if (event.type === 'error') this.#failed = true;
    else if (!this.#started && event.type !== 'ping') {
      throw new ReplyFault(`the stream begins with "${event.type}" instead of its start`);
    }
    this.#meter.observe(event);
    return this.#encoder.encode(event, () => this.usage());
  }
}
