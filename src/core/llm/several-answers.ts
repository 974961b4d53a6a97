/** Several answers to one call, as chat completions and Gemini give them: the first is the call's, the others stand beside it. */
import { FieldFault, type Fields } from './fields.ts';
import type { StreamDecoder, StreamEncoder } from './format.ts';
import type { CanonicalRequest, StreamEvent } from './model.ts';
import type { Usage } from './usage.ts';

/** For APIs that give one. */
export function refuseAnswers({ answers }: CanonicalRequest): void {
  if (answers !== undefined) throw new FieldFault(answers.path, 'this provider gives one answer per call');
}

export function answersAsked(count: number | undefined, path: string): CanonicalRequest['answers'] {
  return count === undefined || count === 1 ? undefined : { count, path };
}

/** Streams of the further answers, each read as if it were the only one. */
export class OtherAnswers {
  readonly #decoders = new Map<number, StreamDecoder>();
  readonly #decode: () => StreamDecoder;
  readonly #finished = new Set<number>();

  constructor(decode: () => StreamDecoder) {
    this.#decode = decode;
  }

  /** How many have been told why they ended. */
  get finished(): number {
    return this.#finished.size;
  }

  /** `chunk`: with this answer alone in it. */
  push(answer: number, chunk: Fields): StreamEvent[] {
    let decoder = this.#decoders.get(answer);
    if (decoder === undefined) {
      decoder = this.#decode();
      this.#decoders.set(answer, decoder);
    }
    const events = decoder.push({ event: '', data: JSON.stringify(chunk) });
    return events.flatMap((event): StreamEvent[] => {
      if (event.type === 'start' || event.type === 'end') return [];
      if (event.type === 'error') return [event];
      if (event.type === 'finish') this.#finished.add(answer);
      return [{ type: 'of-answer', answer, event }];
    });
  }
}

/** Encoders of the further answers, each with its number. */
export class OtherEncoders<T extends StreamEncoder> {
  readonly #encoders = new Map<number, T>();
  readonly #make: (answer: number) => T;

  constructor(make: (answer: number) => T) {
    this.#make = make;
  }

  encode({ answer, event }: StreamEvent & { type: 'of-answer' }, usage: () => Usage): string {
    let encoder = this.#encoders.get(answer);
    if (encoder === undefined) {
      encoder = this.#make(answer);
      this.#encoders.set(answer, encoder);
    }
    return encoder.encode(event, usage);
  }

  all(): Iterable<T> {
    return this.#encoders.values();
  }
}
