/**
 * Takes what a call may use at most from its budgets. At the edge of a budget the bound of its input may be counted closer, and a
 * call may wait for room; else this is one step.
 */
import type { ReservationOutcome } from '../core/budget/model.ts';
import { BudgetsSettling } from '../core/budget/settling.ts';
import type { Operation, OperationResult, ReservationEdge } from '../core/policy/policy.ts';
import type { Accounts } from '../storage/accounts.ts';

interface ReserveDependencies {
  accounts: Accounts;
  sleep(ms: number): Promise<void>;
  nowMs(): number;
}

type Reserve = Extract<Operation, { kind: 'reserve' }>;
export type Refused = Extract<ReservationOutcome, { refusedBy: number }>;

/** Counts the input of one call. */
export interface EdgeCounting {
  /** Makes the call's bound a closer one, if it can. True: it was counted now. Never rejects. */
  closer(edge: ReservationEdge, refused: Refused): Promise<boolean>;
  /** The closer bound does not fit either. */
  inVain(edge: ReservationEdge, refused: Refused): void;
}

export interface Waiting {
  /** The client left: nobody waits any more. */
  abandoned?(): boolean;
  /** Absent: the input can not be counted. */
  counting?: EdgeCounting | undefined;
}

/** How often a call that waits for room asks again. */
const retryMs = 50;

export function reserve(
  operation: Reserve,
  deps: ReserveDependencies,
  waiting: Waiting,
): OperationResult | Promise<OperationResult> {
  const edge = waiting.counting === undefined ? undefined : operation.edge;
  try {
    const outcome = deps.accounts.reserve(edge?.first ?? operation.request);
    if (outcome instanceof Promise) return reserveSlowly(operation, outcome, deps, waiting);
    const isDone = 'granted' in outcome || (edge === undefined && operation.waitMs[outcome.refusedBy]! <= 0);
    return isDone ? { kind: 'reserve', outcome } : reserveSlowly(operation, outcome, deps, waiting);
  } catch (error) {
    return failed(error);
  }
}

async function reserveSlowly(
  operation: Reserve,
  first: ReservationOutcome | Promise<ReservationOutcome>,
  deps: ReserveDependencies,
  { abandoned = () => false, counting }: Waiting,
): Promise<OperationResult> {
  const { waitMs, renew, edge } = operation;
  const began = deps.nowMs();
  try {
    let outcome = await first;
    for (;;) {
      if (edge !== undefined && counting !== undefined && 'refusedBy' in outcome)
        outcome = await reserveAtEdge(operation, edge, outcome, deps, counting);
      if ('granted' in outcome || deps.nowMs() + retryMs > began + waitMs[outcome.refusedBy]!) break;
      await deps.sleep(retryMs);
      if (abandoned()) break;
      outcome = await deps.accounts.reserve(renew(deps.nowMs()));
    }
    return { kind: 'reserve', outcome };
  } catch (error) {
    return failed(error);
  }
}

/** Without a closer bound the call is decided by the one it has. */
async function reserveAtEdge(
  { renew }: Reserve,
  edge: ReservationEdge,
  refused: Refused,
  { accounts, nowMs }: ReserveDependencies,
  counting: EdgeCounting,
): Promise<ReservationOutcome> {
  const { readings } = refused;
  const counted = await counting.closer(edge, refused);
  const decision = edge.decide(readings);
  const request = renew(nowMs());
  if (!counted && 'refusedBy' in decision) return { ...decision, readings };
  const outcome = await accounts.reserve(request);
  if (counted && 'refusedBy' in outcome) counting.inVain(edge, outcome);
  return outcome;
}

function failed(error: unknown): OperationResult {
  const message = error instanceof Error ? error.message : String(error);
  const openInMs = error instanceof BudgetsSettling ? error.openInMs : undefined;
  return { kind: 'reserve', failed: message, ...(openInMs !== undefined && { openInMs }) };
}
