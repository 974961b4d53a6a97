/** Canonical events → chunks of streamGenerateContent. A call of a tool is told whole: its arguments are held until then. */
import { groundingMetadata } from '../../citations-gemini.ts';
import type { Fields } from '../../fields.ts';
import type { StreamEncoder, StreamOptions } from '../../format.ts';
import { averageOf, logprobsResult, sumOfLogprobs } from '../../logprobs.ts';
import type { Citation, FinishReason, StreamEvent, TokenLogprob } from '../../model.ts';
import { OtherEncoders } from '../../several-answers.ts';
import { geminiSpeechPart } from '../../speech.ts';
import { sseData } from '../../sse.ts';
import { ReplyFault } from '../../translate-contract.ts';
import type { Usage } from '../../usage.ts';
import { encodeError } from './error.ts';
import { callPart, finishReasonToWire, thoughtPart } from './response.ts';
import { encodeUsage } from './usage.ts';

/** Characters of the arguments of calls that are not complete. */
const maxHeld = 32 * 1024 * 1024;

interface OpenCall {
  id: string;
  name: string;
  arguments: string;
}

export function encodeStream(_options: StreamOptions): StreamEncoder {
  return new ChunkEncoder(0);
}

class ChunkEncoder implements StreamEncoder {
  #answer: Fields = {};
  readonly #calls = new Map<number, OpenCall>();
  readonly #citations: Citation[] = [];
  #held = 0;
  #said = '';
  #logprobs = { sum: 0, count: 0 };
  #finish: FinishReason = 'stop';
  /** Of the answer, among those to the call. */
  readonly #index: number;
  readonly #others: OtherEncoders<ChunkEncoder>;

  constructor(index: number) {
    this.#index = index;
    this.#others = new OtherEncoders((answer) => this.#beside(answer));
  }

  #beside(answer: number): ChunkEncoder {
    const encoder = new ChunkEncoder(answer);
    encoder.#answer = this.#answer;
    return encoder;
  }

  encode(event: StreamEvent, usage: () => Usage): string {
    switch (event.type) {
      case 'start':
        this.#answer = { modelVersion: event.model, responseId: event.id };
        return '';
      case 'text':
        if (this.#said.length < maxHeld) this.#said += event.text;
        return this.#part({ text: event.text }, event.logprobs);
      case 'speech':
        return this.#part(geminiSpeechPart(event.data));
      case 'thinking':
        return this.#part({ text: event.text, thought: true });
      case 'thinking-signature':
        return this.#part(thoughtPart({ type: 'thinking', text: '', signature: event.signature }));
      case 'thinking-redacted':
        return this.#part(thoughtPart({ type: 'thinking', text: '', redacted: event.data }));
      case 'citation':
        this.#citations.push(event.citation);
        return '';
      case 'block-end':
        return '';
      case 'of-answer':
        return this.#others.encode(event, usage);
      case 'tool-start':
        this.#calls.set(event.index, { id: event.id, name: event.name, arguments: '' });
        return '';
      case 'tool-arguments':
        this.#hold(event.index, event.text);
        return '';
      case 'finish':
        this.#finish = event.reason;
        return this.#flush();
      case 'error':
        return sseData(encodeError(event));
      case 'ping':
        return ': ping\n\n';
      case 'end':
        return this.#flush() + this.#end(usage());
    }
  }

  #hold(index: number, text: string): void {
    const call = this.#calls.get(index);
    this.#held += text.length;
    if (call === undefined) throw new ReplyFault('the stream goes on with a tool call that is not open');
    if (this.#held > maxHeld) throw new ReplyFault('the arguments of a tool call are too large');
    call.arguments += text;
  }

  #flush(): string {
    if (this.#calls.size === 0) return '';
    const parts = [...this.#calls.values()].map(callPart);
    this.#calls.clear();
    this.#held = 0;
    return this.#chunk({ content: { parts, role: 'model' }, index: this.#index });
  }

  #part(part: Fields, logprobs?: readonly TokenLogprob[]): string {
    const candidate: Fields = { content: { parts: [part], role: 'model' }, index: this.#index };
    if (logprobs !== undefined) candidate['logprobsResult'] = this.#counted(logprobs);
    return this.#flush() + this.#chunk(candidate);
  }

  #counted(logprobs: readonly TokenLogprob[]): Fields {
    this.#logprobs.sum += sumOfLogprobs(logprobs);
    this.#logprobs.count += logprobs.length;
    return logprobsResult(logprobs);
  }

  #chunk(candidate: Fields): string {
    return sseData(JSON.stringify({ candidates: [candidate], ...this.#answer }));
  }

  #grounding(): Fields {
    return this.#citations.length === 0
      ? {}
      : { groundingMetadata: groundingMetadata(this.#citations, [this.#said]) };
  }

  #end(usage: Usage): string {
    const others = [...this.#others.all()];
    const open = others.map((other) => other.#flush()).join('');
    const candidates = [this.#last(), ...others.map((other) => other.#last())];
    const usageMetadata = encodeUsage(usage);
    return open + sseData(JSON.stringify({ candidates, usageMetadata, ...this.#answer }));
  }

  #last(): Fields {
    const content = { parts: [{ text: '' }], role: 'model' };
    return {
      content,
      finishReason: finishReasonToWire(this.#finish),
      index: this.#index,
      ...averageOf(this.#logprobs.sum, this.#logprobs.count),
      ...this.#grounding(),
    };
  }
}
