/**
 * Charges that a remote rate limit service could not take: kept in a file before anything else happens, delivered later, each
 * until it was acknowledged once. A crash between the acknowledgement and its mark in the file delivers that one again.
 */
import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { RateLimitTarget } from '../core/config/snapshot.ts';
import type { RateLimitRequest, RateLimitService } from '../core/ratelimit/model.ts';
import type { ChargeStanding } from '../core/ratelimit/statistics.ts';

interface Charge {
  id: number;
  /** Unix ms at which it was to be delivered first. */
  atMs: number;
  target: RateLimitTarget;
  request: RateLimitRequest;
}

export interface PendingChargesOptions {
  /** One file per thread. */
  path: string;
  /** Files of threads that are no more: what waits there is taken over. */
  adopt?: readonly string[];
  serviceFor(target: RateLimitTarget): RateLimitService;
  nowMs: () => number;
}

export interface PendingCharges {
  keep(target: RateLimitTarget, request: RateLimitRequest): void;
  /**
   * Tries all once, oldest first; a service that fails again gets no more of them this time, the others do. Returns how many
   * are left.
   */
  deliver(): Promise<number>;
  standing(): ChargeStanding;
}

export function openPendingCharges(options: PendingChargesOptions): PendingCharges {
  const { path, serviceFor, nowMs } = options;
  let waiting = readCharges(path, nowMs());
  let lastId = waiting.reduce((highest, { id }) => Math.max(highest, id), 0);
  for (const orphaned of options.adopt ?? []) {
    for (const charge of readCharges(orphaned, nowMs())) waiting.push({ ...charge, id: ++lastId });
    // Written before the other file goes: a crash in between delivers twice rather than never.
    rewrite(path, waiting);
    rmSync(orphaned);
  }
  let delivered = 0;
  let delivering: Promise<number> | undefined;

  async function deliverAll(): Promise<number> {
    const done = new Set<Charge>();
    const failing = new Set<string>();
    for (const charge of [...waiting]) {
      const service = JSON.stringify(charge.target);
      if (failing.has(service)) continue;
      try {
        await serviceFor(charge.target).shouldRateLimit(charge.request);
      } catch {
        failing.add(service);
        continue;
      }
      appendFileSync(path, `${JSON.stringify({ delivered: charge.id })}\n`);
      done.add(charge);
      delivered++;
    }
    if (done.size > 0) {
      waiting = waiting.filter((charge) => !done.has(charge));
      rewrite(path, waiting);
    }
    return waiting.length;
  }

  return {
    keep: (target, request) => {
      const charge: Charge = { id: ++lastId, atMs: nowMs(), target, request };
      appendFileSync(path, `${JSON.stringify(charge)}\n`, { mode: 0o600 });
      waiting.push(charge);
    },
    deliver: () => {
      delivering ??= deliverAll().finally(() => {
        delivering = undefined;
      });
      return delivering;
    },
    standing: () => ({
      waiting: waiting.length,
      delivered,
      ...(waiting.length > 0 && {
        oldestAtMs: waiting.reduce((at, { atMs }) => Math.min(at, atMs), Infinity),
      }),
    }),
  };
}

type Line = Partial<Charge> & { delivered?: number };

/** A torn last line is a charge whose request was never finished. Lines of older versions have no id and no time. */
function readCharges(path: string, nowMs: number): Charge[] {
  if (!existsSync(path)) return [];
  const charges = new Map<number, Charge>();
  let place = 0;
  for (const text of readFileSync(path, 'utf8').split('\n')) {
    const line = readLine(text);
    place++;
    if (line?.delivered !== undefined) charges.delete(line.delivered);
    else if (line?.target !== undefined && line.request !== undefined) {
      const { target, request, atMs = nowMs, id = place } = line;
      charges.set(id, { id, atMs, target, request });
    }
  }
  return [...charges.values()];
}

function readLine(text: string): Line | undefined {
  try {
    return text === '' ? undefined : (JSON.parse(text) as Line);
  } catch {
    return undefined;
  }
}

function rewrite(path: string, charges: readonly Charge[]): void {
  const next = `${path}.next`;
  writeFileSync(next, charges.map((charge) => `${JSON.stringify(charge)}\n`).join(''), { mode: 0o600 });
  renameSync(next, path);
}
