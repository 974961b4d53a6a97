/** `/me`: what the holder of a key may know: the key, the budgets that it draws on, and what it has used. */
import { groupName } from '../core/budget/counter-keys.ts';
import { keyMatches } from '../core/budget/key-match.ts';
import { budgetsOfKey } from '../core/budget/limit.ts';
import type { Budget } from '../core/budget/model.ts';
import { unused } from '../core/budget/standing.ts';
import { asText, compileExpression } from '../core/cel/compile.ts';
import { termsOfMetadata } from '../core/config/key-terms.ts';
import type { KeyEntry } from '../core/config/snapshot.ts';
import { list, open, record, required, text } from '../core/resources/schema-builders.ts';
import { noFigures } from '../storage/no-figures.ts';
import { counterView, standingsNow } from './budget-view.ts';
import { counterSchema } from './budgets.ts';
import type { AdminContext } from './context.ts';
import { type KeyUsageReader, monthStartMs } from './key-usage.ts';
import { findView } from './key-view.ts';
import { answerOf } from './keys.ts';
import { totalOf } from './overview.ts';
import { Problem } from './problem.ts';
import type { Route } from './route.ts';
import { figuresFields } from './usage.ts';

export function meRoute(usage: KeyUsageReader): Route {
  return {
    method: 'GET',
    path: '/me',
    access: 'holder',
    summary: 'The key that asks: its limits, budgets and usage',
    answer: {
      status: 200,
      description: 'What is known of it',
      schema: record('The key that asks.', {
        key: required(open('As `GET /keys` has it, without where it is kept.')),
        budgets: required(
          list(
            'Its own counters.',
            record('A counter of a budget.', {
              name: required(text('`namespace/name`, or the limit of the key itself.')),
              unit: required(text('What is counted.')),
              ...counterSchema.properties,
            }),
          ),
        ),
        usage: required(
          record('UTC.', {
            month: required(record('This calendar month.', figuresFields)),
            day: required(record('Today.', figuresFields)),
          }),
        ),
      }),
    },
    async serve(call) {
      const { key } = call.principal();
      if (key === undefined)
        throw new Problem(
          403,
          'role',
          'this is for the holder of a virtual key: send it as Authorization: Bearer …',
        );
      const { context } = call;
      return {
        status: 200,
        json: {
          key: await ownKey(context, key, usage),
          budgets: await countersOf(context, key),
          usage: await usageOf(context, key),
        },
      };
    },
  };
}

async function ownKey(context: AdminContext, key: KeyEntry, usage: KeyUsageReader): Promise<object> {
  const [, namespace = '', ...name] = key.id.split('/');
  const view = findView(context, namespace, name.join('/'));
  if (view === undefined) return {};
  const {
    id: _,
    source: __,
    namespace: ___,
    resourceVersion: ____,
    editable: _____,
    ...own
  } = (await answerOf(view, usage)) as Record<string, unknown>;
  return own;
}

/** Budgets that depend on the request (its model, its path) are left out: which counter is drawn on is known only then. */
export async function countersOf(context: AdminContext, key: KeyEntry): Promise<object[]> {
  const mine = drawnOn(context, key);
  const standings = await standingsNow(
    context,
    mine.map(({ budget }) => budget),
  );
  return mine.map(({ budget, group }) => {
    const found = standings.get(budget.name)?.find((standing) => standing.group === group);
    const standing = found ?? { ...unused(budget, context.nowMs()), group };
    return { name: budget.name.replace(`${key.id}#`, ''), unit: budget.unit, ...counterView(standing) };
  });
}

/** Budgets and the group of theirs that the key alone decides on. */
export function drawnOn(context: AdminContext, key: KeyEntry): { budget: Budget; group: string }[] {
  const terms = key.terms ?? termsOfMetadata(key.metadata);
  const variables = { apiKey: key.metadata };
  const mine: { budget: Budget; group: string }[] = [];
  for (const budget of context.inForce().budgets) {
    if (!keyMatches(budget, terms.labels, key.metadata, compileExpression)) continue;
    const group = groupOf(budget, variables);
    if (group !== undefined) mine.push({ budget, group });
  }
  for (const budget of budgetsOfKey(key.id, terms.limits ?? {})) mine.push({ budget, group: '' });
  return mine;
}

function groupOf({ groupBy }: Budget, variables: Record<string, unknown>): string | undefined {
  try {
    const values = groupBy.map((expression) => {
      const compiled = compileExpression(expression);
      if (!compiled.ok) throw new Error(compiled.error);
      return asText(compiled.program, variables);
    });
    return groupName(values);
  } catch {
    return undefined;
  }
}

async function usageOf({ ledger, nowMs }: AdminContext, { id }: KeyEntry): Promise<object> {
  if (ledger === undefined) return { month: noFigures, day: noFigures };
  const now = nowMs();
  const day = Math.floor(now / 86_400_000) * 86_400_000;
  return {
    month: await totalOf(ledger, { key: id, fromMs: monthStartMs(now) }),
    day: await totalOf(ledger, { key: id, fromMs: day }),
  };
}
