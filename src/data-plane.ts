/** The main thread's side of the data path threads: starts them, has snapshots applied, takes their records. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Snapshot } from './core/config/snapshot.ts';
import type { CapturedCall } from './core/content/captured.ts';
import type { PriceCatalog } from './core/pricing/prices.ts';
import type { ChargeStanding, TallyBatch } from './core/ratelimit/statistics.ts';
import type { RequestRecord } from './core/record.ts';
import type { BindResult, FromWorker, ToWorker } from './proxy/messages.ts';
import type { Hold, Holds } from './storage/accounts.ts';
import { createBucketMemory } from './storage/memory/shared-buckets.ts';
import { type SharedKeysHandle, SharedKeyWriter } from './storage/memory/shared-keys.ts';
import type { PassTold } from './storage/passes.ts';
import type { SharedKeyChange } from './storage/shared-keys.ts';
import type { StoredKeysHandle } from './storage/stored-keys.ts';
import type { WorkerInput } from './worker.ts';

export interface DataPlane {
  /** Resolves when the snapshot is in force in every thread, with the ports that could not be opened. */
  publish(snapshot: Snapshot): Promise<Record<number, string>>;
  /** Resolves when the changes are in force in every thread. */
  publishKeys(changes: readonly SharedKeyChange[]): Promise<void>;
  /** What calls under way hold of budgets, in all threads. */
  holds: Holds;
  /** Resolves when the pass is known in every thread. */
  admit(pass: PassTold): Promise<void>;
  /** Laid over the shipped price list in every thread, before any snapshot that is published later. */
  price(catalog: PriceCatalog): void;
  stop(graceMs: number): Promise<void>;
}

export interface DataPlaneOptions extends Pick<WorkerInput, 'counters' | 'contentLoad' | 'host' | 'member'> {
  /** Where VirtualKeys are on disk, which the threads look up by themselves; absent: `publishKeys` brings them. */
  storedKeys?: StoredKeysHandle;
  /** Threads that serve, at least one. */
  workers: number;
  onRecords(records: readonly RequestRecord[]): void;
  /** What was said in a call that is recorded; with nothing: one was left out, since too many wait. */
  onContent(captured: CapturedCall | undefined): void;
  onTallies(tallies: TallyBatch): void;
  /** A thread's charges that a remote rate limit service has not taken yet. */
  onCharges(thread: string, charges: ChargeStanding): void;
  /** A thread that ends by itself: what it served is served no more. */
  onCrash(error: Error): void;
}

export function startDataPlane(options: DataPlaneOptions): DataPlane {
  const { workers, storedKeys, onRecords, onContent, onTallies, onCharges, onCrash, ...common } = options;
  const told = { onRecords, onContent, onTallies, onCharges, onCrash };
  const buckets = createBucketMemory();
  const keys = new SharedKeyWriter();
  const threads = Array.from({ length: workers }, (_, index) => {
    const sharing = workers === 1 ? 'alone' : index === 0 ? 'first' : 'others';
    const shared = { buckets, keys: storedKeys ?? keys.handle };
    const input = { ...common, ...shared, sharing, name: `worker-${index + 1}` } as const;
    return new DataPathThread(input, told);
  });
  // One after the other: a port that one snapshot closes is closed in every thread before the next one opens it again.
  let last: Promise<unknown> = Promise.resolve();
  return {
    publish: (snapshot) => {
      const applied = last.then(() => applyEverywhere(threads, snapshot));
      last = applied;
      return applied;
    },
    publishKeys: async (changes) => {
      if (keys.apply(changes)) await Promise.all(threads.map((thread) => thread.useKeys(keys.handle)));
    },
    holds: {
      list: async (budget) => (await Promise.all(threads.map((thread) => thread.holds(budget)))).flat(),
      release: async (budget, id) =>
        (await Promise.all(threads.map((thread) => thread.release(budget, id)))).includes(true),
    },
    admit: async (pass) => void (await Promise.all(threads.map((thread) => thread.admit(pass)))),
    price: (catalog) => {
      for (const thread of threads) thread.price(catalog);
    },
    stop: async (graceMs) => void (await Promise.all(threads.map((thread) => thread.stop(graceMs)))),
  };
}

/** The first thread finds out which ports are free; the others open the same. */
async function applyEverywhere(
  [first, ...others]: DataPathThread[],
  snapshot: Snapshot,
): Promise<Record<number, string>> {
  const errors = failed(await first!.apply(snapshot, []));
  const closed = Object.keys(errors).map(Number);
  const results = await Promise.all(others.map((thread) => thread.apply(snapshot, closed)));
  return Object.assign({}, ...results.map(failed), errors);
}

function failed(binds: readonly BindResult[]): Record<number, string> {
  return Object.fromEntries(
    binds.flatMap(({ port, error }) => (error === undefined ? [] : [[port, error] as const])),
  );
}

class DataPathThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (binds: BindResult[]) => void>();
  readonly #questions = new Map<number, (answer: Hold[] | boolean) => void>();
  #asked = 0;
  #stopped: (() => void) | undefined;

  constructor(
    input: WorkerInput,
    told: Pick<DataPlaneOptions, 'onRecords' | 'onContent' | 'onTallies' | 'onCharges' | 'onCrash'>,
  ) {
    this.#worker = new Worker(join(import.meta.dirname, 'worker.ts'), { workerData: input });
    this.#worker.on('message', (message: FromWorker) => {
      if (message.type === 'records') told.onRecords(JSON.parse(message.records) as RequestRecord[]);
      else if (message.type === 'content') told.onContent(message.captured);
      else if (message.type === 'tallies') told.onTallies(message.tallies);
      else if (message.type === 'charges') told.onCharges(input.name, message.charges);
      else if (message.type === 'stopped') this.#stopped?.();
      else if (message.type === 'holds') this.#answered(message.question, message.holds);
      else if (message.type === 'released') this.#answered(message.question, message.done);
      else if (message.type === 'keys-in-use') this.#answered(message.version, true);
      else if (message.type === 'pass-known') this.#answered(message.question, true);
      else {
        this.#waiting.get(message.generation)?.(message.binds);
        this.#waiting.delete(message.generation);
      }
    });
    this.#worker.on('error', told.onCrash);
  }

  apply(snapshot: Snapshot, closed: readonly number[]): Promise<BindResult[]> {
    return new Promise((resolve) => {
      this.#waiting.set(snapshot.generation, resolve);
      this.#send({ type: 'snapshot', snapshot, closed });
    });
  }

  holds(budget: string): Promise<Hold[]> {
    return this.#ask<Hold[]>((question) => ({ type: 'list-holds', question, budget }));
  }

  release(budget: string, id: string): Promise<boolean> {
    return this.#ask<boolean>((question) => ({ type: 'release-hold', question, budget, id }));
  }

  #ask<T extends Hold[] | boolean>(message: (question: number) => ToWorker): Promise<T> {
    const question = this.#asked++;
    return new Promise((resolve) => {
      this.#questions.set(question, (answer) => resolve(answer as T));
      this.#send(message(question));
    });
  }

  #answered(question: number, answer: Hold[] | boolean): void {
    this.#questions.get(question)?.(answer);
    this.#questions.delete(question);
  }

  async useKeys(handle: SharedKeysHandle): Promise<void> {
    await this.#ask<boolean>((version) => ({ type: 'keys', version, ...handle }));
  }

  async admit(pass: PassTold): Promise<void> {
    await this.#ask<boolean>((question) => ({ type: 'pass', question, pass }));
  }

  price(catalog: PriceCatalog): void {
    this.#send({ type: 'prices', catalog });
  }

  async stop(graceMs: number): Promise<void> {
    const done = new Promise<void>((resolve) => {
      this.#stopped = resolve;
    });
    this.#send({ type: 'stop', graceMs });
    await done;
    await this.#worker.terminate();
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }
}
