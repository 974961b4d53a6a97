/** Calls, tokens and dollars by the labels that the operator chose. Computed from the same records as the ledger. */
import { Counter, type Registry } from 'prom-client';
import { outcomeOf } from '../core/outcome.ts';
import type { RequestRecord } from '../core/record.ts';
import { BoundedSeries } from './bounded-series.ts';
import { labelName, type MetricsSettings } from './metrics-settings.ts';
import { tokenKinds } from './token-kinds.ts';

const nanoPerUsd = 1e9;
const ownLabels = ['token_type', 'outcome'];

type ReadLabel = (record: RequestRecord) => string | undefined;

const readers: Record<string, ReadLabel> = {
  user: ({ key }) => key?.user,
  key: ({ key }) => key?.id,
  model: ({ llm }) => llm?.requestModel,
  provider: ({ llm }) => llm?.provider,
  route: ({ route }) => route,
  gateway: ({ gateway }) => gateway,
  backend: ({ backend }) => backend,
};

export class SpendMetrics {
  readonly #read: ReadLabel[];
  readonly #series: BoundedSeries;
  readonly #calls: Counter;
  readonly #tokens: Counter;
  readonly #cost: Counter;
  readonly #unpriced: Counter;

  /** Throws when two labels come out as one name. */
  constructor(registry: Registry, { labels, labelValues }: Pick<MetricsSettings, 'labels' | 'labelValues'>) {
    const names = labels.map(labelName);
    const twice = names.find((name, at) => names.indexOf(name) !== at || ownLabels.includes(name));
    if (twice !== undefined) throw new Error(`the metrics can not have the label "${twice}" twice`);
    this.#read = labels.map((label) => readers[label] ?? labelOfKey(label));
    this.#series = new BoundedSeries(names, labelValues);
    const counter = (name: string, help: string, more: string[] = []) =>
      new Counter({ name, help, labelNames: [...names, ...more], registers: [registry] });
    this.#calls = counter('tollgate_calls_total', 'Calls made with a key or to a model, by how they ended.', [
      'outcome',
    ]);
    this.#tokens = counter(
      'tollgate_tokens_total',
      'Tokens used, by kind; those read from and written to a cache are in the input too.',
      ['token_type'],
    );
    this.#cost = counter('tollgate_cost_usd_total', 'US dollars that the calls cost.');
    this.#unpriced = counter('tollgate_unpriced_calls_total', 'Calls to models that have no price.');
  }

  observe(record: RequestRecord): void {
    const { llm, key } = record;
    if (llm === undefined && key === undefined) return;
    const labels = this.#series.of(this.#read.map((read) => read(record)));
    this.#calls.inc({ ...labels, outcome: outcomeOf(record) });
    if (llm?.usage === undefined) return;
    const kinds = tokenKinds(llm.usage);
    for (const [kind, amount] of kinds) this.#tokens.inc({ ...labels, token_type: kind }, amount);
    if (llm.costNano !== undefined) this.#cost.inc(labels, llm.costNano / nanoPerUsd);
    else if (kinds.some(([, amount]) => amount > 0)) this.#unpriced.inc(labels);
  }
}

/** VirtualKeys have labels; keys in Secrets have metadata only. */
function labelOfKey(name: string): ReadLabel {
  return ({ key }) => {
    const value = key?.labels[name] ?? key?.metadata[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  };
}
