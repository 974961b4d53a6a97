/**
 * The metrics as OpenMetrics 1.0 text, which carries exemplars. prom-client's own renderer for it renames counters: ours keeps
 * every sample's name, so that a query means the same in either format.
 */
import { Registry } from 'prom-client';

interface Sample {
  value: number;
  labels: Record<string, string | number>;
  metricName?: string;
  exemplar?: { labelSet: Record<string, string | number>; value: number; timestamp: number } | null;
}

export interface Exposition {
  contentType: string;
  text: string;
}

/** In the format that the reader's `Accept` header prefers: Prometheus' own text unless it asks for OpenMetrics. */
export async function expose(registry: Registry, accept: string | undefined): Promise<Exposition> {
  if (!prefersOpenMetrics(accept))
    return { contentType: Registry.PROMETHEUS_CONTENT_TYPE, text: await registry.metrics() };
  return { contentType: Registry.OPENMETRICS_CONTENT_TYPE, text: await openMetricsText(registry) };
}

function prefersOpenMetrics(accept = ''): boolean {
  let [open, plain] = [0, 0];
  for (const range of accept.split(',')) {
    const [type, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const given = parameters.find((parameter) => parameter.startsWith('q='));
    const quality = given === undefined ? 1 : Number(given.slice(2)) || 0;
    if (type === 'application/openmetrics-text') open = Math.max(open, quality);
    else if (type === 'text/plain') plain = Math.max(plain, quality);
  }
  return open > 0 && open >= plain;
}

async function openMetricsText(registry: Registry): Promise<string> {
  const lines: string[] = [];
  for (const metric of await registry.getMetricsAsJSON()) {
    const { family, type } = familyOf(metric.name, String(metric.type));
    lines.push(`# HELP ${family} ${escaped(metric.help)}`, `# TYPE ${family} ${type}`);
    for (const sample of metric.values as Sample[]) lines.push(sampleLine(metric.name, type, sample));
  }
  return `${lines.join('\n')}\n# EOF\n`;
}

/** A counter's samples must end with `_total`; those of the rate limit service have the original's names, which do not. */
function familyOf(name: string, type: string): { family: string; type: string } {
  if (type !== 'counter') return { family: name, type };
  return name.endsWith('_total')
    ? { family: name.slice(0, -'_total'.length), type }
    : { family: name, type: 'unknown' };
}

function sampleLine(name: string, type: string, { metricName, labels, value, exemplar }: Sample): string {
  const line = `${metricName ?? name}${labelText(labels)} ${numberText(value)}`;
  if (!exemplar || (type !== 'counter' && type !== 'histogram')) return line;
  const { labelSet, value: seen, timestamp } = exemplar;
  return `${line} # ${labelText(labelSet) || '{}'} ${numberText(seen)} ${timestamp}`;
}

function labelText(labels: Record<string, string | number>): string {
  const parts = Object.entries(labels).map(
    ([name, value]) => `${name}="${name === 'le' ? boundText(value) : escaped(String(value))}"`,
  );
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

/** A bucket's bound is a float: `1.0`. */
function boundText(bound: string | number): string {
  return typeof bound === 'number' && Number.isInteger(bound) ? bound.toFixed(1) : String(bound);
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return String(value);
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
