/** InvokeModelWithResponseStream: each message of the event stream holds one event of the model's own stream, here Anthropic's. */
import { decodeBase64Bytes, decodeUtf8 } from '../text/bytes.ts';
import { decodeAwsError } from './aws-errors.ts';
import { eventObject } from './event-object.ts';
import { type EventFrames, EventStreamParser, faultPrefix } from './event-stream.ts';
import { anthropicMessages } from './formats/anthropic-messages/index.ts';
import type { SseEvent } from './sse.ts';
import { ReplyFault } from './translate-contract.ts';

export class ChunkFrames implements EventFrames {
  readonly #parser = new EventStreamParser();

  push(bytes: Uint8Array, onEvent: (event: SseEvent) => void): void {
    this.#parser.push(bytes, (event) => {
      if (event.event === 'chunk') onEvent(unwrap(event.data));
      else if (event.event.startsWith(faultPrefix)) onEvent(errorOf(event));
    });
  }
}

function unwrap(data: string): SseEvent {
  const encoded = /"bytes":"([^"\\]*)"/.exec(data)?.[1] ?? String(eventObject(data)['bytes']);
  const bytes = decodeBase64Bytes(encoded);
  if (bytes === undefined) throw new ReplyFault('an event of the stream is not base64');
  const text = decodeUtf8(bytes);
  const event = /^\{"type":"(\w+)"/.exec(text)?.[1] ?? String(eventObject(text)['type'] ?? '');
  return { event, data: text };
}

function errorOf({ event, data }: SseEvent): SseEvent {
  const { kind = 'internal', message } = decodeAwsError(data, event.slice(faultPrefix.length));
  return { event: 'error', data: anthropicMessages.encodeError({ kind, message }) };
}
