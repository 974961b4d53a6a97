/** Canonical events → Messages stream events: blocks are opened and closed around the deltas. */
import { anthropicCitation } from '../../citations.ts';
import type { Fields } from '../../fields.ts';
import type { StreamEncoder, StreamOptions } from '../../format.ts';
import type { FinishReason, StreamEvent } from '../../model.ts';
import { sseEvent } from '../../sse.ts';
import { ReplyFault } from '../../translate-contract.ts';
import type { Usage } from '../../usage.ts';
import { encodeError } from './error.ts';
import { finishReasonToWire } from './response.ts';
import { encodeUsage } from './usage.ts';

/** Characters of a call's arguments. */
const maxArguments = 32 * 1024 * 1024;

export function encodeStream(_options: StreamOptions): StreamEncoder {
  return new MessagesEncoder();
}

class MessagesEncoder implements StreamEncoder {
  #block = -1;
  /** What the open block holds; `tool` blocks differ by call. */
  #open: string | undefined;
  /** The call that the open block holds. */
  #tool: number | undefined;
  #arguments = '';
  /** Calls that began while another one's arguments were not complete. */
  readonly #held = new Map<number, { content_block: Fields; text: string }>();
  #finish: { reason: FinishReason; stopSequence?: string } = { reason: 'stop' };

  encode(event: StreamEvent, usage: () => Usage): string {
    switch (event.type) {
      case 'start':
        return this.#start(event, usage());
      case 'text':
        return (
          this.#switch('text', { type: 'text', text: '' }) +
          this.#delta({ type: 'text_delta', text: event.text })
        );
      case 'block-end':
        return this.#open === 'text' ? this.#close() : '';
      case 'speech':
      case 'of-answer':
        return '';
      case 'thinking':
        return (
          this.#switch('thinking', { type: 'thinking', thinking: '', signature: '' }) +
          this.#delta({ type: 'thinking_delta', thinking: event.text })
        );
      case 'thinking-signature':
        return this.#open === 'thinking'
          ? this.#delta({ type: 'signature_delta', signature: event.signature })
          : '';
      case 'citation':
        // Without words there is nothing that a place could stand for.
        return this.#open === 'text'
          ? this.#delta({ type: 'citations_delta', citation: anthropicCitation(event.citation) })
          : '';
      case 'thinking-redacted':
        return this.#switch('redacted', { type: 'redacted_thinking', data: event.data }) + this.#close();
      case 'tool-start':
        return this.#toolStart(event.index, { type: 'tool_use', id: event.id, name: event.name, input: {} });
      case 'tool-arguments':
        return this.#toolArguments(event.index, event.text);
      case 'finish':
        this.#finish = { reason: event.reason, stopSequence: event.stopSequence };
        return this.#close() + this.#openHeld();
      case 'error':
        return sseEvent('error', encodeError(event));
      case 'ping':
        return sseEvent('ping', '{"type":"ping"}');
      case 'end':
        return this.#end(usage());
    }
  }

  /** The client wants to know the input now. Most providers report it at the end: until then it is estimated. */
  #start({ id, model }: { id: string; model: string }, usage: Usage): string {
    const message = {
      id,
      type: 'message',
      role: 'assistant',
      model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: encodeUsage({ ...usage, outputTokens: 0 }),
    };
    return write({ type: 'message_start', message });
  }

  /**
   * Blocks come one after the other here. A call whose arguments are complete makes room for the next one at once; while
   * they are not, pieces of several calls may come mixed, and the others wait.
   */
  #toolStart(index: number, content_block: Fields): string {
    const waits = this.#held.size > 0 || (this.#tool !== undefined && !isComplete(this.#arguments));
    if (!waits) return this.#openTool(index, content_block);
    this.#held.set(index, { content_block, text: '' });
    return '';
  }

  #openTool(index: number, content_block: Fields): string {
    const opened = this.#switch(`tool ${index}`, content_block);
    this.#tool = index;
    this.#arguments = '';
    return opened;
  }

  #toolArguments(index: number, text: string): string {
    if (this.#tool === index) {
      this.#arguments = this.#grown(this.#arguments, text);
      return this.#delta({ type: 'input_json_delta', partial_json: text });
    }
    const held = this.#held.get(index);
    if (held === undefined) throw new ReplyFault('the stream goes on with a tool call that is not open');
    held.text = this.#grown(held.text, text);
    return '';
  }

  #grown(before: string, text: string): string {
    if (before.length + text.length > maxArguments)
      throw new ReplyFault('the arguments of a tool call are too large');
    return before + text;
  }

  #openHeld(): string {
    let out = '';
    for (const [index, { content_block, text }] of this.#held) {
      out += this.#openTool(index, content_block);
      if (text !== '') out += this.#delta({ type: 'input_json_delta', partial_json: text });
    }
    this.#held.clear();
    return out + this.#close();
  }

  #switch(kind: string, content_block: Fields): string {
    if (this.#open === kind) return '';
    const held = this.#held.size > 0 && !kind.startsWith('tool') ? this.#close() + this.#openHeld() : '';
    const closed = held + this.#close();
    this.#open = kind;
    this.#block++;
    return closed + write({ type: 'content_block_start', index: this.#block, content_block });
  }

  #close(): string {
    if (this.#open === undefined) return '';
    this.#open = undefined;
    this.#tool = undefined;
    return write({ type: 'content_block_stop', index: this.#block });
  }

  #delta(delta: Fields): string {
    return write({ type: 'content_block_delta', index: this.#block, delta });
  }

  #end(usage: Usage): string {
    const delta = {
      stop_reason: finishReasonToWire(this.#finish.reason),
      stop_sequence: this.#finish.stopSequence ?? null,
    };
    return (
      this.#close() +
      this.#openHeld() +
      write({ type: 'message_delta', delta, usage: encodeUsage(usage) }) +
      write({ type: 'message_stop' })
    );
  }
}

function write(body: Fields): string {
  return sseEvent(String(body['type']), JSON.stringify(body));
}

function isComplete(json: string): boolean {
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}
