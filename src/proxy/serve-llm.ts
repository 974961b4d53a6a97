/** The part of the line that knows it serves a model: body, translation, token limits, the provider's answer. */
import type {
  AiBackend,
  HeaderModifier,
  ProviderTarget,
  RouteRule,
  RouteType,
} from '../core/config/snapshot.ts';
import { limitOutput } from '../core/llm/limit-output.ts';
import { askedModel, routesByModel, targetFor } from '../core/llm/model-router.ts';
import type { RequestFault, UpstreamCall } from '../core/llm/translate-contract.ts';
import type { Prices } from '../core/pricing/prices.ts';
import { modifyHeaders } from '../core/route/filters.ts';
import type { Call } from './call.ts';
import { deliverError, deliverPlain, deliverStream } from './deliver.ts';
import type { DataPathDependencies } from './dependencies.ts';
import { runPolicies } from './operations.ts';
import { BodyTooLarge, ClientGone, readBody } from './read-body.ts';
import { refuse } from './refuse.ts';
import { serveModels } from './serve-models.ts';
import { settle } from './settle.ts';
import { refuseFailure, usageOfLost } from './upstream-failures.ts';

export interface LlmRoute {
  backend: AiBackend;
  routeType: RouteType;
  /** Path and query after rewriting. */
  path: string;
  modifiers: HeaderModifier[];
  rule: RouteRule;
}

export async function serveLlm(call: Call, route: LlmRoute, deps: DataPathDependencies): Promise<void> {
  if (route.routeType === 'Models' && serveModels(call, route.backend)) return;
  const body = await bodyOf(call, route, deps);
  if (body === undefined) return;
  // Priority groups and retries will try the next target here; today the first one serves.
  const targets = route.backend.groups[0]!;
  const target = routesByModel(targets) ? targetByModel(call, route, body) : targets[0]!;
  if (target === undefined) {
    const detail = `model "${call.context.askedModel}" is not served here`;
    return refuse(call, { code: 'model_not_found', detail }, deps.dialectError, route.routeType);
  }
  await serveTarget(call, route, target, body, deps);
}

function targetByModel(call: Call, { backend, routeType, path }: LlmRoute, body: string) {
  const asked = askedModel(routeType, path, body) ?? '';
  call.context.askedModel = asked;
  return targetFor(backend.groups.flat(), asked);
}

async function serveTarget(
  call: Call,
  route: LlmRoute,
  target: ProviderTarget,
  body: string,
  deps: DataPathDependencies,
): Promise<void> {
  const translated = deps.translateRequest(clientCall(call, route, target, body, deps.nowMs()));
  if (!translated.ok) return refuseFault(call, translated.fault, route.routeType, deps);
  const upstream = translated.call;
  describeLlm(call, target, upstream, deps.prices);

  const policies = call.snapshot.rule(route.rule).llmPolicies;
  // Before they run: what one of them holds is given back even when the next one fails.
  for (const policy of policies) call.settling.add(policy);
  const refusal = await runPolicies(
    policies,
    call.context,
    call.snapshot,
    deps,
    () => call.outgoing.destroyed,
  );
  if (refusal?.switchModel !== undefined && !call.context.switchedBy.has(refusal.switchModel.budget)) {
    const { model, budget } = refusal.switchModel;
    call.context.switchedBy.add(budget);
    call.context.decisions.push(`budget ${budget}: switched to ${model}`);
    return serveTarget(call, route, { ...target, model }, body, deps);
  }
  if (refusal !== undefined) return refuse(call, refusal, deps.dialectError, route.routeType);
  if (call.outgoing.destroyed) {
    call.record.status = 499;
    call.record.error = 'the client left before its call was made';
    return;
  }
  await exchange(call, route, target, withinReservation(call, upstream), deps);
}

/** Only budgets that count output, and hold it, shorten the answer. */
function withinReservation(call: Call, upstream: UpstreamCall): UpstreamCall {
  const held = call.context.reservation;
  const counts = held?.request.items.some((item) => item.enforce === 'hard' && item.perOutputToken > 0);
  if (held === undefined || !counts) return upstream;
  const limited = limitOutput(upstream, held.granted);
  call.record.llm!.maxTokens = limited.maxTokens;
  return limited;
}

async function exchange(
  call: Call,
  route: LlmRoute,
  target: ProviderTarget,
  upstream: UpstreamCall,
  deps: DataPathDependencies,
): Promise<void> {
  const sentAtMs = deps.nowMs();
  const exchange = deps.transport.send({
    ...upstream,
    body: upstream.body === '' && upstream.method === 'GET' ? null : upstream.body,
    headersTimeoutMs: timeoutOf(route.rule, target, deps),
  });
  const abandoned = watchClient(call, upstream.streaming ? 0 : deps.limits.abandonedGraceMs, () =>
    exchange.abort(),
  );
  try {
    const response = await exchange.response;
    if (response.status >= 400) await deliverError(call, upstream, response, deps);
    else if (isEventStream(response.headers['content-type']))
      await deliverStream(call, upstream, exchange, response, deps);
    else await deliverPlain(call, upstream, response, deps);
  } catch (error) {
    settle(call, usageOfLost(error, upstream, deps.nowMs() - sentAtMs), undefined, deps);
    refuseFailure(call, error, route.routeType, deps);
  } finally {
    abandoned.stop();
  }
}

async function bodyOf(call: Call, route: LlmRoute, deps: DataPathDependencies): Promise<string | undefined> {
  try {
    return (await readBody(call.incoming, deps.limits.maxRequestBytes)).toString('utf8');
  } catch (error) {
    if (error instanceof ClientGone) {
      call.record.status = 499;
      call.record.error = 'the client left while sending its request';
      return undefined;
    }
    if (!(error instanceof BodyTooLarge)) throw error;
    const detail = `the request body is larger than ${deps.limits.maxRequestBytes} bytes`;
    refuse(call, { code: 'request_too_large', detail }, deps.dialectError, route.routeType);
    return undefined;
  }
}

function clientCall(call: Call, route: LlmRoute, target: ProviderTarget, body: string, nowMs: number) {
  const headers = { ...(call.target.headers as Record<string, string>) };
  for (const modifier of route.modifiers) modifyHeaders(headers, modifier);
  return {
    routeType: route.routeType,
    target,
    method: call.target.method,
    pathAndQuery: route.path,
    headers,
    body,
    nowSeconds: Math.floor(nowMs / 1000),
  };
}

function refuseFault(
  call: Call,
  fault: RequestFault,
  routeType: RouteType,
  deps: DataPathDependencies,
): void {
  const code = fault.status === 501 ? 'not_implemented' : 'invalid_request';
  const { status, message: detail, path } = fault;
  refuse(call, { code, status, detail, path }, deps.dialectError, routeType);
}

function describeLlm(call: Call, target: ProviderTarget, upstream: UpstreamCall, prices: Prices): void {
  call.record.endpoint = upstream.url.slice(upstream.url.indexOf('://') + 3).split('/', 1)[0];
  const vendor = target.vendor ?? target.provider;
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
    maxOutput: upstream.maxTokens,
    hasOutput: upstream.operation === 'chat' || upstream.operation === 'passthrough',
    canShorten: upstream.maxTokensFields.length > 0,
    answers: upstream.answers,
    price: prices.bound(vendor, upstream.requestModel ?? ''),
    costNano: 0,
  };
  call.context.variables['llm'] = {
    streaming: upstream.streaming,
    provider: target.provider,
    ...(upstream.requestModel === undefined ? {} : { requestModel: upstream.requestModel }),
    inputTokens: BigInt(upstream.estimatedInputTokens),
    ...(upstream.maxTokens === undefined ? {} : { params: { max_tokens: BigInt(upstream.maxTokens) } }),
  };
  if (upstream.drops !== undefined && upstream.drops.length > 0) {
    call.responseModifiers = [
      ...call.responseModifiers,
      { set: [{ name: 'x-tollgate-dropped', value: upstream.drops.join(', ') }], add: [], remove: [] },
    ];
  }
}

function timeoutOf(rule: RouteRule, target: ProviderTarget, deps: DataPathDependencies): number {
  return (
    rule.requestTimeoutMs ??
    rule.traffic.requestTimeoutMs ??
    target.requestTimeoutMs ??
    deps.limits.headersTimeoutMs
  );
}

function isEventStream(contentType: string | string[] | undefined): boolean {
  return typeof contentType === 'string' && contentType.startsWith('text/event-stream');
}

/** A client that leaves: a stream is cancelled at once, a plain call after a grace in which it may finish. */
function watchClient(call: Call, graceMs: number, abort: () => void): { stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  const onClose = () => {
    if (call.outgoing.writableFinished) return;
    if (graceMs === 0) abort();
    else timer = setTimeout(abort, graceMs);
  };
  call.outgoing.once('close', onClose);
  if (call.outgoing.destroyed) onClose();
  return {
    stop: () => {
      clearTimeout(timer);
      call.outgoing.removeListener('close', onClose);
    },
  };
}
