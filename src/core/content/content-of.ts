/** What was captured of a call → the conversation that is recorded. Whatever the bodies are, there is a result. */
import { EventStreamParser, eventStreamType } from '../llm/event-stream.ts';
import { type SseEvent, SseParser } from '../llm/sse.ts';
import { answerTurns } from './answer-turns.ts';
import type { CapturedCall, CapturedText } from './captured.ts';
import { mediaOf } from './media.ts';
import type { CallContent, ContentNote, Recorded, Turn } from './model.ts';
import { isObject, type Json, objectsIn, textPart } from './parts.ts';
import { requestTurns } from './request-turns.ts';
import { StreamedAnswer } from './streamed-answer.ts';
import { withinLimit } from './within-limit.ts';

export function contentOf({ request, answer }: CapturedCall): CallContent {
  return {
    ...(request && { prompt: recorded(request, 'last', promptTurns) }),
    ...(answer && { answer: recorded(answer, 'first', answeredTurns) }),
  };
}

type Reader = (text: string, mediaType: string) => Turn[];

function recorded(captured: CapturedText, keep: 'first' | 'last', read: Reader): Recorded {
  const { text, mediaType, bytes, note } = captured;
  if (text === undefined) {
    const media =
      bytes > 0 && note === undefined ? mediaOf({ type: 'file', file: { mimeType: mediaType } }) : undefined;
    const turns =
      media === undefined
        ? []
        : [{ role: keep === 'last' ? 'user' : 'assistant', parts: [{ ...media, bytes }] }];
    return { turns, ...(note !== undefined && { note }) };
  }
  const turns = read(text, mediaType);
  const unread: ContentNote | undefined = turns.length === 0 && text !== '' ? 'not-text' : undefined;
  const why = note ?? unread;
  return { ...withinLimit(turns, keep), ...(why !== undefined && { note: why }) };
}

function promptTurns(text: string): Turn[] {
  const body = parsed(text);
  return isObject(body) ? requestTurns(body) : [];
}

function answeredTurns(text: string, mediaType: string): Turn[] {
  if (mediaType.startsWith('text/event-stream') || mediaType.startsWith(eventStreamType))
    return streamedTurns(text, mediaType);
  const body = parsed(text);
  if (isObject(body)) return answerTurns(body);
  // Gemini streams without events: a list of the same.
  if (Array.isArray(body)) return assembled(objectsIn(body));
  return mediaType.startsWith('text/') ? [{ role: 'assistant', parts: textPart('text', text) }] : [];
}

function streamedTurns(text: string, mediaType: string): Turn[] {
  const events: Json[] = [];
  const take = ({ data }: SseEvent) => {
    const event = data.startsWith('{') ? parsed(data) : undefined;
    if (isObject(event)) events.push(event);
  };
  try {
    if (mediaType.startsWith(eventStreamType)) new EventStreamParser().push(bytesOf(text), take);
    // The last event of a stream that was cut off may lack its end.
    else new SseParser().push(`${text}\n\n`, take);
  } catch {
    // What came before the fault is what the client could read too.
  }
  return assembled(events);
}

/** A character for each byte. */
function bytesOf(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
}

function assembled(events: readonly Json[]): Turn[] {
  const answer = new StreamedAnswer();
  for (const event of events) answer.push(event);
  return answer.turns();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
