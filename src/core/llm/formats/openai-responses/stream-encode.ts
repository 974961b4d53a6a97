/** Canonical events → the Responses API's events: every item is added, filled, and told again whole when it is done. */
import { isWeb, urlCitation } from '../../citations.ts';
import type { Fields } from '../../fields.ts';
import type { StreamEncoder, StreamOptions } from '../../format.ts';
import { openaiLogprobs } from '../../logprobs.ts';
import type { Citation, FinishReason, StreamEvent, ThinkingPart, TokenLogprob } from '../../model.ts';
import { type OfferedTool, offeredTools } from '../../responses-tools.ts';
import { ReplyFault } from '../../translate-contract.ts';
import type { Usage } from '../../usage.ts';
import { encodeError } from './error.ts';
import * as wire from './response.ts';
import { encodeUsage } from './usage.ts';

/** Characters of one answer: all of it is held, because the last event repeats it. */
const maxAnswerLength = 32 * 1024 * 1024;

interface OpenItem {
  id: string;
  index: number;
}
interface OpenMessage extends OpenItem {
  text: string;
  head: string;
  /** Characters of text in messages before. */
  before: number;
  annotations: Fields[];
  logprobs?: TokenLogprob[];
}
type OpenCall = OpenItem & { call: wire.ItemCall; tool: OfferedTool | undefined };

export function encodeStream(options: StreamOptions): StreamEncoder {
  return new ResponsesEncoder(options);
}

class ResponsesEncoder implements StreamEncoder {
  readonly #options: StreamOptions;
  readonly #tools: ReadonlyMap<string, OfferedTool>;
  #sequence = 0;
  #length = 0;
  #id = '';
  #envelope: Fields | undefined;
  readonly #output: Fields[] = [];
  #next = 0;
  #said = 0;
  #message: OpenMessage | undefined;
  #reasoning: (OpenItem & { part: ThinkingPart }) | undefined;
  readonly #calls = new Map<number, OpenCall>();
  #finish: FinishReason = 'stop';

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#tools = offeredTools(options.request);
  }

  encode(event: StreamEvent, usage: () => Usage): string {
    switch (event.type) {
      case 'start':
        return this.#start(event.id, event.model);
      case 'text':
        return this.#text(event.text, event.logprobs);
      case 'speech':
      case 'of-answer':
      case 'block-end':
        return '';
      case 'thinking':
        return this.#thinking(event.text);
      case 'thinking-signature':
        return this.#sign({ type: 'thinking', text: '', signature: event.signature });
      case 'citation':
        return this.#cite(event.citation);
      case 'thinking-redacted':
        return this.#closeAll() + this.#sign({ type: 'thinking', text: '', redacted: event.data });
      case 'tool-start':
        return this.#toolStart(event.index, { id: event.id, name: event.name, arguments: '' });
      case 'tool-arguments':
        return this.#toolArguments(event.index, event.text);
      case 'finish':
        this.#finish = event.reason;
        return '';
      case 'error':
        return this.#error(event, usage);
      case 'ping':
        return ': ping\n\n';
      case 'end':
        return this.#end(usage());
    }
  }

  #start(id: string, model: string): string {
    this.#id = wire.responseId(id);
    const response = wire.envelope(this.#id, model, this.#options);
    this.#envelope = response;
    return this.#write('response.created', { response }) + this.#write('response.in_progress', { response });
  }

  #text(text: string, logprobs?: readonly TokenLogprob[]): string {
    const opened = this.#message === undefined ? this.#openMessage() : '';
    const open = this.#message!;
    this.#hold(text);
    open.text += text;
    // A text delta is the gateway's most frequent work: its head is encoded once.
    const told = logprobs === undefined ? '[]' : this.#told(open, logprobs);
    const event = `${open.head}${JSON.stringify(text)},"logprobs":${told},"sequence_number":${this.#sequence++}}\n\n`;
    return opened + event;
  }

  #told(open: OpenMessage, logprobs: readonly TokenLogprob[]): string {
    const told = JSON.stringify(openaiLogprobs(logprobs, { bytes: false }));
    this.#hold(told);
    open.logprobs ??= [];
    open.logprobs.push(...logprobs);
    return told;
  }

  #openMessage(): string {
    const closed = this.#closeAll();
    const { id, index } = this.#open('msg');
    const place = { item_id: id, output_index: index, content_index: 0 };
    const type = 'response.output_text.delta';
    const head = `event: ${type}\ndata: ${JSON.stringify({ type, ...place }).slice(0, -1)},"delta":`;
    this.#message = { id, index, text: '', head, before: this.#said, annotations: [] };
    const item = { id, type: 'message', status: 'in_progress', role: 'assistant', content: [] };
    return (
      closed +
      this.#added(index, item) +
      this.#write('response.content_part.added', { ...place, part: wire.textPart({ text: '' }) })
    );
  }

  #cite(citation: Citation): string {
    // Without words there is nothing that a place could stand for.
    if (this.#message === undefined || !isWeb(citation)) return '';
    const { id, index, annotations, before } = this.#message;
    const annotation = urlCitation(citation, before);
    const place = { item_id: id, output_index: index, content_index: 0 };
    const annotation_index = annotations.push(annotation) - 1;
    return this.#write('response.output_text.annotation.added', { ...place, annotation_index, annotation });
  }

  #closeMessage(): string {
    const open = this.#message;
    if (open === undefined) return '';
    this.#message = undefined;
    this.#said += open.text.length;
    const { id, index, text, annotations, logprobs = [] } = open;
    const part = wire.textPart(open, annotations);
    const place = { item_id: id, output_index: index, content_index: 0 };
    return (
      this.#write('response.output_text.done', {
        ...place,
        text,
        logprobs: openaiLogprobs(logprobs, { bytes: false }),
      }) +
      this.#write('response.content_part.done', { ...place, part }) +
      this.#done(index, wire.messageItem(id, wire.outcome(this.#finish).status, part))
    );
  }

  #thinking(text: string): string {
    if (text === '') return '';
    const opened = this.#reasoning === undefined ? this.#openReasoning() : '';
    const { id, index, part } = this.#reasoning!;
    const place = { item_id: id, output_index: index, summary_index: 0 };
    const added =
      part.text === ''
        ? this.#write('response.reasoning_summary_part.added', { ...place, part: wire.summaryPart('') })
        : '';
    this.#hold(text);
    part.text += text;
    return opened + added + this.#write('response.reasoning_summary_text.delta', { ...place, delta: text });
  }

  #openReasoning(): string {
    const closed = this.#closeAll();
    const { id, index } = this.#open('rs');
    const part: ThinkingPart = { type: 'thinking', text: '' };
    this.#reasoning = { id, index, part };
    return closed + this.#added(index, wire.reasoningItem(id, part));
  }

  /** A signature ends its block: the next thinking is another one. */
  #sign(mark: ThinkingPart): string {
    const opened = this.#reasoning === undefined ? this.#openReasoning() : '';
    const { part } = this.#reasoning!;
    part.signature = mark.signature;
    part.redacted = mark.redacted;
    return opened + this.#closeReasoning();
  }

  #closeReasoning(): string {
    const open = this.#reasoning;
    if (open === undefined) return '';
    this.#reasoning = undefined;
    const { id, index, part } = open;
    const place = { item_id: id, output_index: index, summary_index: 0 };
    const told =
      part.text === ''
        ? ''
        : this.#write('response.reasoning_summary_text.done', { ...place, text: part.text }) +
          this.#write('response.reasoning_summary_part.done', {
            ...place,
            part: wire.summaryPart(part.text),
          });
    return told + this.#done(index, wire.reasoningItem(id, part));
  }

  /** Calls may be filled side by side: they stay open until something else begins. */
  #toolStart(number: number, call: wire.ItemCall): string {
    const closed = this.#closeMessage() + this.#closeReasoning();
    const tool = this.#tools.get(call.name);
    const { id, index } = this.#open(tool?.custom ? 'ctc' : 'fc');
    this.#calls.set(number, { id, index, call, tool });
    return closed + this.#added(index, wire.callItem(id, call, tool, 'in_progress'));
  }

  #toolArguments(number: number, delta: string): string {
    const open = this.#calls.get(number);
    if (open === undefined) throw new ReplyFault('the stream goes on with a tool call that is not open');
    this.#hold(delta);
    open.call.arguments += delta;
    // Free text is inside the JSON of the arguments: it is known when they are complete.
    if (open.tool?.custom || delta === '') return '';
    const place = { item_id: open.id, output_index: open.index };
    return this.#write('response.function_call_arguments.delta', { ...place, delta });
  }

  #closeCalls(): string {
    let out = '';
    for (const { id, index, call, tool } of this.#calls.values()) {
      const place = { item_id: id, output_index: index };
      const item = wire.callItem(id, call, tool, 'completed');
      if (tool?.custom) {
        out += this.#write('response.custom_tool_call_input.delta', { ...place, delta: item['input'] });
        out += this.#write('response.custom_tool_call_input.done', { ...place, input: item['input'] });
      } else {
        const name = tool?.name ?? call.name;
        const all = { ...place, name, arguments: call.arguments };
        out += this.#write('response.function_call_arguments.done', all);
      }
      out += this.#done(index, item);
    }
    this.#calls.clear();
    return out;
  }

  #closeAll(): string {
    return this.#closeMessage() + this.#closeReasoning() + this.#closeCalls();
  }

  #end(usage: Usage): string {
    const closed = this.#closeAll();
    const { status, incomplete_details } = wire.outcome(this.#finish);
    const response = {
      ...this.#envelope,
      status,
      incomplete_details,
      output: this.#output,
      usage: encodeUsage(usage),
    };
    return closed + this.#write(`response.${status}`, { response });
  }

  /** Told twice: `error` is what generic clients look for, `response.failed` ends the answer. */
  #error(event: StreamEvent & { type: 'error' }, usage: () => Usage): string {
    const { error } = JSON.parse(encodeError(event)) as { error: Fields };
    const { message, code, param } = error;
    const told = this.#write('error', { code, message, param });
    if (this.#envelope === undefined) return told;
    const failed = {
      status: 'failed',
      error: { code, message },
      output: this.#output,
      usage: encodeUsage(usage()),
    };
    return told + this.#write('response.failed', { response: { ...this.#envelope, ...failed } });
  }

  #open(kind: 'msg' | 'fc' | 'ctc' | 'rs'): OpenItem {
    const index = this.#next++;
    return { id: wire.itemId(kind, this.#id, index), index };
  }

  #added(output_index: number, item: Fields): string {
    return this.#write('response.output_item.added', { output_index, item });
  }

  #done(output_index: number, item: Fields): string {
    this.#output[output_index] = item;
    return this.#write('response.output_item.done', { output_index, item });
  }

  #write(type: string, rest: Fields): string {
    return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: this.#sequence++, ...rest })}\n\n`;
  }

  #hold(text: string): void {
    this.#length += text.length;
    if (this.#length > maxAnswerLength) throw new ReplyFault('the answer is too large');
  }
}
