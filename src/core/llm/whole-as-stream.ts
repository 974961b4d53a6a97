/** A whole answer to who waits for a stream: some servers do not stream, and some not with every model. */
import { citationsWithin } from './citations.ts';
import type { Format, StreamOptions } from './format.ts';
import type { CanonicalResponse, Citation, StreamEvent } from './model.ts';
import type { PlainReply } from './translate-contract.ts';
import type { Usage } from './usage.ts';

export function wholeAsStream(
  client: Format,
  response: CanonicalResponse,
  usage: Usage,
  options: StreamOptions,
): PlainReply {
  const encoder = client.encodeStream(options);
  let body = '';
  for (const event of eventsOf(response)) body += encoder.encode(event, () => usage);
  return { contentType: 'text/event-stream', body, usage, responseModel: response.model };
}

function* eventsOf(response: CanonicalResponse): Iterable<StreamEvent> {
  const { id, model, serviceTier, finishReason: reason, stopSequence } = response;
  yield { type: 'start', id, model, serviceTier };
  let index = 0;
  let said = 0;
  const last = response.parts.findLast((part) => part.type === 'text');
  for (const part of response.parts) {
    if (part.type === 'text') {
      yield part;
      const start = said;
      said += part.text.length;
      yield* cited(citationsWithin(response.citations, { start, end: said, rest: part === last }));
      if (response.citations !== undefined) yield { type: 'block-end' };
    } else if (part.type === 'tool-call') {
      yield { type: 'tool-start', index, id: part.id, name: part.name };
      yield { type: 'tool-arguments', index: index++, text: part.arguments };
    } else if (part.redacted !== undefined) yield { type: 'thinking-redacted', data: part.redacted };
    else {
      yield { type: 'thinking', text: part.text };
      if (part.signature) yield { type: 'thinking-signature', signature: part.signature };
    }
  }
  if (response.speech !== undefined) yield { type: 'speech', data: response.speech };
  for (const [before, other] of (response.others ?? []).entries())
    for (const event of eventsOf(other))
      if (event.type !== 'start' && event.type !== 'end')
        yield { type: 'of-answer', answer: before + 1, event };
  yield { type: 'finish', reason, stopSequence };
  yield { type: 'end' };
}

function* cited(citations: readonly Citation[]): Iterable<StreamEvent> {
  for (const citation of citations) yield { type: 'citation', citation };
}
