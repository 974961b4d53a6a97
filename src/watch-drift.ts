/** Composition of the drift check: counters and ledger of this process, looked at when metrics are read, or when a person asks. */
import { createDriftCheck } from './ledger/drift.ts';
import type { Stores } from './open-stores.ts';
import type { DriftCheck } from './storage/drift.ts';
import { usedCounterKey } from './storage/memory/shared-accounts.ts';
import type { GatewayMetrics } from './telemetry/metrics.ts';

/** A check lists all counters twice: not more often than this. */
const everySeconds = 10;

export function watchDrift(
  { counters, ledger, enterAll }: Stores,
  nowSeconds: () => number,
  metrics: GatewayMetrics,
  log: { error(fields: object, message: string): void },
): DriftCheck {
  const drift = createDriftCheck({
    counters: counters.store,
    ledger,
    enterAll,
    keyOf: usedCounterKey,
    nowSeconds,
  });
  let checkedAt = -Infinity;
  let differing = 0;
  const check = async () => {
    if (nowSeconds() - checkedAt < everySeconds) return differing;
    checkedAt = nowSeconds();
    const drifts = await drift.find();
    if (drifts.length > 0 && differing !== drifts.length)
      log.error(
        { drifts: drifts.slice(0, 10), count: drifts.length },
        'budget counters differ from the ledger',
      );
    differing = drifts.length;
    return differing;
  };
  metrics.gauge('tollgate_budget_counters_drifted', 'Budget counters that differ from the ledger.', () =>
    check().catch((error) => {
      log.error({ error: String(error) }, 'budget counters could not be compared with the ledger');
      return Number.NaN;
    }),
  );
  return drift;
}
