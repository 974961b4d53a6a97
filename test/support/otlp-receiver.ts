/** A collector for tests: takes OTLP over HTTP with JSON, and keeps it decoded. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface ReceivedSpan {
  service: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  /** As OTLP has it: 2 server, 3 client. */
  kind: number;
  durationMs: number;
  startMs: number;
  attributes: Record<string, unknown>;
  events: string[];
  /** 2: error. */
  status: { code?: number; message?: string };
}

export interface ReceivedLog {
  traceId: string;
  spanId: string;
  severity: string;
  body: string;
  attributes: Record<string, unknown>;
}

export interface OtlpReceiver {
  url: string;
  spans: ReceivedSpan[];
  logs: ReceivedLog[];
  /** Headers of the requests, and everything that came in as text. */
  headers: IncomingMessage['headers'][];
  text(): string;
  stop(): Promise<void>;
}

interface Value {
  stringValue?: string;
  intValue?: number | string;
  doubleValue?: number;
  boolValue?: boolean;
  arrayValue?: { values: Value[] };
}
interface Pair {
  key: string;
  value: Value;
}
interface WireSpan
  extends Omit<ReceivedSpan, 'attributes' | 'events' | 'service' | 'durationMs' | 'startMs'> {
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Pair[];
  events?: { name: string }[];
}
interface WireLog {
  traceId?: string;
  spanId?: string;
  severityText: string;
  body: Value;
  attributes: Pair[];
}
interface Resource {
  resource: { attributes: Pair[] };
}
interface Traces {
  resourceSpans: (Resource & { scopeSpans: { spans: WireSpan[] }[] })[];
}
interface Logs {
  resourceLogs: (Resource & { scopeLogs: { logRecords: WireLog[] }[] })[];
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const bodies: string[] = [];
  const receiver: OtlpReceiver = {
    url: '',
    spans: [],
    logs: [],
    headers: [],
    text: () => bodies.join('\n'),
    stop: () => stop(server),
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString('utf8');
    bodies.push(text);
    receiver.headers.push(request.headers);
    if (request.url === '/v1/traces') receiver.spans.push(...spansIn(JSON.parse(text) as Traces));
    else if (request.url === '/v1/logs') receiver.logs.push(...logsIn(JSON.parse(text) as Logs));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return receiver;
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function spansIn({ resourceSpans }: Traces): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ startTimeUnixNano, endTimeUnixNano, attributes, events = [], ...span }) => ({
        ...span,
        parentSpanId: span.parentSpanId ?? '',
        service: String(plain(resource.attributes)['service.name']),
        startMs: Number(BigInt(startTimeUnixNano) / 1_000_000n),
        durationMs: Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6,
        attributes: plain(attributes),
        events: events.map(({ name }) => name),
      })),
    ),
  );
}

function logsIn({ resourceLogs }: Logs): ReceivedLog[] {
  return resourceLogs.flatMap(({ scopeLogs }) =>
    scopeLogs.flatMap(({ logRecords }) =>
      logRecords.map(({ traceId = '', spanId = '', severityText, body, attributes }) => ({
        traceId,
        spanId,
        severity: severityText,
        body: String(plainValue(body)),
        attributes: plain(attributes),
      })),
    ),
  );
}

function plain(pairs: readonly Pair[]): Record<string, unknown> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, plainValue(value)]));
}

function plainValue(value: Value): unknown {
  if (value.arrayValue !== undefined) return value.arrayValue.values.map(plainValue);
  if (value.intValue !== undefined) return Number(value.intValue);
  return value.stringValue ?? value.doubleValue ?? value.boolValue;
}
