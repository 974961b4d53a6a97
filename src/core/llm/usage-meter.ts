/** What one call used, from the provider's report where one came, else estimated and marked. */
import { TokenEstimator } from './estimate.ts';
import type { StreamEvent } from './model.ts';
import { noUsage, type Usage } from './usage.ts';

/** Characters held back from counting. */
const maxUncounted = 65_536;
/** Of base64 of sound: 64,000 a second, of which providers make about 25 tokens. */
const charactersOfSpeech = 2_560;

export class UsageMeter {
  readonly #estimatedInput: number;
  readonly #delivered = new TokenEstimator();
  /** Delivered and not yet counted: a provider that reports makes the count needless, so it waits until somebody asks. */
  #uncounted = '';
  #spoken = 0;
  /** The provider said that the answer is complete, so its report is final. */
  finished = false;
  sawToken = false;

  constructor(estimatedInputTokens: number) {
    this.#estimatedInput = estimatedInputTokens;
  }

  observe(event: StreamEvent): void {
    if (event.type === 'of-answer') this.observe(event.event);
    else if (event.type === 'text' || event.type === 'thinking' || event.type === 'tool-arguments') {
      this.#uncounted += event.text;
      if (this.#uncounted.length > maxUncounted) this.#count();
      this.sawToken = true;
    } else if (event.type === 'speech') {
      this.#spoken += event.data.length;
      this.sawToken = true;
    } else if (event.type === 'end') this.finished = true;
  }

  /** A cut-off stream is charged its input and what was delivered: the last report may be far behind that. */
  usage(reported: Usage | undefined): Usage {
    if (this.finished && reported !== undefined) return reported;
    this.#count();
    const delivered = this.#delivered.tokens + Math.ceil(this.#spoken / charactersOfSpeech);
    if (reported === undefined) {
      return { ...noUsage, inputTokens: this.#estimatedInput, outputTokens: delivered, estimated: true };
    }
    if (reported.outputTokens >= delivered) return reported;
    return { ...reported, outputTokens: delivered, estimated: true };
  }

  #count(): void {
    this.#delivered.add(this.#uncounted);
    this.#uncounted = '';
  }
}
