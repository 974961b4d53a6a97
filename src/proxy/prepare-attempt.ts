/** The client's call as one provider takes it: translated from the same body for each attempt, and told in the record. */
import type { ProviderTarget } from '../core/config/snapshot.ts';
import { limitOutput } from '../core/llm/limit-output.ts';
import type { TranslateResult, UpstreamCall } from '../core/llm/translate-contract.ts';
import type { Prices } from '../core/pricing/prices.ts';
import { modifyHeaders } from '../core/route/filters.ts';
import type { Call } from './call.ts';
import type { DataPathDependencies } from './dependencies.ts';
import type { LlmRoute } from './llm-route.ts';

export function translateFor(
  call: Call,
  route: LlmRoute,
  target: ProviderTarget,
  body: string,
  deps: DataPathDependencies,
): TranslateResult {
  const headers = { ...(call.target.headers as Record<string, string>) };
  for (const modifier of route.modifiers) modifyHeaders(headers, modifier);
  return deps.translateRequest({
    routeType: route.routeType,
    target,
    method: call.target.method,
    pathAndQuery: route.path,
    headers,
    body,
    // What guards have masked is another text.
    ...(route.parsed?.text === body && { fields: route.parsed.fields }),
    nowSeconds: Math.floor(deps.nowMs() / 1000),
    callId: call.record.id,
  });
}

const hasOutput = new Set(['chat', 'passthrough']);

/** What its calls are priced and reported by. */
export function vendorOf(target: ProviderTarget): string {
  return target.vendor ?? target.provider;
}

/** The record and what policies know are those of the attempt that is made now. */
export function describeLlm(
  call: Call,
  target: ProviderTarget,
  upstream: UpstreamCall,
  prices: Prices,
): void {
  call.record.endpoint = upstream.url.slice(upstream.url.indexOf('://') + 3).split('/', 1)[0];
  const vendor = vendorOf(target);
  call.llm({
    operation: upstream.operation,
    provider: vendor,
    requestModel: upstream.requestModel,
    streaming: upstream.streaming,
    maxTokens: upstream.maxTokens,
  });
  call.context.llm = {
    model: upstream.requestModel,
    boundInput: upstream.boundInput,
    countable: upstream.countInput !== undefined,
    maxOutput: upstream.maxTokens,
    hasOutput: upstream.hasOutput ?? hasOutput.has(upstream.operation),
    canShorten: upstream.maxTokensFields.length > 0,
    answers: upstream.answers,
    price: prices.bound(vendor, upstream.requestModel ?? '', upstream.media),
    costNano: 0,
  };
  call.context.variables['llm'] = {
    streaming: upstream.streaming,
    provider: target.provider,
    ...(upstream.requestModel === undefined ? {} : { requestModel: upstream.requestModel }),
    inputTokens: BigInt(upstream.estimatedInputTokens),
    ...(upstream.maxTokens === undefined ? {} : { params: { max_tokens: BigInt(upstream.maxTokens) } }),
  };
  call.drops = upstream.drops !== undefined && upstream.drops.length > 0 ? upstream.drops : undefined;
}

/** Only budgets that count output, and hold it, shorten the answer. */
export function withinReservation(call: Call, upstream: UpstreamCall): UpstreamCall {
  const held = call.context.reservation;
  const counts = held?.request.items.some((item) => item.enforce === 'hard' && item.perOutputToken > 0);
  if (held === undefined || !counts) return upstream;
  const limited = limitOutput(upstream, held.granted);
  call.record.llm!.maxTokens = limited.maxTokens;
  return limited;
}
