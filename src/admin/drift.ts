/** `/drift`: budget counters that differ from what the ledger's calls add up to, and their repair. */
import { usdText } from '../core/budget/units.ts';
import { any, flag, list, record, required, text, whole } from '../core/resources/schema-builders.ts';
import type { Believed, CounterDrift, DriftCheck } from '../storage/drift.ts';
import type { AdminContext } from './context.ts';
import { Problem } from './problem.ts';
import type { Call, Route } from './route.ts';

const amount = (description: string) => any(`${description} Dollars as decimal text, all others numbers.`);

const driftSchema = record('A difference.', {
  counter: required(text('Name of the counter, as `GET /counters` has it.')),
  budget: text('`namespace/name`; absent where the name is too long to tell.'),
  unit: text('What is counted.'),
  group: text('Values of `groupBy`.'),
  windowStart: required(text('Begin of the window.', { format: 'date-time' })),
  windowSeconds: required(whole('Its length, as the counter is kept.')),
  counted: required(amount('What the counter says, and what is enforced.')),
  entered: required(amount('What the ledger’s calls add up to.')),
});

export const driftRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/drift',
    access: 'viewer',
    summary: 'Budget counters that differ from the ledger',
    answer: {
      status: 200,
      description: 'Differences of windows that have not ended',
      schema: record('Differences.', { items: required(list('None: all agree.', driftSchema)) }),
    },
    async serve({ context }) {
      const drifts = await checkOf(context).find();
      return { status: 200, json: { items: drifts.map(driftView) } };
    },
  },
  {
    method: 'POST',
    path: '/drift:repair',
    access: 'admin',
    summary: 'Change the side that is not believed; only tells what it would do unless `dryRun` is false',
    body: record('Which side is right.', {
      believe: required(
        text('`ledger`: counters are set to it. `counters`: the ledger’s sums get a correction.', {
          enum: ['ledger', 'counters'],
        }),
      ),
      dryRun: flag('Default true: nothing is changed.'),
    }),
    answer: {
      status: 200,
      description: 'What was (or would be) changed',
      schema: record('Repairs.', {
        dryRun: required(flag('Whether it was one.')),
        believe: required(text('As asked.')),
        repaired: required(list('Changed, or to be changed.', driftSchema)),
        skipped: required(
          list('Could not be changed this way: believe the other side, or reset them.', driftSchema),
        ),
      }),
    },
    serve: repair,
  },
];

async function repair(call: Call) {
  const { context, body } = call;
  const { believe, dryRun = true } = body as { believe: Believed; dryRun?: boolean };
  const check = checkOf(context);
  const drifts = await check.find();
  const left = new Set(
    dryRun
      ? believe === 'ledger'
        ? []
        : drifts.filter(({ of }) => of === undefined)
      : await check.repair(drifts, believe),
  );
  const repaired = drifts.filter((drift) => !left.has(drift));
  if (!dryRun)
    for (const { key, counted, entered } of repaired)
      call.audit('drift.repair', `Counter/${key}`, { believe, counted, entered });
  return {
    status: 200,
    json: { dryRun, believe, repaired: repaired.map(driftView), skipped: [...left].map(driftView) },
  };
}

function checkOf({ drift }: AdminContext): DriftCheck {
  if (drift === undefined)
    throw new Problem(503, 'no_ledger', 'this gateway does not compare its counters with a ledger');
  return drift;
}

function driftView({ key, windowStart, windowSeconds, counted, entered, of }: CounterDrift): object {
  const shown = (value: number) => (of?.unit === 'usd' ? usdText(value) : value);
  return {
    counter: key,
    ...of,
    windowStart: new Date(windowStart * 1000).toISOString(),
    windowSeconds,
    counted: shown(counted),
    entered: shown(entered),
  };
}
