/** Chunks of streamGenerateContent → canonical events. Each chunk is an answer with the parts that are new. */
import { citationsOfGemini } from '../../citations-gemini.ts';
import { eventObject } from '../../event-object.ts';
import type { Fields } from '../../fields.ts';
import type { StreamDecoder } from '../../format.ts';
import { logprobsOfGemini } from '../../logprobs.ts';
import type { StreamEvent, WebCitation } from '../../model.ts';
import { OtherAnswers } from '../../several-answers.ts';
import { speechOfPart } from '../../speech.ts';
import type { SseEvent } from '../../sse.ts';
import type { Usage } from '../../usage.ts';
import { decodeError } from './error.ts';
import { candidateOf, decodeParts, faultOf, finishReasonFromWire, isBlocked, partsOf } from './response.ts';
import { decodeUsage } from './usage.ts';

export function decodeStream(answers = 1): StreamDecoder {
  return new ChunkDecoder(answers);
}

/** Characters: what is longer is cited without its places. */
const maxSaid = 4 * 1024 * 1024;

class ChunkDecoder implements StreamDecoder {
  usage: Usage | undefined;
  model: string | undefined;
  #id = '';
  /** What the answer says, for places that are told by where they belong in it. */
  #said = '';
  /** Told at the end: the places may come with every chunk, and which words they stand for with the last. */
  readonly #cited = new Map<string, WebCitation>();
  #calls = 0;
  readonly #answers: number;
  /** There where more than one answer was asked for. */
  readonly #others: OtherAnswers | undefined;
  #finished = false;
  #ended = false;

  constructor(answers: number) {
    this.#answers = answers;
    this.#others = answers > 1 ? new OtherAnswers(decodeStream) : undefined;
  }

  push(event: SseEvent): StreamEvent[] {
    const chunk = eventObject(event.data);
    if (chunk['error'] !== undefined && chunk['error'] !== null) {
      const { kind, message } = decodeError(event.data);
      return [{ type: 'error', kind: kind ?? 'internal', message }];
    }
    this.usage = decodeUsage(chunk) ?? this.usage;
    const events: StreamEvent[] = [];
    if (this.model === undefined) {
      this.model = String(chunk['modelVersion'] ?? '');
      this.#id = String(chunk['responseId'] ?? '');
      events.push({ type: 'start', id: this.#id, model: this.model });
    }
    const candidate =
      this.#others === undefined ? candidateOf(chunk) : this.#own(chunk, this.#others, events);
    const before = events.length;
    for (const part of partsOf(candidate)) this.#part(part, events);
    if (candidate?.['logprobsResult']) addLogprobs(candidate, events, before);
    if (candidate?.['groundingMetadata'] || candidate?.['citationMetadata']) this.#cite(candidate);
    const fault = faultOf(candidate?.['finishReason']);
    if (fault !== undefined) events.push({ type: 'error', kind: 'internal', message: fault, ofModel: true });
    this.#finish(chunk, candidate?.['finishReason'], events);
    return events;
  }

  /** The first answer's part of a chunk, after what it has of the others. */
  #own(chunk: Fields, others: OtherAnswers, events: StreamEvent[]): Fields | undefined {
    let own: Fields | undefined;
    for (const candidate of (chunk['candidates'] ?? []) as Fields[]) {
      const answer = Number(candidate['index'] ?? 0);
      if (answer === 0) own = candidate;
      else events.push(...others.push(answer, { ...chunk, candidates: [candidate] }));
    }
    return own;
  }

  /** The API has no event for the end: it is where the stream ends, when the reason for it was told. */
  close(): StreamEvent[] {
    if (!this.#finished || this.#ended) return [];
    this.#ended = true;
    return [{ type: 'end' }];
  }

  #cite(candidate: Fields): void {
    for (const citation of citationsOfGemini(candidate, this.#said)) {
      const { url, start, end } = citation;
      this.#cited.set(`${start} ${end} ${url}`, citation);
    }
  }

  /** A place that stands for some words needs not be told without them. */
  *#citations(): Iterable<StreamEvent> {
    const all = [...this.#cited.values()];
    const ranged = new Set(all.flatMap(({ url, start }) => (start === undefined ? [] : [url])));
    for (const citation of all)
      if (citation.start !== undefined || !ranged.has(citation.url)) yield { type: 'citation', citation };
  }

  #part(part: Fields, events: StreamEvent[]): void {
    const speech = part['inlineData'] === undefined ? undefined : speechOfPart(part);
    if (speech !== undefined) events.push({ type: 'speech', data: speech });
    for (const decoded of decodeParts(part, this.#id, this.#calls)) {
      if (decoded.type === 'text') {
        events.push({ type: 'text', text: decoded.text });
        if (this.#said.length < maxSaid) this.#said += decoded.text;
      } else if (decoded.type === 'tool-call') {
        const index = this.#calls++;
        events.push({ type: 'tool-start', index, id: decoded.id, name: decoded.name });
        events.push({ type: 'tool-arguments', index, text: decoded.arguments });
      } else if (decoded.redacted !== undefined)
        events.push({ type: 'thinking-redacted', data: decoded.redacted });
      else if (decoded.text !== '') events.push({ type: 'thinking', text: decoded.text });
    }
  }

  #finish(chunk: Fields, reason: unknown, events: StreamEvent[]): void {
    const blocked = isBlocked(chunk);
    if ((typeof reason !== 'string' && !blocked) || this.#finished) return;
    this.#finished = true;
    const finish = blocked ? 'refusal' : finishReasonFromWire(reason, this.#calls > 0);
    events.push(...this.#citations());
    events.push({ type: 'finish', reason: finish });
    // The last chunk brings the last report: the answer can be counted before it is passed on.
    const all = this.#others === undefined || this.#others.finished === this.#answers - 1;
    if (all && decodeUsage(chunk) !== undefined) events.push(...this.close());
  }
}

/** A chunk's report is of its words. */
function addLogprobs(candidate: Fields, events: StreamEvent[], from: number): void {
  const logprobs = logprobsOfGemini(candidate);
  if (logprobs === undefined) return;
  const at = events.findLastIndex(({ type }, index) => type === 'text' && index >= from);
  const event = events[at];
  if (event?.type === 'text') event.logprobs = logprobs;
  else events.push({ type: 'text', text: '', logprobs });
}
