/** Canonical events → Messages stream events: blocks are opened and closed around the deltas. */
import type { Fields } from '../../fields.ts';
import type { StreamEncoder, StreamOptions } from '../../format.ts';
import type { FinishReason, StreamEvent } from '../../model.ts';
import { sseEvent } from '../../sse.ts';
import { ReplyFault } from '../../translate-contract.ts';
import { noUsage, type Usage } from '../../usage.ts';
import { encodeError } from './error.ts';
import { finishReasonToWire } from './response.ts';
import { encodeUsage } from './usage.ts';

export function encodeStream(_options: StreamOptions): StreamEncoder {
  return new MessagesEncoder();
}

class MessagesEncoder implements StreamEncoder {
  #block = -1;
  /** What the open block holds; `tool` blocks differ by call. */
  #open: string | undefined;
  #finish: { reason: FinishReason; stopSequence?: string } = { reason: 'stop' };

  encode(event: StreamEvent, usage: () => Usage): string {
    switch (event.type) {
      case 'start':
        return this.#start(event);
      case 'text':
        return (
          this.#switch('text', { type: 'text', text: '' }) +
          this.#delta({ type: 'text_delta', text: event.text })
        );
      case 'thinking':
        return (
          this.#switch('thinking', { type: 'thinking', thinking: '', signature: '' }) +
          this.#delta({ type: 'thinking_delta', thinking: event.text })
        );
      case 'thinking-signature':
        return this.#open === 'thinking'
          ? this.#delta({ type: 'signature_delta', signature: event.signature })
          : '';
      case 'thinking-redacted':
        return this.#switch('redacted', { type: 'redacted_thinking', data: event.data }) + this.#close();
      case 'tool-start':
        return this.#switch(`tool ${event.index}`, {
          type: 'tool_use',
          id: event.id,
          name: event.name,
          input: {},
        });
      case 'tool-arguments':
        // Blocks come one after the other here: to the next one these would be somebody else's arguments.
        if (this.#open !== `tool ${event.index}`)
          throw new ReplyFault('the stream goes on with a tool call that is not open');
        return this.#delta({ type: 'input_json_delta', partial_json: event.text });
      case 'finish':
        this.#finish = { reason: event.reason, stopSequence: event.stopSequence };
        return this.#close();
      case 'error':
        return sseEvent('error', encodeError(event));
      case 'ping':
        return sseEvent('ping', '{"type":"ping"}');
      case 'end':
        return this.#end(usage());
    }
  }

  #start({ id, model }: { id: string; model: string }): string {
    const message = {
      id,
      type: 'message',
      role: 'assistant',
      model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: encodeUsage(noUsage),
    };
    return write({ type: 'message_start', message });
  }

  #switch(kind: string, content_block: Fields): string {
    if (this.#open === kind) return '';
    const closed = this.#close();
    this.#open = kind;
    this.#block++;
    return closed + write({ type: 'content_block_start', index: this.#block, content_block });
  }

  #close(): string {
    if (this.#open === undefined) return '';
    this.#open = undefined;
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
      write({ type: 'message_delta', delta, usage: encodeUsage(usage) }) +
      write({ type: 'message_stop' })
    );
  }
}

function write(body: Fields): string {
  return sseEvent(String(body['type']), JSON.stringify(body));
}
