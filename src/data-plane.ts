/** The main thread's side of the data path threads: starts them, has snapshots applied, takes their records. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Snapshot } from './core/config/snapshot.ts';
import type { TallyBatch } from './core/ratelimit/statistics.ts';
import type { RequestRecord } from './core/record.ts';
import type { FromWorker, ToWorker } from './proxy/messages.ts';
import type { WorkerInput } from './worker.ts';

export interface DataPlane {
  /** Resolves when the snapshot is in force, with the ports that could not be opened. */
  publish(snapshot: Snapshot): Promise<Record<number, string>>;
  stop(graceMs: number): Promise<void>;
}

export interface DataPlaneOptions extends WorkerInput {
  onRecords(records: readonly RequestRecord[]): void;
  onTallies(tallies: TallyBatch): void;
  /** A thread that ends by itself: nothing is served any more. */
  onCrash(error: Error): void;
}

export function startDataPlane({ onRecords, onTallies, onCrash, ...input }: DataPlaneOptions): DataPlane {
  const worker = new Worker(join(import.meta.dirname, 'worker.ts'), { workerData: input });
  const waiting = new Map<number, (errors: Record<number, string>) => void>();
  let stopped: (() => void) | undefined;
  worker.on('message', (message: FromWorker) => {
    if (message.type === 'records') onRecords(message.records);
    else if (message.type === 'tallies') onTallies(message.tallies);
    else if (message.type === 'stopped') stopped?.();
    else {
      const errors = message.binds.flatMap(({ port, error }) =>
        error === undefined ? [] : [[port, error] as const],
      );
      waiting.get(message.generation)?.(Object.fromEntries(errors));
      waiting.delete(message.generation);
    }
  });
  worker.on('error', onCrash);
  const send = (message: ToWorker) => worker.postMessage(message);
  return {
    publish: (snapshot) =>
      new Promise((resolve) => {
        waiting.set(snapshot.generation, resolve);
        send({ type: 'snapshot', snapshot });
      }),
    stop: async (graceMs) => {
      const done = new Promise<void>((resolve) => {
        stopped = resolve;
      });
      send({ type: 'stop', graceMs });
      await done;
      await worker.terminate();
    },
  };
}
