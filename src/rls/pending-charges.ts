/**
 * Charges that a remote rate limit service could not take: kept in a file before anything else happens, delivered later, each
 * until it was acknowledged once. A crash between the acknowledgement and its mark in the file delivers that one again.
 */
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { RateLimitTarget } from '../core/config/snapshot.ts';
import type { RateLimitRequest, RateLimitService } from '../core/ratelimit/model.ts';

interface Charge {
  target: RateLimitTarget;
  request: RateLimitRequest;
}

export interface PendingChargesOptions {
  /** One file per thread. */
  path: string;
  serviceFor(target: RateLimitTarget): RateLimitService;
}

export interface PendingCharges {
  keep(target: RateLimitTarget, request: RateLimitRequest): void;
  /** Tries all once, oldest first; stops at the first that fails again. Returns how many are left. */
  deliver(): Promise<number>;
}

export function openPendingCharges({ path, serviceFor }: PendingChargesOptions): PendingCharges {
  const waiting = readCharges(path);
  let delivering: Promise<number> | undefined;

  async function deliverAll(): Promise<number> {
    let delivered = 0;
    while (waiting.length > 0) {
      const { target, request } = waiting[0]!;
      try {
        await serviceFor(target).shouldRateLimit(request);
      } catch {
        break;
      }
      waiting.shift();
      delivered++;
    }
    if (delivered > 0) rewrite(path, waiting);
    return waiting.length;
  }

  return {
    keep: (target, request) => {
      const charge = { target, request };
      appendFileSync(path, `${JSON.stringify(charge)}\n`, { mode: 0o600 });
      waiting.push(charge);
    },
    deliver: () => {
      delivering ??= deliverAll().finally(() => {
        delivering = undefined;
      });
      return delivering;
    },
  };
}

/** A torn last line is a charge whose request was never finished. */
function readCharges(path: string): Charge[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return line === '' ? [] : [JSON.parse(line) as Charge];
      } catch {
        return [];
      }
    });
}

function rewrite(path: string, charges: readonly Charge[]): void {
  const next = `${path}.next`;
  writeFileSync(next, charges.map((charge) => `${JSON.stringify(charge)}\n`).join(''), { mode: 0o600 });
  renameSync(next, path);
}
