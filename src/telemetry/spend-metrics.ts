/** Calls, tokens and dollars by the labels that the operator chose. Computed from the same records as the ledger. */
import type { Registry } from 'prom-client';
import { type CallOutcome, outcomeOf } from '../core/outcome.ts';
import type { RequestRecord } from '../core/record.ts';
import { labelName, type MetricsSettings } from './metrics-settings.ts';
import { type CounterSeries, SeriesCounter } from './series.ts';
import { labelled, SeriesCache } from './series-cache.ts';
import { type AnyTokenKind, allTokenKinds } from './token-kinds.ts';

const nanoPerUsd = 1e9;
const ownLabels = ['token_type', 'outcome'];
const mostCombinations = 2_000;

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

/** Made when there is something to count: zeros of every kind would only be noise. */
interface SpendSeries {
  calls(outcome: CallOutcome): CounterSeries;
  tokens(kind: AnyTokenKind): CounterSeries;
  cost(): CounterSeries;
  unpriced(): CounterSeries;
}

export class SpendMetrics {
  readonly #read: ReadLabel[];
  readonly #series: SeriesCache<SpendSeries>;

  /** Throws when two labels come out as one name. */
  constructor(registry: Registry, { labels, labelValues }: Pick<MetricsSettings, 'labels' | 'labelValues'>) {
    const names = labels.map(labelName);
    const twice = names.find((name, at) => names.indexOf(name) !== at || ownLabels.includes(name));
    if (twice !== undefined) throw new Error(`the metrics can not have the label "${twice}" twice`);
    this.#read = labels.map((label) => readers[label] ?? labelOfKey(label));
    const counter = (name: string, help: string) => new SeriesCounter(registry, name, help);
    const calls = counter('tollgate_calls_total', 'Calls made with a key or to a model, by how they ended.');
    const tokens = counter(
      'tollgate_tokens_total',
      'Tokens used, by kind; kinds that begin with input_ or output_ are in the input or output too.',
    );
    const cost = counter('tollgate_cost_usd_total', 'US dollars that the calls cost.');
    const unpriced = counter('tollgate_unpriced_calls_total', 'Calls to models that have no price.');
    const make = (values: readonly string[]): SpendSeries => {
      const own = labelled(names, values);
      return {
        calls: perName((outcome) => calls.series({ ...own, outcome })),
        tokens: perName((kind) => tokens.series({ ...own, token_type: kind })),
        cost: once(() => cost.series(own)),
        unpriced: once(() => unpriced.series(own)),
      };
    };
    this.#series = new SeriesCache({ fromCallers: names.length, labelValues, most: mostCombinations, make });
  }

  observe(record: RequestRecord): void {
    const { llm, key } = record;
    if (llm === undefined && key === undefined) return;
    const series = this.#series.at(this.#read.map((read) => read(record)));
    series.calls(outcomeOf(record)).add(1);
    if (llm?.usage === undefined) return;
    let used = 0;
    for (const [kind, amount] of allTokenKinds(llm.usage)) {
      series.tokens(kind).add(amount);
      used += amount;
    }
    if (llm.costNano !== undefined) series.cost().add(llm.costNano / nanoPerUsd);
    else if (used > 0) series.unpriced().add(1);
  }
}

function perName<Name extends string>(make: (name: Name) => CounterSeries): (name: Name) => CounterSeries {
  const made = new Map<Name, CounterSeries>();
  return (name) => {
    let series = made.get(name);
    if (series === undefined) {
      series = make(name);
      made.set(name, series);
    }
    return series;
  };
}

function once(make: () => CounterSeries): () => CounterSeries {
  let made: CounterSeries | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** VirtualKeys have labels; keys in Secrets have metadata only. */
function labelOfKey(name: string): ReadLabel {
  return ({ key }) => {
    const value = key?.labels[name] ?? key?.metadata[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  };
}
