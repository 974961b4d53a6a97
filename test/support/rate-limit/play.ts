/** Plays a scenario against a server and notes what a user of it sees. */
import type { ClientHttp2Session } from 'node:http2';
import { setTimeout as delay } from 'node:timers/promises';
import type { JsonValue } from '@bufbuild/protobuf';
import type { Answer, HttpCall, Peer, Recording, Scenario, Step } from './scenario.ts';
import { decodeAnswer, encodeCall, framed, openSession, rawCall, shouldRateLimit } from './wire.ts';

/** `clock`: when each step was asked of the original; without it, it is now. */
export async function play(peer: Peer, scenario: Scenario, clock?: readonly number[]): Promise<Recording> {
  const session = openSession(peer.grpcPort);
  const answers: Answer[] = [];
  try {
    if (clock === undefined) await startOfSecond();
    for (const step of unfolded(scenario.steps)) {
      if ('nextSecond' in step) {
        if (clock === undefined) await startOfSecond(1_000);
        continue;
      }
      const at = clock?.[answers.length] ?? nowSeconds();
      peer.setClock?.(at);
      answers.push({ at, ...(await ask(peer, session, step)) });
      if (clock === undefined && nowSeconds() !== at) throw new Error('a second ended during a call');
    }
  } finally {
    session.destroy();
  }
  const error = peer.error();
  return {
    ...scenario,
    answers,
    ...(error !== undefined && { error }),
    metrics: countsOf(await peer.metrics()),
    keys: lasting(await peer.keys()),
  };
}

/** Windows of a second may have ended by now. */
function lasting(keys: Recording['keys']): Recording['keys'] {
  return Object.fromEntries(Object.entries(keys).filter(([, { ttl }]) => ttl > 1));
}

function* unfolded(steps: readonly Step[]): Generator<Step> {
  for (const step of steps) {
    const times = 'call' in step ? (step.times ?? 1) : 1;
    for (let n = 0; n < times; n++) yield step;
  }
}

async function ask(peer: Peer, session: ClientHttp2Session, step: Step): Promise<Omit<Answer, 'at'>> {
  if ('call' in step) {
    const body = framed(encodeCall(withCopies(step.call, step.copies)));
    return grpcAnswer(await rawCall(session, { path: shouldRateLimit, body }));
  }
  if ('raw' in step) {
    const { path, hex, fill, headers } = step.raw;
    const body = Buffer.concat([Buffer.from(hex, 'hex'), Buffer.alloc(fill ?? 0)]);
    return grpcAnswer(await rawCall(session, { path, body, ...(headers && { headers }) }));
  }
  if ('http' in step) return httpAnswer(`http://127.0.0.1:${peer.httpPort}`, step.http);
  const rules = await fetch(peer.rulesUrl);
  return { http: rules.status, text: (await rules.text()).split('\n').sort().join('\n') };
}

function grpcAnswer({
  http,
  status,
  message,
  body,
}: Awaited<ReturnType<typeof rawCall>>): Omit<Answer, 'at'> {
  return {
    ...(http !== 200 && { http }),
    ...(status !== undefined && { status }),
    // Go's protobuf puts one kind of space or the other into its messages, by build.
    ...(message !== undefined && { message: message.replaceAll('\u00a0', ' ') }),
    ...(body.length > 0 && { response: shortened(decodeAnswer(body)) }),
  };
}

async function httpAnswer(origin: string, { method, path, body }: HttpCall): Promise<Omit<Answer, 'at'>> {
  const answer = await fetch(origin + path, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    ...(body !== undefined && { body }),
    redirect: 'manual',
  });
  const type = answer.headers.get('content-type');
  const text = await answer.text();
  const isJson = type === 'application/json';
  return {
    http: answer.status,
    ...(type !== null && { type }),
    ...(isJson ? { response: shortened(JSON.parse(text) as JsonValue) } : { text }),
  };
}

function withCopies(call: JsonValue, copies = 1): JsonValue {
  if (copies === 1) return call;
  const request = call as { descriptors: JsonValue[] };
  const last = request.descriptors.at(-1)!;
  return { ...request, descriptors: [...request.descriptors, ...new Array(copies - 1).fill(last)] };
}

const shownStatuses = 20;

/** Of thousands of statuses the first and last ones, and how many there were. */
function shortened(response: JsonValue): JsonValue {
  const { statuses } = response as { statuses?: JsonValue[] };
  if (statuses === undefined || statuses.length <= shownStatuses) return response;
  const ends = [...statuses.slice(0, 3), ...statuses.slice(-3)];
  return { ...(response as object), statuses: ends, statusCount: statuses.length };
}

/** Metrics that count something, by name and labels. Times differ from run to run. */
function countsOf(exposition: string): Record<string, number> {
  const counts: [string, number][] = [];
  for (const line of exposition.split('\n')) {
    const [, name, value] = /^(ratelimit_service_.*) (\S+)$/.exec(line) ?? [];
    if (name === undefined || /_seconds_(bucket|sum)/.test(name) || Number(value) === 0) continue;
    counts.push([name, Number(value)]);
  }
  return Object.fromEntries(counts.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1_000);
}

/** Calls take a millisecond: those that begin early in a second end in it. */
async function startOfSecond(atLeastMs = 0): Promise<void> {
  const into = Date.now() % 1_000;
  if (atLeastMs > 0 || into > 300) await delay(1_000 - into + 5);
}
