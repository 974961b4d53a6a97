/** Events of a stream as JSON, and back. */
import type { SseEvent } from '../llm/sse.ts';
import { isObject, type Json } from './json-slots.ts';

/** Undefined for what is no object, like the `[DONE]` of OpenAI's streams. */
export function parsedEvent(data: string): Json | undefined {
  if (!data.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(data);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function rewrittenEvent(event: SseEvent, json: Json): string {
  return writtenEvent({ ...event, data: JSON.stringify(json) });
}

export function writtenEvent({ event, data }: SseEvent): string {
  const name = event === '' ? '' : `event: ${event}\n`;
  return `${name}data: ${data.replaceAll('\n', '\ndata: ')}\n\n`;
}
