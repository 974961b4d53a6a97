/** Streams of passed-through APIs: the events go on, what they say and what they report is read beside. */
import type { Fields } from '../fields.ts';
import { type SseEvent, SseParser } from '../sse.ts';
import type { StreamTranslator } from '../translate-contract.ts';
import { noUsage, type Usage } from '../usage.ts';
import { type Measure, withMedia } from './apis.ts';
import { passedUsage } from './passed-usage.ts';

/** `hideUsage`: a chunk of usage that was asked for on our behalf is not the client's. */
export function passedStream(measure: Measure, hideUsage: boolean): StreamTranslator {
  return new PassedStream(measure, hideUsage);
}

class PassedStream implements StreamTranslator {
  readonly raw: boolean;
  readonly contentType = 'text/event-stream';
  readonly #measure: Measure;
  readonly #parser = new SseParser();
  #said = '';
  #reported: Usage | undefined;
  #model: string | undefined;
  #ended = false;

  constructor(measure: Measure, hideUsage: boolean) {
    this.#measure = measure;
    this.raw = !hideUsage;
  }

  push(text: string): string {
    let out = '';
    this.#parser.push(text, (event) => {
      const isUsageOnly = this.#observe(event);
      if (!this.raw && !isUsageOnly)
        out += `${event.event === '' ? '' : `event: ${event.event}\n`}data: ${event.data}\n\n`;
    });
    return out;
  }

  /** Nothing says in all of these dialects that a stream was cut: it just ends. */
  end(): string {
    return '';
  }

  usage(): Usage {
    const measure = this.#measure;
    if (this.#reported !== undefined) return withMedia(this.#reported, measure);
    const outputTokens = measure.outputOf(this.#said);
    const estimate = { ...noUsage, inputTokens: measure.estimatedInput, outputTokens, estimated: true };
    return withMedia(estimate, measure);
  }

  responseModel(): string | undefined {
    return this.#model;
  }

  /** An error inside is the client's to read. */
  failed(): undefined {
    return undefined;
  }

  finished(): boolean {
    return this.#ended;
  }

  sawFirstToken(): boolean {
    return this.#said !== '';
  }

  #observe({ data }: SseEvent): boolean {
    if (data === '[DONE]') this.#ended = true;
    const event = parsed(data);
    if (event === undefined) return false;
    if (typeof event['model'] === 'string') this.#model = event['model'];
    const choices = Array.isArray(event['choices']) ? (event['choices'] as Fields[]) : undefined;
    for (const choice of choices ?? [])
      if (typeof choice?.['text'] === 'string') this.#said += choice['text'];
    if (typeof event['delta'] === 'string') this.#said += event['delta'];
    const usage = passedUsage(event, () => this.#measure.outputOf(this.#said));
    if (usage === undefined) return false;
    this.#reported = usage;
    // The other APIs tell it with their last event.
    if (choices === undefined) this.#ended = true;
    return choices?.length === 0;
  }
}

function parsed(data: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}
