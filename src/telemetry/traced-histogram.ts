/** A histogram whose buckets remember the trace of one call each (exemplars): shown where OpenMetrics is asked for. */
import { Histogram, Registry } from 'prom-client';

export interface HistogramShape {
  name: string;
  help: string;
  labelNames: readonly string[];
  buckets: number[];
}

export class TracedHistogram {
  readonly #histogram: Histogram;

  constructor(registry: Registry, shape: HistogramShape) {
    // prom-client makes exemplars in OpenMetrics registries only; ours is of the other kind, and exposes both formats.
    const own = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>();
    own.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    this.#histogram = new Histogram({ ...shape, enableExemplars: true, registers: [own] });
    registry.registerMetric(this.#histogram);
  }

  observe(labels: Record<string, string>, value: number, traceId: string | undefined): void {
    const exemplarLabels: Record<string, string> = traceId === undefined ? {} : { trace_id: traceId };
    this.#histogram.observe({ labels, value, exemplarLabels });
  }
}
