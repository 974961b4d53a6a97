/** What the data path is given by the composition root. */
import type { CompileExpression } from '../core/cel/compile.ts';
import type { CloudAuth } from '../core/cloud-auth.ts';
import type { CompileRegex } from '../core/guard/regex.ts';
import type { DialectError, TranslateRequest } from '../core/llm/translate-contract.ts';
import type { Prices } from '../core/pricing/prices.ts';
import type { TraceSampler } from '../core/trace/sampler.ts';
import type { SharedKeys } from '../storage/shared-keys.ts';
import type { RecordingRoom } from './call-recording.ts';
import type { InputCounts } from './counting/input-counts.ts';
import type { OpenHolds } from './open-holds.ts';
import type { OperationDependencies } from './operations.ts';
import type { Transport } from './transport.ts';

export interface DataPathDependencies extends OperationDependencies {
  translateRequest: TranslateRequest;
  dialectError: DialectError;
  compileExpression: CompileExpression;
  compileRegex: CompileRegex;
  transport: Transport;
  /** Absent: targets with a cloud's credential are refused. */
  cloudAuth?: CloudAuth;
  prices: Prices;
  /** VirtualKeys; absent: those of the snapshots. */
  sharedKeys?: SharedKeys;
  /** Which calls are traced; absent: none. */
  traceSampler?: TraceSampler;
  holds: OpenHolds;
  recordingRoom: RecordingRoom;
  counts: InputCounts;
  /** In [0, 1). */
  random(): number;
  limits: DataPathLimits;
}

export interface DataPathLimits {
  /** Largest request body; 413 above it. */
  maxRequestBytes: number;
  /** Largest plain answer taken from a provider. */
  maxResponseBytes: number;
  /** How long a plain call may go on after its client left, to be charged as reported. */
  abandonedGraceMs: number;
  /** Longest wait for an answer's head where nothing else is configured. */
  headersTimeoutMs: number;
}

export const defaultLimits: DataPathLimits = {
  maxRequestBytes: 32 * 1024 * 1024,
  maxResponseBytes: 64 * 1024 * 1024,
  abandonedGraceMs: 10_000,
  headersTimeoutMs: 600_000,
};
