/**
 * `/usage/kinds`: tokens by kind, and what each kind cost. The ledger knows what calls cost in all. Where the price list in force explains
 * that to the nano-dollar, day by day and model by model, the cost is told apart by it; what it does not explain is never guessed.
 */
import { type TokenKind, tokenKinds } from '../core/llm/usage-kinds.ts';
import {
  type CostsByKind,
  costsByKind,
  nanoPerUnit,
  noCosts,
  ordinaryRates,
  sumOfCosts,
} from '../core/pricing/kind-costs.ts';
import type { PriceCatalog } from '../core/pricing/prices.ts';
import type { Rates } from '../core/pricing/rates.ts';
import { list, record, required, text, whole } from '../core/resources/schema-builders.ts';
import type { LedgerFilter, LedgerStore, UsageQuery, UsageRow } from '../storage/ledger.ts';
import { noFigures } from '../storage/no-figures.ts';
import { ledgerOf } from './context.ts';
import { filterOf, usageQueryOf } from './reports.ts';
import type { Route } from './route.ts';
import { filterParameters } from './usage.ts';

/** As many rows as a report has at most. */
const mostRows = 10_000;

export const usageKindsRoute: Route = {
  method: 'GET',
  path: '/usage/kinds',
  access: 'team',
  summary: 'Tokens by kind and what each kind cost; `label.NAME=value` filters by a label',
  query: {
    ...filterParameters,
    groupBy: text('As of a report: what `named` looks in.'),
    named: text('Only groups with this text in a name, in any case.'),
  },
  answer: {
    status: 200,
    description: 'Every kind',
    schema: record('Tokens by kind.', {
      items: required(
        list(
          'What is a part of another kind stands behind it, and is in it.',
          record('A kind.', {
            kind: required(text('As in a report.', { enum: [...tokenKinds] })),
            tokens: required(whole('Of all calls.')),
            costNano: required(whole('Nano-dollars, of the calls whose cost is told apart.')),
          }),
        ),
      ),
      costNano: required(whole('Nano-dollars, of all calls.')),
      explainedNano: required(
        whole(
          'Of these, what is told apart. The rest: prices of other days, of long contexts or service tiers, or another model’s attempts.',
        ),
      ),
    }),
  },
  async serve({ context, query }) {
    const ledger = ledgerOf(context);
    const filter = filterOf(query);
    const { named } = usageQueryOf(query);
    const only = named === undefined ? {} : { named };
    const [total = { ...noFigures, group: {} }] = await ledger.usage(filter, { groupBy: [], ...only });
    const { costs, explainedNano } = explained(await parts(ledger, filter, only), context.prices());
    const items = tokenKinds.map((kind: TokenKind) => ({
      kind,
      tokens: total[kind],
      costNano: Number(costs[kind] / nanoPerUnit),
    }));
    return { status: 200, json: { items, costNano: total.costNano, explainedNano } };
  },
};

/** By the day, since prices change; where that is too much, of the whole time. */
async function parts(
  ledger: LedgerStore,
  filter: LedgerFilter,
  only: Pick<UsageQuery, 'named'>,
): Promise<UsageRow[]> {
  const query: UsageQuery = { groupBy: ['provider', 'model'], ...only };
  const byDay = await ledger.usage(filter, { ...query, bucket: 'day' });
  return byDay.length < mostRows ? byDay : ledger.usage(filter, query);
}

function explained(
  rows: readonly UsageRow[],
  catalog: PriceCatalog,
): { costs: CostsByKind; explainedNano: number } {
  const known = new Map<string, Rates | undefined>();
  let costs = noCosts;
  let explainedNano = 0;
  for (const row of rows) {
    const { provider = '', model = '' } = row.group;
    const id = `${provider} ${model}`;
    if (!known.has(id)) known.set(id, ordinaryRates(catalog, provider, model));
    const rates = known.get(id);
    if (rates === undefined || row.costNano === 0) continue;
    const own = costsByKind(row, rates);
    // Each call's cost was rounded up to a whole nano-dollar, and a call may have had several attempts.
    const rounding = row.costNano - Number((own.inputTokens + own.outputTokens) / nanoPerUnit);
    if (rounding < 0 || rounding > 2 * row.requests) continue;
    costs = sumOfCosts(costs, own);
    explainedNano += row.costNano;
  }
  return { costs, explainedNano };
}
