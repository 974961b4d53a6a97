/** What the main thread and a data path thread say to each other. */

import type { Snapshot } from '../core/config/snapshot.ts';
import type { CapturedCall } from '../core/content/captured.ts';
import type { PriceCatalog } from '../core/pricing/prices.ts';
import type { ChargeStanding, TallyBatch } from '../core/ratelimit/statistics.ts';
import type { Hold } from '../storage/accounts.ts';
import type { PassTold } from '../storage/passes.ts';

export type ToWorker =
  /** `closed`: ports that another thread could not open, not to be tried. */
  | { type: 'snapshot'; snapshot: Snapshot; closed: readonly number[] }
  /** Answered by `holds` with the same `question`. */
  | { type: 'list-holds'; question: number; budget: string }
  /** Answered by `released` with the same `question`. */
  | { type: 'release-hold'; question: number; budget: string; id: string }
  /** Where VirtualKeys are looked up from now on; answered by `keys-in-use` with the same `version`. */
  | { type: 'keys'; version: number; slots: SharedArrayBuffer; texts: SharedArrayBuffer }
  /** Opens what its key opens, once; answered by `pass-known` with the same `question`. */
  | { type: 'pass'; question: number; pass: PassTold }
  /** Laid over the price list that comes with the program, for calls that start from now on. */
  | { type: 'prices'; catalog: PriceCatalog }
  /** Stop accepting, let requests in flight finish for at most `graceMs`, then report `stopped`. */
  | { type: 'stop'; graceMs: number };

export type FromWorker =
  /** The snapshot is in force for every request that starts from now on; one entry per port it names. */
  | { type: 'applied'; generation: number; binds: BindResult[] }
  /** A JSON array of `RequestRecord`s. */
  | { type: 'records'; records: string }
  /** What was said in a call whose route records that; without it: one was left out, since too many wait. */
  | { type: 'content'; captured?: CapturedCall }
  /** What the embedded rate limit service counted in this thread since the last time. */
  | { type: 'tallies'; tallies: TallyBatch }
  /** How the thread's undelivered charges stand, whenever that changed. */
  | { type: 'charges'; charges: ChargeStanding }
  | { type: 'holds'; question: number; holds: Hold[] }
  | { type: 'keys-in-use'; version: number }
  | { type: 'pass-known'; question: number }
  | { type: 'released'; question: number; done: boolean }
  | { type: 'stopped' };

export interface BindResult {
  port: number;
  /** Absent when the port is served. */
  error?: string;
}
