/** `/prices`: the price list in force. */
import type { PriceSource } from '../core/pricing/catalog.ts';
import { list, mapOf, record, required, text, whole } from '../core/resources/schema-builders.ts';
import { csvOf } from '../core/text/csv.ts';
import { pageOf, pageParameters } from './page.ts';
import type { Route } from './route.ts';

/** Kinds of token that tables have columns for. */
const sortedRates = ['input', 'output', 'cacheRead', 'cacheWrite', 'cacheWrite1h'];

export const priceRoute: Route = {
  method: 'GET',
  path: '/prices',
  access: 'team',
  summary: 'The price list: US dollars per million tokens',
  query: {
    search: text('Found in provider and model, in any case.'),
    sort: text('Default model: by provider and model. Those without such a rate come last.', {
      enum: ['model', ...sortedRates],
    }),
    order: text('Default asc.', { enum: ['asc', 'desc'] }),
    format: text('Default json; csv has all pages.', { enum: ['json', 'csv'] }),
    ...pageParameters,
  },
  answer: {
    status: 200,
    description: 'One page',
    mediaTypes: ['text/csv'],
    schema: record('A page of prices.', {
      version: required(text('Of the lists that are laid over each other.')),
      sources: required(
        list(
          'Where prices come from; a later one wins over an earlier one, model by model.',
          record('A source.', {
            name: required(text('`shipped`, `file PATH` or `ConfigMap namespace/name`.')),
            version: text('As it says itself.'),
            loadedAt: required(text('When what is in force was read.', { format: 'date-time' })),
            models: required(whole('How many it has.')),
            error: text('Why what stands there now is not in force; what stood there before is.'),
          }),
        ),
      ),
      items: required(
        list(
          'As `sort` says.',
          record('A price.', {
            provider: required(text('Provider.')),
            model: required(text('Model; `*` at the end stands for any characters.')),
            source: required(text('Name of the source.')),
            rates: required(mapOf('Kind of token → dollars per million, decimal text.', text('Dollars.'))),
          }),
        ),
      ),
      total: required(whole('On all pages.')),
    }),
  },
  serve({ context, query }) {
    const { version = 'unversioned', providers } = context.prices();
    const sources = context.priceSources();
    const search = (query.get('search') ?? '').toLowerCase();
    const found = Object.entries(providers)
      .flatMap(([provider, { models }]) =>
        Object.entries(models).map(([model, { rates }]) => ({ provider, model, rates })),
      )
      .filter(({ provider, model }) => `${provider}/${model}`.toLowerCase().includes(search))
      .sort(orderOf(query));
    if (query.get('format') === 'csv')
      return {
        status: 200,
        text: pricesAsCsv(found.map((item) => ({ ...item, source: sourceOf(sources, item) }))),
        mediaType: 'text/csv; charset=utf-8',
        fileName: 'prices.csv',
      };
    const items = pageOf(found, query).map((item) => ({ ...item, source: sourceOf(sources, item) }));
    const json = { version, sources: sources.map(sourceView), items, total: found.length };
    return { status: 200, json };
  },
};

interface Listed {
  provider: string;
  model: string;
  rates: Readonly<Record<string, string | undefined>>;
}

/** Of the same rate: by provider and model. */
function orderOf(query: URLSearchParams): (a: Listed, b: Listed) => number {
  const sign = query.get('order') === 'desc' ? -1 : 1;
  const sort = query.get('sort') ?? 'model';
  const nameOf = ({ provider, model }: Listed) => `${provider}/${model}`;
  const byName = (a: Listed, b: Listed) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0);
  if (sort === 'model') return (a, b) => sign * byName(a, b);
  return (a, b) => {
    const [one, other] = [a.rates[sort], b.rates[sort]];
    if (one === undefined || other === undefined)
      return Number(one === undefined) - Number(other === undefined) || byName(a, b);
    return sign * (Number(one) - Number(other)) || byName(a, b);
  };
}

/** Columns for every kind of token that something here has a price for. */
function pricesAsCsv(items: readonly (Listed & { source: string })[]): string {
  const kinds = [...new Set([...sortedRates, ...items.flatMap(({ rates }) => Object.keys(rates))])];
  return csvOf(
    ['provider', 'model', 'source', ...kinds],
    items.map(({ provider, model, source, rates }) => [
      provider,
      model,
      source,
      ...kinds.map((kind) => rates[kind]),
    ]),
  );
}

function sourceOf(
  sources: readonly PriceSource[],
  { provider, model }: Record<'provider' | 'model', string>,
): string {
  const has = ({ catalog }: PriceSource) => Object.hasOwn(catalog.providers[provider]?.models ?? {}, model);
  return sources.findLast(has)?.name ?? '';
}

function sourceView({ name, loadedAtMs, catalog, error }: PriceSource): object {
  const models = Object.values(catalog.providers).reduce((n, one) => n + Object.keys(one.models).length, 0);
  return {
    name,
    ...(catalog.version === undefined ? {} : { version: catalog.version }),
    loadedAt: new Date(loadedAtMs).toISOString(),
    models,
    ...(error === undefined ? {} : { error }),
  };
}
