/** Composition of the export of traces and logs: the SDK is loaded only when a collector is named. */
import type { RecordFeed } from './record-feed.ts';
import type { ShutdownStack } from './shutdown-stack.ts';
import { readOtelSettings } from './telemetry/otel-settings.ts';
import { productVersion } from './version.ts';

export interface OtlpParts {
  feed: RecordFeed;
  env: NodeJS.ProcessEnv;
  log: { warn(fields: object, message: string): void };
  stack: ShutdownStack;
}

/** How long the end of the process waits for a collector. */
const stopMs = 2_000;

export async function startOtlp(parts: OtlpParts): Promise<void> {
  const { feed, env, log, stack } = parts;
  const { traces, logs, faults } = readOtelSettings(env);
  for (const fault of faults) log.warn({}, fault);
  if (traces === undefined && !logs) return;
  const { startOtlpExport } = await import('./telemetry/otlp-export.ts');
  const otlp = startOtlpExport({
    traces: traces !== undefined,
    logs,
    version: productVersion(),
    env,
    warn: (detail) => log.warn({ detail }, 'traces or logs could not be delivered to the collector'),
    nowMs: Date.now,
  });
  stack.add(() => otlp.stop(stopMs));
  feed.subscribe(otlp.observe);
}
