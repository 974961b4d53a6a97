/** `/prices`: the price list in force. */
import { list, mapOf, record, required, text, whole } from '../core/resources/schema-builders.ts';
import { pageOf, pageParameters } from './page.ts';
import type { Route } from './route.ts';

export const priceRoute: Route = {
  method: 'GET',
  path: '/prices',
  access: 'team',
  summary: 'The price list: US dollars per million tokens',
  query: { search: text('Found in provider and model, in any case.'), ...pageParameters },
  answer: {
    status: 200,
    description: 'One page',
    schema: record('A page of prices.', {
      version: required(text('Of the list.')),
      items: required(
        list(
          'By provider and model.',
          record('A price.', {
            provider: required(text('Provider.')),
            model: required(text('Model; `*` at the end stands for any characters.')),
            rates: required(mapOf('Kind of token → dollars per million, decimal text.', text('Dollars.'))),
          }),
        ),
      ),
      total: required(whole('On all pages.')),
    }),
  },
  serve({ context, query }) {
    const { version = 'unversioned', providers } = context.prices();
    const search = (query.get('search') ?? '').toLowerCase();
    const found = Object.entries(providers)
      .flatMap(([provider, { models }]) =>
        Object.entries(models).map(([model, { rates }]) => ({ provider, model, rates })),
      )
      .filter(({ provider, model }) => `${provider}/${model}`.toLowerCase().includes(search));
    return { status: 200, json: { version, items: pageOf(found, query), total: found.length } };
  },
};
