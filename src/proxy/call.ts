/** One request on its way through the data path: what is known of it so far. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HeaderModifier, ProviderTarget } from '../core/config/snapshot.ts';
import type { Usage } from '../core/llm/usage.ts';
import type { CompiledPolicy, LimitStanding, PolicyContext } from '../core/policy/policy.ts';
import type { AttemptRecord, LlmRecord, RequestRecord } from '../core/record.ts';
import type { RequestTarget } from '../core/route/match.ts';
import type { CallRecording } from './call-recording.ts';
import type { CallGuards } from './guards/call-guards.ts';
import type { LinkedSnapshot } from './linked-snapshot.ts';
import type { LinkedTracing } from './linked-tracing.ts';

/** What failed attempts used. */
export interface Spent {
  usage: Usage;
  /** Nano-dollars, of those that have a price. */
  costNano: number;
  priced: boolean;
}

/** `head`: what came behind the request. */
export interface Upgrade {
  socket: Duplex;
  head: Buffer;
}

export class Call {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly snapshot: LinkedSnapshot;
  readonly target: RequestTarget;
  readonly context: PolicyContext;
  readonly record: RequestRecord;
  /** Policies that let it pass and want to settle. */
  readonly settling = new Set<CompiledPolicy>();
  /** What its Gateway's policy says of traces. */
  tracing: LinkedTracing | undefined;
  settled = false;
  /** Its place among the calls that hold of budgets. */
  heldAt: number | undefined;
  /** The connection, where the client asks for a WebSocket on it. */
  upgrade: Upgrade | undefined;
  /** Set where prompt guards stand between the client and the provider. */
  guards: CallGuards | undefined;
  /** Set where what is said is recorded. */
  recording: CallRecording | undefined;
  /** The one under way, where attempts are told apart. */
  attempt: AttemptRecord | undefined;
  /** Its input, where a budget made it worth counting: of this body, at this provider. */
  counted: { configured: ProviderTarget; body: string; tokens: number } | undefined;
  /** By attempts that failed before the one that is under way. */
  spent: Spent | undefined;
  /** Fields of the request that the provider can't take. */
  drops: readonly string[] | undefined;
  /** Its ledger entry, JSON, once that is written. */
  entry: string | undefined;
  /** From the route's filters and the policies; applied to whatever answer goes out. */
  responseModifiers: HeaderModifier[] = [];

  constructor(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    snapshot: LinkedSnapshot,
    port: number,
    nowMs: number,
    id: string,
  ) {
    this.incoming = incoming;
    this.outgoing = outgoing;
    this.snapshot = snapshot;
    this.target = targetOf(incoming);
    const source = `${incoming.socket.remoteAddress ?? ''}:${incoming.socket.remotePort ?? 0}`;
    this.context = contextOf(incoming, this.target, source, nowMs);
    this.record = {
      id,
      startedAtMs: nowMs,
      durationMs: 0,
      bind: String(port),
      sourceAddress: source,
      method: this.target.method,
      host: this.target.host,
      path: this.target.path,
      httpVersion: `HTTP/${incoming.httpVersion}`,
      status: 0,
      protocol: 'http',
      decisions: this.context.decisions,
      responseBytes: 0,
    };
  }

  get clientGone(): boolean {
    return this.outgoing.destroyed || this.incoming.socket.destroyed;
  }

  get limit(): LimitStanding | undefined {
    return this.context.limit;
  }

  llm(record: LlmRecord): void {
    this.record.protocol = 'llm';
    this.record.llm = record;
  }
}

function targetOf(incoming: IncomingMessage): RequestTarget {
  const [authority, url] = splitTarget(incoming.url ?? '/');
  const mark = url.indexOf('?');
  const host = authority ?? incoming.headers.host ?? '';
  return {
    method: incoming.method ?? 'GET',
    host: withoutPort(host).toLowerCase(),
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers: incoming.headers as Record<string, string>,
  };
}

const absoluteForm = /^https?:\/\/([^/?#]*)(.*)$/i;

/** The absolute form that clients use for proxies names the host itself, and then counts for more than Host (RFC 9112, 3.2.2). */
function splitTarget(url: string): [authority: string | undefined, pathAndQuery: string] {
  if (url.startsWith('/')) return [undefined, url];
  const absolute = absoluteForm.exec(url);
  if (absolute === null) return [undefined, url];
  const rest = absolute[2]!;
  return [absolute[1]!, rest.startsWith('/') ? rest : `/${rest}`];
}

function withoutPort(host: string): string {
  const colon = host.lastIndexOf(':');
  return colon > host.lastIndexOf(']') ? host.slice(0, colon) : host;
}

function contextOf(
  incoming: IncomingMessage,
  target: RequestTarget,
  source: string,
  nowMs: number,
): PolicyContext {
  const pathAndQuery = target.query === '' ? target.path : `${target.path}?${target.query}`;
  return {
    request: { ...target, authorizationHeaders: countHeader(incoming.rawHeaders, 'authorization') },
    variables: {
      request: {
        method: target.method,
        host: target.host,
        scheme: 'http',
        path: target.path,
        pathAndQuery,
        uri: `http://${incoming.headers.host ?? ''}${pathAndQuery}`,
        version: `HTTP/${incoming.httpVersion}`,
        headers: target.headers,
      },
      source: {
        address: source.slice(0, source.lastIndexOf(':')),
        port: BigInt(incoming.socket.remotePort ?? 0),
      },
    },
    nowMs,
    source: source.slice(0, source.lastIndexOf(':')),
    switchedBy: new Set(),
    decisions: [],
  };
}

/** node:http keeps only the first of several Authorization headers, so the raw list is asked. */
function countHeader(rawHeaders: readonly string[], name: string): number {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const header = rawHeaders[i]!;
    if (header.length === name.length && header.toLowerCase() === name) count++;
  }
  return count;
}
