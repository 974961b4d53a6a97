/** The data path as a whole: takes snapshots over, serves their ports, hands on a record of every request. */
import type { IncomingMessage } from 'node:http';
import { WindowClock } from '../core/budget/window-clock.ts';
import type { Snapshot } from '../core/config/snapshot.ts';
import type { CapturedCall } from '../core/content/captured.ts';
import type { Holds } from '../storage/accounts.ts';
import { Call } from './call.ts';
import { CallIds } from './call-ids.ts';
import { RecordingRoom } from './call-recording.ts';
import { InputCounts } from './counting/input-counts.ts';
import type { CreateTransport } from './create-transport.ts';
import { type DataPathDependencies, type DataPathLimits, defaultLimits } from './dependencies.ts';
import { finishTrace } from './finish-trace.ts';
import { handleRequest } from './handle-request.ts';
import { createHttp1Transport } from './http1/http1-transport.ts';
import { LinkedSnapshot } from './linked-snapshot.ts';
import { Listeners, type PortSharing } from './listeners.ts';
import type { BindResult } from './messages.ts';
import { OpenHolds } from './open-holds.ts';
import { ProviderBook } from './provider-book.ts';
import { RecordBatches } from './records.ts';
import { refuse } from './refuse.ts';
import { enterUnsettled } from './settle.ts';
import { cloudCredentialsOf } from './sign-call.ts';
import { defaultTransport, type TransportOptions } from './transport.ts';

export interface DataPathOptions
  extends Omit<DataPathDependencies, 'transport' | 'limits' | 'holds' | 'counts' | 'recordingRoom'> {
  /** Address that every listener binds to. */
  host: string;
  /** Whether other threads listen on the same ports. */
  sharing: PortSharing;
  /** A JSON array of `RequestRecord`s. */
  onRecords(records: string): void;
  /** What was said in a call whose route records that. */
  onContent?(captured: CapturedCall): void;
  limits?: Partial<DataPathLimits>;
  transport?: Partial<TransportOptions>;
  /** Absent: over the codec of `http1/`. */
  createTransport?: CreateTransport;
}

export interface DataPath {
  /** What calls of this thread hold of budgets. */
  holds: Holds;
  /**
   * In force for every request that starts after it resolved; ports that could not be opened say why. `closed` are ports that
   * another thread found taken: they are not tried.
   */
  apply(snapshot: Snapshot, closed: readonly number[]): Promise<BindResult[]>;
  /** Stops accepting, lets requests in flight finish for at most `graceMs`, flushes the records. */
  stop(graceMs: number): Promise<void>;
}

export function createDataPath(options: DataPathOptions): DataPath {
  const { createTransport = createHttp1Transport } = options;
  const transport = createTransport({ ...defaultTransport, ...options.transport });
  const deps: DataPathDependencies = {
    ...options,
    transport,
    holds: new OpenHolds(options.accounts),
    recordingRoom: new RecordingRoom(),
    counts: new InputCounts({ transport, cloudAuth: options.cloudAuth, nowMs: options.nowMs }),
    limits: { ...defaultLimits, ...options.limits },
  };
  const records = new RecordBatches(options.onRecords);
  const providers = new ProviderBook();
  const ids = new CallIds(options.random());
  const windows = new WindowClock();
  const windowMs = (nowMs: number) => windows.at(nowMs);
  let current: LinkedSnapshot | undefined;
  const listeners = new Listeners(options.host, options.sharing, (incoming, outgoing, port, upgrade) => {
    const nowMs = deps.nowMs();
    const call = new Call(incoming, outgoing, current!, port, nowMs, ids.next(nowMs));
    call.upgrade = upgrade;
    call.context.windowMs = windowMs;
    // Both: a plain call whose client left goes on for its grace, and its record waits for the usage.
    let waitsFor = 2;
    const over = () => {
      if (--waitsFor > 0) return;
      call.record.durationMs = deps.nowMs() - call.record.startedAtMs;
      if (call.tracing !== undefined) finishTrace(call);
      records.add(call.record, call.entry);
      // Of a call that the ledger does not have nobody could ask for it.
      const captured = call.recording?.captured(call.record);
      if (captured !== undefined && call.entry !== undefined) options.onContent?.(captured);
    };
    outgoing.once('close', over);
    void serve(call, port, deps).then(over);
  });
  return {
    holds: deps.holds,
    apply: (snapshot, closed) => {
      const followed = providers.follow(snapshot.backends, options.compileExpression, deps.nowMs());
      current = new LinkedSnapshot(snapshot, options.compileExpression, followed, options.sharedKeys);
      deps.cloudAuth?.use(cloudCredentialsOf(snapshot));
      const ports = snapshot.binds.map(({ port }) => port).filter((port) => !closed.includes(port));
      return listeners.serve(ports);
    },
    stop: async (graceMs) => {
      await listeners.stop(graceMs);
      records.flush();
      deps.counts.close();
      await transport.close();
    },
  };
}

async function serve(call: Call, port: number, deps: DataPathDependencies): Promise<void> {
  const { incoming, outgoing } = call;
  try {
    await handleRequest(call, port, deps);
  } catch (error) {
    // A fault of ours: the client learns that, the log learns what.
    const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
    if (outgoing.headersSent) outgoing.destroy();
    else refuse(call, { code: 'internal_error', cause }, deps.dialectError, 'Completions');
  }
  enterUnsettled(call, deps);
  if (!incoming.complete) discardRest(incoming);
}

/** How long a client that was answered before its body was read may go on sending; what it sends is thrown away. */
const lingerMs = 5_000;

function discardRest(incoming: IncomingMessage): void {
  const timer = setTimeout(() => incoming.destroy(), lingerMs);
  incoming.once('close', () => clearTimeout(timer));
  incoming.resume();
}
