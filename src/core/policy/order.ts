/** The order in which policies run, with the reason beside each place. */
import type { CompileExpression } from '../cel/compile.ts';
import type { TrafficPolicy } from '../config/snapshot.ts';
import { compileApiKey } from './api-key.ts';
import { compileAuthorization } from './authorization.ts';
import { compileBroken } from './broken.ts';
import { compileBudgets } from './budgets.ts';
import { compileDirectResponse } from './direct-response.ts';
import { compileGlobalRateLimit } from './global-rate-limit.ts';
import { compileKeyTerms, compileModelTerms } from './key-terms.ts';
import { compileLocalRateLimit } from './local-rate-limit.ts';
import type { CompiledPolicy } from './policy.ts';

type Place = (traffic: TrafficPolicy, compile: CompileExpression) => CompiledPolicy[];

const order: Place[] = [
  // Before everything: a guard that is missing must not let the others decide alone.
  ({ broken }) => (broken.length > 0 ? [compileBroken(broken)] : []),
  // Who is calling; all that follows may ask for `apiKey`.
  ({ apiKey }, compile) => (apiKey ? [compileApiKey(apiKey, compile)] : []),
  // What the key itself may do: no expression can widen that.
  ({ apiKey }) => (apiKey ? [compileKeyTerms(), compileModelTerms()] : []),
  // What they may call, before anything is counted against them.
  ({ authorization }, compile) =>
    authorization.length > 0 ? [compileAuthorization(authorization, compile)] : [],
  // Local before global: it costs nothing and spares the shared counter.
  ({ localRateLimit }, compile) => (localRateLimit ? [compileLocalRateLimit(localRateLimit, compile)] : []),
  // Requests on the head, Tokens (phase `llm`) after translation.
  ({ globalRateLimit }, compile) => (globalRateLimit ? compileGlobalRateLimit(globalRateLimit, compile) : []),
  // After the rate limits: what budgets hold must not wait for a refusal by another.
  (traffic, compile) => [compileBudgets(traffic.budgets, compile)],
  // Last: an answer made here is guarded and counted like any other.
  ({ directResponse }, compile) => (directResponse ? [compileDirectResponse(directResponse, compile)] : []),
];

export function compilePolicies(traffic: TrafficPolicy, compile: CompileExpression): CompiledPolicy[] {
  return order.flatMap((place) => place(traffic, compile));
}
