/** Composition of the ledger's retention: at the start and every hour, only where an operator set how long calls are kept. */
import { dropOldCalls } from './ledger/retention.ts';
import type { ShutdownStack } from './shutdown-stack.ts';
import type { LedgerStore } from './storage/ledger.ts';

const everyMs = 3_600_000;

export function keepLedgerSmall(
  ledger: LedgerStore,
  keepDays: number | undefined,
  log: Record<'error' | 'info', (fields: object, message: string) => void>,
  stack: ShutdownStack,
): void {
  if (keepDays === undefined) return;
  const stop = new AbortController();
  let run = Promise.resolve();
  const start = () => {
    run = run
      .then(() => dropOldCalls(ledger, keepDays, Date.now(), stop.signal))
      .then((dropped) => {
        if (dropped > 0) log.info({ dropped, keepDays }, 'calls beyond the days to keep left the ledger');
      })
      .catch((error) =>
        log.error({ error: String(error) }, 'old calls could not be dropped from the ledger'),
      );
  };
  start();
  const timer = setInterval(start, everyMs);
  stack.add(async () => {
    clearInterval(timer);
    stop.abort();
    await run;
  });
}
