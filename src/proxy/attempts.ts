/**
 * A call's attempts, one after another, until one of them has given the client an answer or no other may be made. Nothing is
 * tried again once a byte has reached the client; what failed attempts used is charged with the one settlement of the call.
 */
import { limitOutput } from '../core/llm/limit-output.ts';
import type { UpstreamCall } from '../core/llm/translate-contract.ts';
import { totalTokens } from '../core/llm/usage.ts';
import { mayUseModel } from '../core/policy/key-terms.ts';
import { grantLeft } from '../core/resilience/grant-left.ts';
import { pauseBefore } from '../core/resilience/retry.ts';
import { retryAfterMs } from '../core/resilience/retry-after.ts';
import { type Attempt, beginAttempt, endAttempt } from './attempt-standing.ts';
import { recordRequest } from './begin-recording.ts';
import type { Call, Spent } from './call.ts';
import type { CallTargets, Chosen } from './call-targets.ts';
import type { DataPathDependencies } from './dependencies.ts';
import { exchange, type FailedExchange } from './exchange.ts';
import { guardRequest } from './guards/guard-request.ts';
import type { LinkedRetry } from './linked-snapshot.ts';
import { type LlmRoute, remainingMs } from './llm-route.ts';
import { describeLlm, translateFor, vendorOf } from './prepare-attempt.ts';
import { mayBeRetried, retryFor, takeRetry } from './retry-rules.ts';
import { countAttempt } from './settle.ts';

interface Attempting {
  call: Call;
  route: LlmRoute;
  targets: CallTargets;
  body: string;
  /** Absent: one attempt is all. */
  retry: LinkedRetry | undefined;
  deps: DataPathDependencies;
}

export async function makeAttempts(
  call: Call,
  route: LlmRoute,
  targets: CallTargets,
  first: Attempt,
  body: string,
  deps: DataPathDependencies,
): Promise<void> {
  const { retry } = call.snapshot.rule(route.rule);
  if (retry === undefined && !targets.several) {
    const end = await exchange(call, route, first.chosen.target, first.upstream, deps);
    if ('failure' in end) end.failure.give();
    return;
  }
  const attempting = {
    call,
    route,
    targets,
    body,
    retry: retryFor(call, retry, route.backend.name, deps),
    deps,
  };
  let attempt: Attempt | undefined = first;
  for (let made = 0; attempt !== undefined; made++) {
    beginAttempt(call, attempt, deps);
    const end = await exchange(call, route, attempt.chosen.target, attempt.upstream, deps);
    endAttempt(call, attempt, end, deps);
    if (!('failure' in end)) return;
    targets.tried(attempt.chosen);
    const next = await nextAttempt(attempting, attempt, end.failure, made);
    if (next === undefined) return end.failure.give();
    attempt = next;
  }
}

/** Undefined: the failure stands. */
async function nextAttempt(
  attempting: Attempting,
  failed: Attempt,
  failure: FailedExchange,
  made: number,
): Promise<Attempt | undefined> {
  const { call, route, targets, retry, deps } = attempting;
  if (retry === undefined || !mayBeRetried(call, failure, retry)) return undefined;
  const spent = spentWith(call, failure, deps);
  for (;;) {
    const nowMs = deps.nowMs();
    const chosen = targets.next(nowMs);
    if ('none' in chosen) return undefined;
    const pause = pauseBefore(
      {
        made,
        sameProvider: chosen.configured === failed.chosen.configured,
        retryAfterMs: retryAfterMs(failure.headers, nowMs),
        remainingMs: remainingMs(call, route, nowMs),
        random: deps.random(),
      },
      retry.policy,
    );
    if (pause === undefined) return undefined;
    const checked = await guardRequest(call, route, chosen.target, attempting.body, deps);
    const refused = checked !== undefined && 'refusal' in checked;
    // What one has masked stays so: a provider with the same guards is not checked again.
    if (checked !== undefined && 'body' in checked) attempting.body = checked.body;
    const upstream = refused ? undefined : upstreamFor(attempting, chosen, spent);
    if (upstream === undefined) {
      targets.exclude(chosen);
      continue;
    }
    if (!takeRetry(call, route.backend.name, deps)) return undefined;
    if (pause > 0) await deps.sleep(pause);
    if (call.outgoing.destroyed) return undefined;
    call.spent = spent;
    recordRequest(call, route, attempting.body);
    describeLlm(call, chosen.target, upstream, deps.prices);
    return { chosen, upstream };
  }
}

/** What the call has used with this failure; a failure that used nothing has a price whatever the model. */
function spentWith(call: Call, { usage }: FailedExchange, deps: DataPathDependencies): Spent {
  const spent = countAttempt(call, usage, undefined, deps);
  return { ...spent, priced: spent.priced || totalTokens(usage) === 0 };
}

/** Undefined: this provider can't take the call, the key may not use its model, or the call's budgets don't bear it. */
function upstreamFor(
  { call, route, body, deps }: Attempting,
  { target, configured }: Chosen,
  spent: Spent,
): UpstreamCall | undefined {
  const translated = translateFor(call, route, target, body, deps);
  if (!translated.ok) return undefined;
  const upstream = translated.call;
  if (!mayUseModel(call.context.terms, call.context.askedModel ?? upstream.requestModel ?? ''))
    return undefined;
  const held = call.context.reservation;
  if (held === undefined) return upstream;
  const { counted } = call;
  const isCounted = counted?.configured === configured && counted.body === body;
  const granted = grantLeft(held, {
    // What is held goes by the count; by its bytes the same call would not fit into it.
    boundInput: () => Math.min(upstream.boundInput(), isCounted ? counted.tokens : Number.POSITIVE_INFINITY),
    answers: upstream.answers,
    price: deps.prices.bound(vendorOf(target), upstream.requestModel ?? '', upstream.media),
    spent: spent.usage,
    spentNano: spent.costNano,
  });
  if (granted === undefined) return undefined;
  const limited = granted.limits ? limitOutput(upstream, granted.output) : upstream;
  const unlimited = limited.maxTokens === undefined || limited.maxTokens > granted.output;
  return granted.limits && unlimited ? undefined : limited;
}
