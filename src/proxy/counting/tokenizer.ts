/**
 * The public tokenizer, in a thread of its own: its tables take most of a second and 70 MB to load, and some texts take it long. It is
 * started when it is first needed, and ends when nobody asks for a while.
 */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { TokenizerCount } from '../../core/llm/counting/model.ts';
import type { CountAnswer } from './count-answer.ts';
import type { TokenizerAnswer, TokenizerQuestion } from './count-texts.ts';

const patienceMs = 2_000;
const idleMs = 60_000;
const mostCharacters = 1024 * 1024;
const memory = { maxOldGenerationSizeMb: 256 };

export class Tokenizer {
  #thread: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #asked = 0;
  /** Once it has answered, its tables are there. */
  #isLoaded = false;
  readonly #waiting = new Map<number, (answer: CountAnswer) => void>();

  /** Never rejects. */
  count({ encoding, texts, framing }: TokenizerCount): Promise<CountAnswer> {
    const characters = texts.reduce((sum, { length }) => sum + length, 0);
    if (characters > mostCharacters)
      return Promise.resolve({
        failed: `more than ${mostCharacters} characters`,
        silentMs: 0,
        whose: 'budget',
      });
    const id = this.#asked++;
    this.#thread ??= this.#start();
    const thread = this.#thread;
    clearTimeout(this.#idle);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        resolve({ failed: `not counted in ${patienceMs / 1_000} s`, silentMs: 0, whose: 'budget' });
        // Whatever keeps it busy ends with it.
        if (this.#isLoaded) this.#end(thread, 'it took too long');
      }, patienceMs);
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        this.#endWhenIdle(thread);
        resolve('tokens' in answer ? withFraming(answer.tokens + framing) : answer);
      });
      thread.postMessage({ id, encoding, texts } satisfies TokenizerQuestion);
    });
  }

  close(): void {
    if (this.#thread !== undefined) this.#end(this.#thread, 'the gateway stops');
  }

  #start(): Worker {
    const thread = new Worker(join(import.meta.dirname, 'tokenizer-thread.ts'), { resourceLimits: memory });
    this.#isLoaded = false;
    thread.unref();
    thread.on('message', ({ id, tokens }: TokenizerAnswer) => {
      this.#isLoaded = true;
      this.#waiting.get(id)?.(withFraming(tokens));
    });
    thread.on('error', () => this.#end(thread, 'the tokenizer failed'));
    return thread;
  }

  #endWhenIdle(thread: Worker): void {
    clearTimeout(this.#idle);
    if (this.#thread === thread) this.#idle = setTimeout(() => this.#end(thread, 'idle'), idleMs).unref();
  }

  #end(thread: Worker, why: string): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    clearTimeout(this.#idle);
    void thread.terminate();
    for (const answer of [...this.#waiting.values()]) answer({ failed: why, silentMs: 0, whose: 'budget' });
  }
}

function withFraming(tokens: number): CountAnswer {
  return { tokens, told: tokens };
}
