/** What a VirtualKey itself says: disabled, expired, routes, addresses and models it is good for. */
import type { KeyTerms } from '../config/key-terms.ts';
import type { Refusal } from '../errors.ts';
import { isInside } from '../route/cidr.ts';
import { type CompiledPolicy, noOperations, type PolicyContext } from './policy.ts';

export function compileKeyTerms(): CompiledPolicy {
  return {
    phase: 'request',
    plan(context) {
      const refusal = context.terms === undefined ? undefined : check(context.terms, context);
      return refusal === undefined ? noOperations : { refusal };
    },
    apply: () => undefined,
  };
}

function check(terms: KeyTerms, context: PolicyContext): Refusal | undefined {
  const key = terms.display ?? context.identity!.id;
  if (terms.disabled) return { code: 'key_disabled', detail: `the key ${key} is disabled` };
  if (terms.expiresAtMs !== undefined && context.nowMs >= terms.expiresAtMs) {
    const when = Temporal.Instant.fromEpochMilliseconds(terms.expiresAtMs).toString();
    return {
      code: 'key_expired',
      detail: `the key ${key} expired at ${when}`,
      details: { expired_at: when },
    };
  }
  const { allowedRoutes, allowedCidrs } = terms;
  if (allowedRoutes.length > 0 && !allowedRoutes.includes(context.route ?? '')) {
    const detail = `the key ${key} is not for route ${context.route}`;
    return { code: 'route_not_allowed', detail, details: { allowed_routes: allowedRoutes } };
  }
  if (allowedCidrs.length > 0 && !allowedCidrs.some((block) => isInside(block, context.source)))
    return { code: 'address_not_allowed', detail: `the key ${key} may not be used from ${context.source}` };
  return undefined;
}

/** Apart from the other terms, because the model is known only after translation. */
export function compileModelTerms(): CompiledPolicy {
  return {
    phase: 'llm',
    plan(context) {
      const model = context.askedModel ?? context.llm?.model ?? '';
      if (mayUseModel(context.terms, model)) return noOperations;
      const allowed = context.terms!.allowedModels;
      const key = context.terms!.display ?? context.identity!.id;
      const detail = `the key ${key} may not use model "${model}"; it may use: ${allowed.join(', ')}`;
      return { refusal: { code: 'model_not_allowed', detail, details: { allowed_models: allowed } } };
    },
    apply: () => undefined,
  };
}

/** Every attempt of a call asks: another provider may serve another model. */
export function mayUseModel(terms: KeyTerms | undefined, model: string): boolean {
  const allowed = terms?.allowedModels ?? [];
  return allowed.length === 0 || allowed.some((pattern) => matchesModel(pattern, model));
}

/** `*` stands for any characters. */
export function matchesModel(pattern: string, model: string): boolean {
  const parts = pattern.split('*');
  if (parts.length === 1) return pattern === model;
  let at = 0;
  for (const [index, part] of parts.entries()) {
    const found = index === parts.length - 1 ? model.length - part.length : model.indexOf(part, at);
    if (found < at || !model.startsWith(part, found) || (index === 0 && found !== 0)) return false;
    at = found + part.length;
  }
  return true;
}
