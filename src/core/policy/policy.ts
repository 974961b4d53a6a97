/**
 * The shape of a policy: compiled once per snapshot, then per request `plan` says what it needs as data, the data path
 * executes that, and `apply` decides on the results. Nothing here does I/O.
 */
import type { PriceBound } from '../budget/amounts.ts';
import type { Budget, Charge, Reading, ReservationOutcome, ReservationRequest } from '../budget/model.ts';
import type { Decision } from '../budget/reserve.ts';
import type { KeyTerms } from '../config/key-terms.ts';
import type { RateLimitTarget } from '../config/snapshot.ts';
import type { Refusal } from '../errors.ts';
import type { Usage } from '../llm/usage.ts';
import type { RateLimitRequest, RateLimitResponse } from '../ratelimit/model.ts';
import type { BucketTake } from '../ratelimit/token-bucket.ts';
import type { KeyIdentity } from '../record.ts';

/** What one request is known by. Policies read it and write only the fields they own. */
export interface PolicyContext {
  request: {
    method: string;
    host: string;
    path: string;
    query: string;
    headers: Readonly<Record<string, string | undefined>>;
    /** How many `Authorization` headers came in: more than one is refused. */
    authorizationHeaders: number;
  };
  /** Unix milliseconds at which the request began. */
  nowMs: number;
  /** What budgets' windows go by at a Unix time in ms, see `WindowClock`; absent: by that time. */
  windowMs?(nowMs: number): number;
  /** `namespace/name` of the HTTPRoute. */
  route?: string;
  /** Address of the client, without port. */
  source: string;
  /** Known after translation. */
  llm?: LlmFacts;
  /** What CEL sees. */
  variables: Record<string, unknown>;
  /** Written by api-key. */
  identity?: KeyIdentity;
  /** Written by api-key: what the key may do. */
  terms?: KeyTerms;
  /** Of routes by model: the name that the client knows it by, and that keys allow it by. */
  askedModel?: string;
  /** Written by budgets between `plan` and `apply`. */
  pendingReservation?: PendingReservation;
  /** Written by budgets: what the call holds until it is settled. */
  reservation?: HeldReservation;
  /** Budgets that switched the model: they only count from then on. */
  switchedBy: Set<string>;
  /** Written by the rate limits: the most constrained limit so far, told to the client. */
  limit?: LimitStanding;
  /** For the access log. */
  decisions: string[];
}

/** What budgets and key terms need to know of a model call. */
export interface LlmFacts {
  model?: string;
  /** Upper bound of the input, tokens. Costs a pass over the body. */
  boundInput(): number;
  /** Whether the input may be counted closer than by its bound, where that decides. */
  countable?: boolean;
  /** Written once it was counted. */
  counted?: CountedInput;
  /** What the client allowed for each answer, or the translation had to set. */
  maxOutput?: number;
  /** False for embeddings and the like. */
  hasOutput: boolean;
  /** Answers asked for in one call. */
  answers: number;
  /** False where the request has no field that the gateway could shorten the answer with. */
  canShorten: boolean;
  /** Absent: the catalog has no price. */
  price?: PriceBound;
  /** Known at settlement, nano-dollars. */
  costNano: number;
}

export interface CountedInput {
  /** An upper bound. */
  tokens: number;
  /** For people: `by the provider`, `by tokenizer o200k_base`. */
  how: string;
}

export interface PendingReservation {
  request: ReservationRequest;
  /** In the order of the request's items. */
  budgets: Budget[];
}

export interface HeldReservation {
  request: ReservationRequest;
  granted: number;
  /** Items of the request whose hold was given back before the call ended. */
  released?: Set<number>;
}

export interface LimitStanding {
  limit: number;
  remaining: number;
  resetSeconds: number;
}

/** How a call is decided whose bound is at the edge of a budget. */
export interface ReservationEdge {
  /** Asked for first: with an answer so long that there is no need to count. Its items are those of the request itself. */
  first: ReservationRequest;
  /** Fewer input tokens than these the call will hardly have; costs a pass over the body. */
  leastInput(): number;
  /** What would be decided on `readings` if the input were so many tokens, or by its bound. Holds nothing. */
  decide(readings: readonly Reading[], inputTokens?: number): Decision;
}

export type Operation =
  | { kind: 'find-key'; keySets: readonly string[]; value: string }
  | { kind: 'rate-limit'; target: RateLimitTarget; request: RateLimitRequest }
  /** `waitMs`: how long to wait for room in each item before its refusal stands; `renew`: the same in a later moment's windows. */
  | {
      kind: 'reserve';
      request: ReservationRequest;
      waitMs: readonly number[];
      renew(nowMs: number): ReservationRequest;
      /** There where the call's input may be counted, should it not fit. */
      edge?: ReservationEdge;
    }
  | { kind: 'settle'; charges: Charge[] }
  | ({ kind: 'take' } & BucketTake);

/** In the order of the operations. `failed`: no answer could be had. */
export type OperationResult =
  | { kind: 'find-key'; key?: { id: string; metadata: Record<string, unknown>; terms: KeyTerms } }
  /** `openInMs`: when it is to be tried again, where that is known. */
  | { kind: 'reserve'; outcome?: ReservationOutcome; failed?: string; openInMs?: number }
  | { kind: 'settle' }
  | { kind: 'rate-limit'; response?: RateLimitResponse; failed?: string }
  | { kind: 'take'; allowed: boolean; standing: LimitStanding };

export type Plan = { operations: Operation[] } | { refusal: Refusal };

/** `request` policies run on the head alone; `llm` policies after the body was understood and translated. */
export type PolicyPhase = 'request' | 'llm';

export interface CompiledPolicy {
  phase: PolicyPhase;
  plan(context: PolicyContext): Plan;
  apply(context: PolicyContext, results: readonly OperationResult[]): Refusal | undefined;
  /** What to count once the usage is known; runs exactly once per request that passed `apply`. */
  settle?(context: PolicyContext, usage: Usage): Operation[];
}

export const noOperations: Plan = { operations: [] };

/** The standing with the fewest left wins the headers; the first on ties. */
export function mostConstrained(a: LimitStanding | undefined, b: LimitStanding): LimitStanding {
  return a !== undefined && a.remaining <= b.remaining ? a : b;
}
