/** Evaluates expressions in a thread of their own, bounded in time and memory; the thread ends when nobody asks for a while. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Inspection } from '../../core/cel/inspect.ts';
import { badField, Problem } from '../problem.ts';
import type { CelQuestion } from './cel-worker.ts';

export interface CelEvaluatorLimits {
  evaluationMs: number;
  idleMs: number;
}

/** The thread's own start is not the expression's fault. */
const startMs = 10_000;
const maxWaiting = 16;
const memory = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };

export class CelEvaluator {
  readonly #limits: CelEvaluatorLimits;
  #worker: Promise<Worker> | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(limits: CelEvaluatorLimits) {
    this.#limits = limits;
  }

  /** One after the other. Throws 503 when many wait already, 422 for variables that can not be handed over. */
  async evaluate(question: CelQuestion): Promise<Inspection> {
    if (this.#waiting >= maxWaiting)
      throw new Problem(503, 'too_many', `${maxWaiting} expressions wait already`, undefined, {
        'retry-after': '1',
      });
    this.#waiting += 1;
    const answer = this.#last.then(() => this.#ask(question));
    this.#last = answer.catch(() => undefined);
    try {
      return await answer;
    } finally {
      this.#waiting -= 1;
    }
  }

  async #ask(question: CelQuestion): Promise<Inspection> {
    clearTimeout(this.#idle);
    this.#worker ??= started();
    const worker = await this.#worker.catch((error: unknown) => {
      this.#worker = undefined;
      throw error;
    });
    const text = await answerOf(worker, question, this.#limits.evaluationMs);
    if (typeof text !== 'string') {
      this.#end(worker);
      return { ok: false, phase: 'evaluate', error: text.error };
    }
    this.#idle = setTimeout(() => this.#end(worker), this.#limits.idleMs).unref();
    return JSON.parse(text) as Inspection;
  }

  #end(worker: Worker): void {
    this.#worker = undefined;
    void worker.terminate();
  }
}

function started(): Promise<Worker> {
  const worker = new Worker(join(import.meta.dirname, 'cel-worker.ts'), { resourceLimits: memory });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      void worker.terminate();
      reject(new Error('the thread for expressions did not start'));
    }, startMs);
    worker.once('message', () => {
      clearTimeout(timer);
      // It must not keep the process.
      worker.unref();
      resolve(worker);
    });
    // For all of its life: what it fails with later is told to whoever asked.
    worker.on('error', reject);
  });
}

function answerOf(
  worker: Worker,
  question: CelQuestion,
  evaluationMs: number,
): Promise<string | { error: string }> {
  return new Promise((resolve, reject) => {
    const settled = (answer: string | { error: string }) => {
      clearTimeout(timer);
      worker.off('message', settled);
      worker.off('error', failed);
      resolve(answer);
    };
    const failed = () => settled({ error: 'it needs more memory than an expression may have' });
    const timer = setTimeout(
      () => settled({ error: `it takes longer than ${evaluationMs / 1000} s` }),
      evaluationMs,
    );
    worker.on('message', settled);
    worker.on('error', failed);
    try {
      worker.postMessage(question);
    } catch {
      clearTimeout(timer);
      reject(badField('variables', 'is nested too deeply'));
    }
  });
}
