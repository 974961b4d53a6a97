/**
 * Counters and histograms whose series the caller holds on to: a call costs an addition, not a look-up by labels. They are in a
 * prom-client registry like any other metric.
 */
import type { Metric, Registry } from 'prom-client';
import type { RequestRecord } from '../core/record.ts';

type Labels = Readonly<Record<string, string>>;

interface Sample {
  labels: Record<string, string | number>;
  value: number;
  metricName?: string;
  exemplar?: Exemplar;
}

/** The trace of one call that was counted in a bucket: shown where OpenMetrics is asked for. */
interface Exemplar {
  labelSet: { trace_id: string };
  value: number;
  /** Unix seconds. */
  timestamp: number;
}

/** Only a trace that somebody keeps can be looked at. */
export function exemplarOf({ trace }: RequestRecord): string | undefined {
  return trace?.sampled ? trace.traceId : undefined;
}

export class CounterSeries {
  value = 0;

  add(amount: number): void {
    this.value += amount;
  }
}

export class SeriesCounter {
  readonly #series: [labels: Labels, series: CounterSeries][] = [];

  constructor(registry: Registry, name: string, help: string) {
    register(registry, name, help, 'counter', () =>
      this.#series.map(([labels, { value }]) => ({ labels, value })),
    );
  }

  /** A new one: two with the same labels would be told twice. */
  series(labels: Labels): CounterSeries {
    const series = new CounterSeries();
    this.#series.push([labels, series]);
    return series;
  }
}

export class HistogramSeries {
  readonly bounds: readonly number[];
  /** One more than there are bounds: what is above them all. */
  readonly counts: Float64Array;
  readonly exemplars: (Exemplar | undefined)[] = [];
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number, traceId?: string): void {
    const { bounds } = this;
    let at = 0;
    while (at < bounds.length && value > bounds[at]!) at++;
    this.counts[at]! += 1;
    this.sum += value;
    if (traceId !== undefined)
      this.exemplars[at] = { labelSet: { trace_id: traceId }, value, timestamp: Date.now() / 1_000 };
  }
}

export class SeriesHistogram {
  readonly #series: [labels: Labels, series: HistogramSeries][] = [];
  readonly #bounds: readonly number[];

  constructor(registry: Registry, name: string, help: string, bounds: readonly number[]) {
    this.#bounds = bounds;
    register(registry, name, help, 'histogram', () =>
      // A series may have been made for a figure that never came.
      this.#series.flatMap(([labels, series]) => samplesOf(name, labels, series)),
    );
  }

  series(labels: Labels): HistogramSeries {
    const series = new HistogramSeries(this.#bounds);
    this.#series.push([labels, series]);
    return series;
  }
}

function samplesOf(name: string, labels: Labels, series: HistogramSeries): Sample[] {
  const { bounds, counts, exemplars, sum } = series;
  const samples: Sample[] = [];
  let count = 0;
  for (const [at, here] of counts.entries()) {
    count += here;
    const exemplar = exemplars[at];
    samples.push({
      labels: { le: bounds[at] ?? '+Inf', ...labels },
      value: count,
      metricName: `${name}_bucket`,
      ...(exemplar && { exemplar }),
    });
  }
  if (count === 0) return [];
  samples.push({ labels, value: sum, metricName: `${name}_sum` });
  samples.push({ labels, value: count, metricName: `${name}_count` });
  return samples;
}

function register(
  registry: Registry,
  name: string,
  help: string,
  type: 'counter' | 'histogram',
  values: () => Sample[],
): void {
  const metric = {
    name,
    help,
    type,
    aggregator: 'sum',
    get: async () => ({ name, help, type, aggregator: 'sum', values: values() }),
    reset: () => {},
  };
  registry.registerMetric(metric as unknown as Metric);
}
