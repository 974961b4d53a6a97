/** OpenTelemetry's standard environment variables: whether traces and logs are exported, and which calls are traced. */
import { parseSampler, type TraceSampler } from '../core/trace/sampler.ts';

export interface OtelSettings {
  /** Present: calls are traced, and the spans of those that it takes are exported. */
  traces?: { sampler: TraceSampler };
  logs: boolean;
  /** What was given and is not understood. */
  faults: string[];
}

type Signal = 'traces' | 'logs';

const parentBasedAlwaysOn: TraceSampler = { ratio: 1, parentBased: true };

export function readOtelSettings(env: NodeJS.ProcessEnv): OtelSettings {
  const faults: string[] = [];
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return { logs: false, faults };
  const traces = isExported('traces', env, faults);
  const logs = isExported('logs', env, faults);
  return { ...(traces && { traces: { sampler: samplerOf(env, faults) } }), logs, faults };
}

function isExported(signal: Signal, env: NodeJS.ProcessEnv, faults: string[]): boolean {
  const name = signal.toUpperCase();
  const endpoint = env[`OTEL_EXPORTER_OTLP_${name}_ENDPOINT`] || env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  if (!endpoint) return false;
  const exporter = env[`OTEL_${name}_EXPORTER`] || 'otlp';
  if (exporter === 'none') return false;
  if (exporter !== 'otlp') {
    faults.push(`OTEL_${name}_EXPORTER: only otlp and none are known here`);
    return false;
  }
  if (!URL.canParse(endpoint) || !/^https?:/.test(endpoint)) {
    faults.push(`the OTLP endpoint for ${signal} is not a URL`);
    return false;
  }
  const protocol = env[`OTEL_EXPORTER_OTLP_${name}_PROTOCOL`] || env['OTEL_EXPORTER_OTLP_PROTOCOL'];
  if (protocol && protocol !== 'http/json')
    faults.push(
      `the OTLP protocol for ${signal} is http/json here, not ${protocol}: collectors take it on the port for HTTP (4318)`,
    );
  return true;
}

function samplerOf(env: NodeJS.ProcessEnv, faults: string[]): TraceSampler {
  const name = env['OTEL_TRACES_SAMPLER'];
  if (!name) return parentBasedAlwaysOn;
  const sampler = parseSampler(name, env['OTEL_TRACES_SAMPLER_ARG']);
  if (sampler !== undefined) return sampler;
  faults.push('OTEL_TRACES_SAMPLER or its argument is not one of the standard ones: every call is traced');
  return parentBasedAlwaysOn;
}
