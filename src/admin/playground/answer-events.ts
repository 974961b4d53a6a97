/** The gateway's answer, whatever its dialect, as the events that the page is sent. */
import type { IncomingMessage } from 'node:http';
import type { StreamEvent } from '../../core/llm/model.ts';
import { SseParser } from '../../core/llm/sse.ts';
import { shortened } from '../problem.ts';
import { eventsOf, formats, messageOf } from './dialogs.ts';
import { textOf } from './exchange.ts';
import type { ChatApi } from './place.ts';

/** `head`: what the gateway answered; `refused`: why it did not serve; `failed`: what went wrong on the way. */
export type AnswerEvent =
  | { event: 'head'; data: { status: number } }
  | { event: 'text' | 'thinking'; data: { text: string } }
  | { event: 'finish'; data: { reason: string } }
  | { event: 'refused'; data: { status: number; message: string } }
  | { event: 'failed'; data: { message: string } };

export async function* answerEvents(api: ChatApi, answer: IncomingMessage): AsyncGenerator<AnswerEvent> {
  const status = answer.statusCode ?? 0;
  yield { event: 'head', data: { status } };
  const type = answer.headers['content-type'] ?? '';
  if (status < 400 && type.startsWith('text/event-stream')) yield* streamed(api, answer);
  else yield* whole(api, status, answer);
}

async function* streamed(api: ChatApi, answer: IncomingMessage): AsyncGenerator<AnswerEvent> {
  const parser = new SseParser();
  const decoder = formats[api].decodeStream();
  for await (const text of textOf(answer)) {
    const found: StreamEvent[] = [];
    parser.push(text, (event) => found.push(...decoder.push(event)));
    yield* found.flatMap(shown);
  }
}

async function* whole(api: ChatApi, status: number, answer: IncomingMessage): AsyncGenerator<AnswerEvent> {
  let body = '';
  for await (const text of textOf(answer)) body += text;
  if (status >= 400) yield { event: 'refused', data: { status, message: shortened(messageOf(api, body)) } };
  else yield* eventsOf(api, body).flatMap(shown);
}

function shown(event: StreamEvent): AnswerEvent[] {
  switch (event.type) {
    case 'text':
    case 'thinking':
      return [{ event: event.type, data: { text: event.text } }];
    case 'finish':
      return [{ event: 'finish', data: { reason: event.reason } }];
    case 'error':
      return [{ event: 'failed', data: { message: event.message } }];
    default:
      return [];
  }
}
