/** What the gateway wrote down of one call of the playground: known by our end of its connection. */
import type { RequestRecord } from '../../core/record.ts';
import type { AdminContext } from '../context.ts';

const recordMs = 5_000;
const ledgerMs = 3_000;
const everyMs = 100;

export interface RecordWatch {
  /** The call's record, as the ledger has it once it has; undefined when none came in time, or nobody waits any more. */
  found(signal: AbortSignal): Promise<RequestRecord | undefined>;
  end(): void;
}

/** Listens from now on: a record may come before the answer has been read. `source` is known before a byte is sent. */
export function watchRecords(
  { onRecord, ledger }: AdminContext,
  port: number,
  source: () => string | undefined,
): RecordWatch {
  let told: RequestRecord | undefined;
  const end = onRecord((record) => {
    if (record.bind === String(port) && record.sourceAddress === source()) told = record;
  });
  return {
    end,
    async found(signal) {
      const record = await wanted(() => told, recordMs, signal);
      // Calls without key and model are never entered.
      if (ledger === undefined || (record?.key ?? record?.llm) === undefined) return record;
      return (await wanted(() => ledger.get(record!.id), ledgerMs, signal)) ?? record;
    },
  };
}

async function wanted<T>(
  look: () => T | undefined | Promise<T | undefined>,
  forMs: number,
  signal: AbortSignal,
): Promise<T | undefined> {
  const deadline = performance.now() + forMs;
  for (;;) {
    const found = await look();
    if (found !== undefined || signal.aborted || performance.now() >= deadline) return found;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
