/** `/overview`: a period beside the one before it, who and what used most, and how fast answers came. */
import { list, record, required, text, whole } from '../core/resources/schema-builders.ts';
import type { LedgerStore, UsageDimension, UsageFigures } from '../storage/ledger.ts';
import { noFigures } from '../storage/no-figures.ts';
import { ledgerOf } from './context.ts';
import { Problem } from './problem.ts';
import { periodOf } from './reports.ts';
import type { Route } from './route.ts';
import { figuresFields, periodParameters } from './usage.ts';

const defaultMs = 7 * 86_400_000;
const topCount = 10;

const top = list(
  'Dearest first, ten at most.',
  record('One of them.', {
    name: required(text('Empty where the record has none.')),
    tokens: required(whole('Input and output.')),
    costNano: required(whole('Nano-dollars.')),
    requests: required(whole('Calls.')),
  }),
);
const percentiles = record('Milliseconds of calls that were answered; empty when there were none.', {
  p50: { type: 'number', description: 'Half were faster.' },
  p95: { type: 'number', description: 'One in twenty was slower.' },
});

export const overviewRoute: Route = {
  method: 'GET',
  path: '/overview',
  access: 'team',
  summary: 'The last seven days, or a period of your own, at a glance',
  query: periodParameters,
  answer: {
    status: 200,
    description: 'At a glance',
    schema: record('Overview.', {
      current: required(record('Of the period.', figuresFields)),
      previous: required(record('Of the period of the same length before it.', figuresFields)),
      topUsers: required(top),
      topModels: required(top),
      topTeams: required({ ...top, description: 'By the label `team`; dearest first, ten at most.' }),
      latencyMs: required(percentiles),
      timeToFirstTokenMs: required(percentiles),
    }),
  },
  async serve({ context, query }) {
    const ledger = ledgerOf(context);
    const given = periodOf(query);
    const toMs = given.toMs ?? context.nowMs();
    const fromMs = given.fromMs ?? toMs - defaultMs;
    if (fromMs >= toMs) throw new Problem(400, 'query', 'must be before the end of the period', 'from');
    const period = { fromMs, toMs };
    const latency = await ledger.latency(period);
    return {
      status: 200,
      json: {
        current: await totalOf(ledger, period),
        previous: await totalOf(ledger, { fromMs: 2 * fromMs - toMs, toMs: fromMs }),
        topUsers: await topOf(ledger, period, 'user'),
        topModels: await topOf(ledger, period, 'model'),
        topTeams: await topOf(ledger, period, 'label:team'),
        latencyMs: latency.durationMs ?? {},
        timeToFirstTokenMs: latency.timeToFirstTokenMs ?? {},
      },
    };
  },
};

interface Period {
  fromMs: number;
  toMs: number;
}

export async function totalOf(
  ledger: LedgerStore,
  filter: { fromMs: number; toMs?: number; key?: string },
): Promise<UsageFigures> {
  const [row] = await ledger.usage(filter, { groupBy: [] });
  const { group: _, ...figures } = row ?? { group: {}, ...noFigures };
  return figures;
}

async function topOf(ledger: LedgerStore, period: Period, dimension: UsageDimension): Promise<object[]> {
  const rows = await ledger.usage(period, { groupBy: [dimension], page: { limit: topCount, offset: 0 } });
  return rows.map(({ group, tokens, costNano, requests }) => ({
    name: group[dimension] ?? '',
    tokens,
    costNano,
    requests,
  }));
}
