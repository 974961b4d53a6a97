/** Canonical events → chat completion chunks. Usage goes out only to a client that asked for it. */
import { chatAnnotation, isWeb } from '../../citations.ts';
import type { Fields } from '../../fields.ts';
import type { StreamEncoder, StreamOptions } from '../../format.ts';
import { openaiLogprobs } from '../../logprobs.ts';
import type { StreamEvent, TokenLogprob } from '../../model.ts';
import { OtherEncoders } from '../../several-answers.ts';
import { sseData } from '../../sse.ts';
import type { Usage } from '../../usage.ts';
import { encodeError } from './error.ts';
import { finishReasonToWire, spoken } from './response.ts';
import { encodeUsage } from './usage.ts';

export function encodeStream(options: StreamOptions): StreamEncoder {
  return new ChunkEncoder(options, 0);
}

class ChunkEncoder implements StreamEncoder {
  readonly #options: StreamOptions;
  /** What every chunk of the answer begins with, encoded once: `data: {"id":…,"model":…`. */
  #head = 'data: {"object":"chat.completion.chunk"';
  #first = true;
  #id = '';
  /** Of the answer, among those to the call. */
  readonly #index: number;
  readonly #others: OtherEncoders<ChunkEncoder>;

  constructor(options: StreamOptions, index: number) {
    this.#options = options;
    this.#index = index;
    this.#others = new OtherEncoders((answer) => this.#beside(answer));
  }

  #beside(answer: number): ChunkEncoder {
    const encoder = new ChunkEncoder(this.#options, answer);
    encoder.#head = this.#head;
    encoder.#id = this.#id;
    return encoder;
  }

  encode(event: StreamEvent, usage: () => Usage): string {
    switch (event.type) {
      case 'start':
        this.#id = event.id;
        this.#head = `data: ${openEnd({
          id: event.id,
          object: 'chat.completion.chunk',
          created: this.#options.nowSeconds,
          model: event.model,
          ...(event.serviceTier === undefined ? {} : { service_tier: event.serviceTier }),
        })}`;
        return '';
      case 'text':
        return this.#delta(`"content":${JSON.stringify(event.text)}`, event.logprobs);
      case 'speech':
        return this.#fields({ audio: spoken(this.#id, this.#options.nowSeconds, event.data) });
      case 'thinking':
        return this.#delta(`"reasoning_content":${JSON.stringify(event.text)}`);
      case 'thinking-signature':
        return this.#fields({
          thinking_blocks: [{ type: 'thinking', thinking: '', signature: event.signature }],
        });
      case 'thinking-redacted':
        return this.#fields({ thinking_blocks: [{ type: 'redacted_thinking', data: event.data }] });
      case 'citation':
        return isWeb(event.citation) ? this.#fields({ annotations: [chatAnnotation(event.citation)] }) : '';
      case 'block-end':
        return '';
      case 'of-answer':
        return this.#others.encode(event, usage);
      case 'tool-start': {
        const definition = { name: event.name, arguments: '' };
        return this.#fields({
          tool_calls: [{ index: event.index, id: event.id, type: 'function', function: definition }],
        });
      }
      case 'tool-arguments':
        return this.#fields({ tool_calls: [{ index: event.index, function: { arguments: event.text } }] });
      case 'finish':
        return this.#chunk({
          choices: [
            {
              index: this.#index,
              delta: {},
              logprobs: null,
              finish_reason: finishReasonToWire(event.reason),
            },
          ],
        });
      case 'error':
        return sseData(encodeError(event));
      case 'ping':
        return ': ping\n\n';
      case 'end':
        return this.#end(usage);
    }
  }

  #end(usage: () => Usage): string {
    const report = this.#options.includeUsage
      ? this.#chunk({ choices: [], usage: encodeUsage(usage()) })
      : '';
    return `${report}data: [DONE]\n\n`;
  }

  #fields(delta: Fields): string {
    return this.#delta(JSON.stringify(delta).slice(1, -1));
  }

  /** `members` is the inside of the delta object, encoded. A text delta is the gateway's most frequent work. */
  #delta(members: string, logprobs?: TokenLogprob[]): string {
    const role = this.#first ? '"role":"assistant",' : '';
    this.#first = false;
    const told = logprobs === undefined ? 'null' : logprobsText(logprobs);
    const choice = `{"index":${this.#index},"delta":{${role}${members}},"logprobs":${told},"finish_reason":null}`;
    return `${this.#head},"choices":[${choice}]${this.#options.includeUsage ? ',"usage":null' : ''}}\n\n`;
  }

  #chunk(rest: Fields): string {
    // A client that asked for usage finds the field on every chunk, null until the last (API reference).
    const usage = this.#options.includeUsage && rest['usage'] === undefined ? { usage: null } : {};
    return `${this.#head},${JSON.stringify({ ...rest, ...usage }).slice(1)}\n\n`;
  }
}

function logprobsText(tokens: TokenLogprob[]): string {
  return JSON.stringify({ content: openaiLogprobs(tokens), refusal: null });
}

/** An object's JSON without its closing brace. */
function openEnd(fields: Fields): string {
  return JSON.stringify(fields).slice(0, -1);
}
