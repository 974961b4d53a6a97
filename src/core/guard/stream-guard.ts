/**
 * Regex guards inside a stream, in the client's dialect: texts of its events are changed as they pass, all else goes on as it is.
 * What is held back when a text ends goes out in an event of its own before the one that ends it.
 */
import { type SseEvent, SseParser } from '../llm/sse.ts';
import { parsedEvent, rewrittenEvent, writtenEvent } from './event-json.ts';
import type { CallKind } from './kind.ts';
import { type Guard, GuardRejection } from './model.ts';
import type { Scanner } from './scanner.ts';
import { StreamScanner } from './stream-scanner.ts';
import { type ChannelSlot, type EventTexts, eventTexts } from './stream-texts.ts';

/** A guard with its expressions compiled. */
export interface StreamCheck {
  guard: Guard;
  scanner: Scanner;
  rejects: boolean;
}

interface Channel {
  /** One per check: each sees what the one before lets through. */
  scanners: StreamScanner[];
  /** What went on so far. */
  sent: string;
  /** The last event that brought text. */
  last: SseEvent;
}

export class StreamGuard {
  rejection: GuardRejection | undefined;
  readonly #kind: CallKind;
  readonly #checks: readonly StreamCheck[];
  readonly #parser = new SseParser();
  readonly #channels = new Map<string, Channel>();
  readonly #found: string[] = [];
  /** Events put in between so far, where events are numbered. */
  #added = 0;

  constructor(kind: CallKind, checks: readonly StreamCheck[]) {
    this.#kind = kind;
    this.#checks = checks;
  }

  /** Labels of what was masked. */
  get masked(): readonly string[] {
    return this.#found;
  }

  /** What may go on. Nothing more once there is a `rejection`. */
  push(text: string): string {
    let out = '';
    const onEvent = (event: SseEvent) => {
      if (this.rejection === undefined) out += this.#event(event);
    };
    // A comment keeps the connection open, and says nothing of the model's.
    const onComment = () => {
      if (this.rejection === undefined) out += ': ping\n\n';
    };
    this.#parser.push(text, onEvent, onComment);
    return out;
  }

  /** What is still held. */
  end(): string {
    return this.rejection === undefined ? this.#close([...this.#channels.keys()]) : '';
  }

  #event(event: SseEvent): string {
    const json = parsedEvent(event.data);
    if (json === undefined) return (event.data === '[DONE]' ? this.end() : '') + writtenEvent(event);
    const texts = eventTexts(this.#kind, json);
    const numbered = typeof json['sequence_number'] === 'number' && this.#added > 0;
    if (texts.deltas.length === 0 && texts.repeats.length === 0 && texts.closed.length === 0 && !numbered)
      return writtenEvent(event);
    for (const delta of texts.deltas) {
      if (this.rejection === undefined) this.#delta(delta, event, texts);
      else delta.replace('');
    }
    if (this.rejection !== undefined) return rewrittenEvent(event, json);
    const before = this.#close(texts.closed);
    if (this.rejection !== undefined) return before;
    for (const repeat of texts.repeats) repeat.replace(this.#repeated(repeat));
    if (this.rejection !== undefined) return before;
    if (typeof json['sequence_number'] === 'number') json['sequence_number'] += this.#added;
    return before + rewrittenEvent(event, json);
  }

  /** A text that ends in this very event takes what is held of it along. */
  #delta(
    { channel: name, text, replace }: ChannelSlot,
    event: SseEvent,
    { deltas, closed }: EventTexts,
  ): void {
    const channel = this.#channel(name, event);
    let out = this.#run(channel, text, false);
    const isLast = deltas.findLast((delta) => delta.channel === name)?.replace === replace;
    if (isLast && closed.includes(name)) {
      out += this.#run(channel, '', true);
      this.#channels.delete(name);
    }
    channel.sent += out;
    replace(out);
  }

  #channel(name: string, event: SseEvent): Channel {
    let channel = this.#channels.get(name);
    if (channel === undefined) {
      const scanners = this.#checks.map(({ scanner, rejects }) => new StreamScanner(scanner, rejects));
      channel = { scanners, sent: '', last: event };
      this.#channels.set(name, channel);
    }
    channel.last = event;
    return channel;
  }

  #run({ scanners }: Channel, text: string, ends: boolean): string {
    let out = text;
    for (const [index, scanner] of scanners.entries()) {
      const before = scanner.masked.length;
      out = scanner.push(out) + (ends ? scanner.end() : '');
      this.#found.push(...scanner.masked.slice(before));
      if (scanner.rejected !== undefined)
        this.rejection ??= new GuardRejection(this.#checks[index]!.guard.rejection, scanner.rejected);
    }
    return out;
  }

  #close(names: readonly string[]): string {
    let out = '';
    for (const name of names) {
      const channel = this.#channels.get(name);
      if (channel === undefined) continue;
      const rest = this.#run(channel, '', true);
      channel.sent += rest;
      if (this.#kind !== 'Responses') this.#channels.delete(name);
      if (rest !== '') out += this.#extra(channel, name, rest);
    }
    return out;
  }

  /** Like the last event that brought text of the channel, with what was held of it. */
  #extra({ last }: Channel, name: string, text: string): string {
    const json = parsedEvent(last.data)!;
    for (const delta of eventTexts(this.#kind, json).deltas)
      delta.replace(delta.channel === name ? text : '');
    if (typeof json['sequence_number'] === 'number') json['sequence_number'] += ++this.#added;
    return rewrittenEvent(last, json);
  }

  /** As it was sent; a text that was never told in pieces is checked here. */
  #repeated({ channel: name, text }: ChannelSlot): string {
    const known = this.#channels.get(name);
    if (known !== undefined) return known.sent;
    const channel = this.#channel(name, { event: '', data: '{}' });
    channel.sent = this.#run(channel, text, true);
    return channel.sent;
  }
}
