/** The part of the line that knows it serves a model: body, provider, translation, token limits, attempts. */
import type { RouteType } from '../core/config/snapshot.ts';
import { isBinaryBody } from '../core/llm/binary-body.ts';
import type { RequestFault } from '../core/llm/request-fault.ts';
import type { Attempt } from './attempt-standing.ts';
import { makeAttempts } from './attempts.ts';
import { beginRecording, recordRequest } from './begin-recording.ts';
import type { Call } from './call.ts';
import { CallTargets, type Chosen } from './call-targets.ts';
import { CallCounting } from './counting/call-counting.ts';
import type { DataPathDependencies } from './dependencies.ts';
import { guardRequest } from './guards/guard-request.ts';
import type { LlmRoute } from './llm-route.ts';
import { runPolicies } from './operations.ts';
import { describeLlm, translateFor, withinReservation } from './prepare-attempt.ts';
import { BodyTooLarge, ClientGone, readBody } from './read-body.ts';
import { serveRealtime } from './realtime/serve-realtime.ts';
import { refuse } from './refuse.ts';
import { routeByModel } from './route-by-model.ts';
import { serveModels } from './serve-models.ts';

export async function serveLlm(call: Call, asked: LlmRoute, deps: DataPathDependencies): Promise<void> {
  const { models } = asked.rule;
  if (asked.routeType === 'Models' && serveModels(call, asked, deps.dialectError)) return;
  const realtime = asked.routeType === 'Realtime';
  if (realtime !== (call.upgrade !== undefined)) return refuseUpgrade(call, realtime, deps);
  const body = realtime ? '' : await bodyOf(call, asked, deps);
  if (body === undefined) return;
  const route = models === undefined ? asked : routeByModel(call, asked, models, body, deps);
  if ('code' in route) return refuse(call, route, deps.dialectError, asked.routeType);
  beginRecording(call, call.snapshot.rule(route.rule).recording, deps.recordingRoom);
  if (realtime) call.recording?.realtime();
  const targets = new CallTargets(route.backend, call.snapshot.followed(route.backend.name), deps.random);
  const prepared = choose(call, route, targets, body, deps);
  const guarded = prepared && (await underGuards(call, route, prepared, body, deps));
  const admitted = guarded && (await admit(call, route, targets, guarded.attempt, guarded.body, deps));
  if (admitted === undefined) return;
  if (realtime) return serveRealtime(call, route, admitted, deps);
  await makeAttempts(call, route, targets, admitted, guarded!.body, deps);
}

function refuseUpgrade(call: Call, realtime: boolean, deps: DataPathDependencies): void {
  const detail = realtime ? 'a realtime session is a WebSocket' : 'this route is not for WebSockets';
  const status = realtime ? 426 : 400;
  const headers = realtime ? { upgrade: 'websocket' } : undefined;
  refuse(call, { code: 'invalid_request', status, detail, headers }, deps.dialectError, 'Completions');
}

interface Guarded {
  attempt: Attempt;
  body: string;
}

/** Undefined: it is answered. */
function underGuards(
  call: Call,
  route: LlmRoute,
  attempt: Attempt,
  body: string,
  deps: DataPathDependencies,
): Guarded | Promise<Guarded | undefined> {
  const checked = guardRequest(call, route, attempt.chosen.target, body, deps);
  if (checked === undefined) {
    recordRequest(call, route, body);
    return { attempt, body };
  }
  return checked.then((result) => {
    if ('refusal' in result) {
      call.recording?.refused('guard');
      refuse(call, result.refusal, deps.dialectError, route.routeType);
      return undefined;
    }
    recordRequest(call, route, result.body);
    if (result.body === body) return { attempt, body };
    const masked = retranslated(call, route, attempt.chosen, result.body, deps);
    return masked && { attempt: masked, body: result.body };
  });
}

/** A body that is wrong for everybody is not read for each of many providers. */
const mostFaults = 3;

/** The first provider that can take the call; what none of them can is refused as the first one says. */
function choose(
  call: Call,
  route: LlmRoute,
  targets: CallTargets,
  body: string,
  deps: DataPathDependencies,
): Attempt | undefined {
  let fault: RequestFault | undefined;
  for (let faults = 0; ; faults++) {
    const chosen = targets.next(deps.nowMs());
    if ('none' in chosen || faults === mostFaults) {
      if (fault !== undefined) refuseFault(call, fault, route.routeType, deps);
      else refuseForNow(call, 'none' in chosen ? chosen.untilMs : undefined, route.routeType, deps);
      return undefined;
    }
    const translated = translateFor(call, route, chosen.target, body, deps);
    if (translated.ok) return { chosen, upstream: translated.call };
    fault ??= translated.fault;
    targets.exclude(chosen);
  }
}

/** Policies run once for a call, however often it is tried. Undefined: it is answered. */
async function admit(
  call: Call,
  route: LlmRoute,
  targets: CallTargets,
  attempt: Attempt,
  body: string,
  deps: DataPathDependencies,
): Promise<Attempt | undefined> {
  const { chosen, upstream } = attempt;
  describeLlm(call, chosen.target, upstream, deps.prices);
  const policies = call.snapshot.rule(route.rule).llmPolicies;
  // Before they run: what one of them holds is given back even when the next one fails.
  for (const policy of policies) call.settling.add(policy);
  const refusal = await runPolicies(policies, call.context, call.snapshot, deps, {
    abandoned: () => call.outgoing.destroyed,
    counting: upstream.countInput && new CallCounting(call.context, upstream, chosen.target, deps.counts),
  });
  deps.holds.add(call);
  const counted = call.context.llm?.counted;
  call.counted = counted && { configured: chosen.configured, body, tokens: counted.tokens };
  if (refusal?.switchModel !== undefined && !call.context.switchedBy.has(refusal.switchModel.budget)) {
    const { model, budget } = refusal.switchModel;
    call.context.switchedBy.add(budget);
    call.context.decisions.push(`budget ${budget}: switched to ${model}`);
    const switched = targets.switchTo(model, chosen);
    const again = retranslated(call, route, switched, body, deps);
    return again && admit(call, route, targets, again, body, deps);
  }
  if (refusal !== undefined) {
    refuse(call, refusal, deps.dialectError, route.routeType);
    return undefined;
  }
  if (call.outgoing.destroyed) {
    call.record.status = 499;
    call.record.error = 'the client left before its call was made';
    return undefined;
  }
  return { chosen, upstream: withinReservation(call, upstream) };
}

function retranslated(
  call: Call,
  route: LlmRoute,
  chosen: Chosen,
  body: string,
  deps: DataPathDependencies,
): Attempt | undefined {
  const translated = translateFor(call, route, chosen.target, body, deps);
  if (translated.ok) return { chosen, upstream: translated.call };
  refuseFault(call, translated.fault, route.routeType, deps);
  return undefined;
}

async function bodyOf(call: Call, route: LlmRoute, deps: DataPathDependencies): Promise<string | undefined> {
  try {
    const bytes = await readBody(call.incoming, deps.limits.maxRequestBytes);
    const { 'content-type': contentType = '' } = call.target.headers;
    return bytes.toString(isBinaryBody(route.routeType, contentType) ? 'latin1' : 'utf8');
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

/** Every provider has said when to come back: the client is told the earliest of these moments. */
function refuseForNow(
  call: Call,
  untilMs: number | undefined,
  routeType: RouteType,
  deps: DataPathDependencies,
): void {
  const seconds = untilMs === undefined ? undefined : Math.ceil((untilMs - deps.nowMs()) / 1_000);
  const headers = { 'retry-after': String(Math.max(1, seconds ?? 1)) };
  refuse(call, { code: 'no_healthy_backend', headers }, deps.dialectError, routeType);
}
