/**
 * Traces and logs to a collector (OTLP over HTTP), by OpenTelemetry's SDK. Made from the records of finished calls on the main
 * thread. Its queues are bounded: a collector that is away costs what waited for it, and a warning.
 */
import {
  type Context,
  DiagLogLevel,
  diag,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  type IdGenerator,
} from '@opentelemetry/sdk-trace-base';
import type { RequestRecord } from '../core/record.ts';
import { callAttributes } from './call-attributes.ts';
import { type CallSpan, spansOf } from './call-spans.ts';

export interface OtlpExport {
  observe(record: RequestRecord): void;
  /** Sends what waits, for at most `withinMs`. */
  stop(withinMs: number): Promise<void>;
}

export interface OtlpExportOptions {
  /** `{}`: to where the environment says. */
  traces?: TraceExportOptions;
  logs: boolean;
  version: string;
  /** For the variables of the batches of logs; endpoint, headers and certificates are read by the SDK itself. */
  env: NodeJS.ProcessEnv;
}

export interface TraceExportOptions {
  /** Complete URL that spans are posted to. */
  url?: string;
  /** Attributes of the resource, besides the environment's. */
  resource?: Record<string, string>;
  /** Names of attributes that are left out. */
  remove?: readonly string[];
}

interface Signal {
  observe(record: RequestRecord): void;
  shutdown(): Promise<void>;
}

const scope = 'tollgate';
const warnEveryMs = 60_000;

export function startOtlpExport(options: OtlpExportOptions): OtlpExport {
  const resource = resourceFromAttributes({
    'service.name': 'tollgate',
    'service.version': options.version,
    ...options.traces?.resource,
  }).merge(detectResources({ detectors: [envDetector] }));
  const signals = [
    ...(options.traces ? [startTraces(resource, options.version, options.traces)] : []),
    ...(options.logs ? [startLogs(resource, options)] : []),
  ];
  return {
    observe: (record) => {
      for (const signal of signals) signal.observe(record);
    },
    stop: async (withinMs) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, withinMs);
      });
      const done = Promise.allSettled(signals.map((signal) => signal.shutdown()));
      await Promise.race([done, late]);
      clearTimeout(timer);
    },
  };
}

/** The SDK tells its faults, of all exports, again and again: one warning a minute is enough. */
export function listenToExportFaults(warn: (message: string) => void, nowMs: () => number): void {
  let quietUntilMs = 0;
  const tell = (message: string) => {
    if (nowMs() < quietUntilMs) return;
    quietUntilMs = nowMs() + warnEveryMs;
    // An address may hold a password.
    warn(message.replaceAll(/\/\/[^/@\s]*@/g, '//').slice(0, 500));
  };
  const quiet = () => {};
  const logger = { error: tell, warn: tell, info: quiet, debug: quiet, verbose: quiet };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

/** The data path has given every span its id, and told it to the upstream. */
class GivenIds implements IdGenerator {
  traceId = '';
  spanId = '';
  generateTraceId = (): string => this.traceId;
  generateSpanId = (): string => this.spanId;
}

function startTraces(resource: Resource, version: string, { url, remove = [] }: TraceExportOptions): Signal {
  const ids = new GivenIds();
  const provider = new BasicTracerProvider({
    resource,
    idGenerator: ids,
    // Which calls are sampled was decided when they began.
    sampler: new AlwaysOnSampler(),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter(url === undefined ? {} : { url }))],
  });
  const tracer = provider.getTracer(scope, version);
  const end = (told: CallSpan) => {
    ids.traceId = told.traceId;
    ids.spanId = told.spanId;
    const { name, attributes, startMs } = told;
    for (const removed of remove) delete attributes[removed];
    const kind = told.kind === 'server' ? SpanKind.SERVER : SpanKind.CLIENT;
    const parent = contextOf(told.traceId, told.parentSpanId, told.kind === 'server');
    const span = tracer.startSpan(name, { kind, attributes, startTime: startMs }, parent);
    for (const event of told.events) span.addEvent(event.name, event.atMs);
    if (told.error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: told.error });
    span.end(told.endMs);
  };
  return {
    observe: (record) => spansOf(record).forEach(end),
    shutdown: () => provider.shutdown(),
  };
}

function startLogs(resource: Resource, { version, env }: OtlpExportOptions): Signal {
  const exporter = new OTLPLogExporter();
  const number = (name: string) => Number(env[name]) || undefined;
  const processor = new BatchLogRecordProcessor({
    exporter,
    maxExportBatchSize: number('OTEL_BLRP_MAX_EXPORT_BATCH_SIZE'),
    maxQueueSize: number('OTEL_BLRP_MAX_QUEUE_SIZE'),
    scheduledDelayMillis: number('OTEL_BLRP_SCHEDULE_DELAY'),
    exportTimeoutMillis: number('OTEL_BLRP_EXPORT_TIMEOUT'),
  });
  const provider = new LoggerProvider({ resource, processors: [processor] });
  const logger = provider.getLogger(scope, version);
  return {
    observe: (record) => {
      const { trace: traced, status, method, path, startedAtMs, durationMs } = record;
      logger.emit({
        eventName: 'tollgate.call',
        timestamp: startedAtMs + durationMs,
        body: `${method} ${path} ${status}`,
        ...severityOf(record),
        attributes: { ...callAttributes(record), 'tollgate.duration_ms': durationMs },
        context: traced === undefined ? ROOT_CONTEXT : contextOf(traced.traceId, traced.spanId, false),
      });
    },
    shutdown: () => provider.shutdown(),
  };
}

function severityOf({ status }: RequestRecord): { severityNumber: SeverityNumber; severityText: string } {
  if (status >= 500) return { severityNumber: SeverityNumber.ERROR, severityText: 'ERROR' };
  if (status >= 400) return { severityNumber: SeverityNumber.WARN, severityText: 'WARN' };
  return { severityNumber: SeverityNumber.INFO, severityText: 'INFO' };
}

function contextOf(traceId: string, spanId: string | undefined, isRemote: boolean): Context {
  if (spanId === undefined) return ROOT_CONTEXT;
  const span = { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote };
  return trace.setSpanContext(ROOT_CONTEXT, span);
}
