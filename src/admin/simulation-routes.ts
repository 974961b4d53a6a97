/** The routes of simulation and preview. */
import { any, flag, list, mapOf, record, required, text, whole } from '../core/resources/schema-builders.ts';
import { spec as budgetSpec } from '../core/resources/schemas/budget.ts';
import { preview, SimulationGate, simulate } from './budget-simulation.ts';
import { namespaceOf } from './key-schemas.ts';
import type { Route } from './route.ts';

const proposal = {
  namespace: namespaceOf('Left out: that of the oldest Gateway.'),
  name: text('For messages.', { minLength: 1, maxLength: 253 }),
  spec: required(budgetSpec),
};
const moment = (description: string) => text(description, { format: 'date-time' });
const amount = (description: string) => any(`${description} Dollars as decimal text, all others numbers.`);

const resultSchema = record('What the budget would have done.', {
  calls: required(whole('That it would have counted; calls that were refused anyway are left out.')),
  refused: required(whole('Of these.')),
  refusedBecause: required(mapOf('Code of the refusal → how many.', whole('Calls.'))),
  groups: required(whole('With refused calls.')),
  refusedByGroup: required(
    list(
      'Most first, 1,000 at most.',
      record('A group.', {
        group: required(text('Values of `groupBy`; empty: one shared counter, or the group cannot be told.')),
        refused: required(whole('Calls.')),
        firstAt: required(moment('When the first of them began.')),
      }),
    ),
  ),
  shortened: required(whole('Answered shorter, so that the limit holds.')),
  switched: required(
    whole('Answered by the cheaper model; its cost is counted as that of the model asked for.'),
  ),
  costNanoSaved: required(whole('Nano-dollars that refused and shortened calls cost.')),
  tokensSaved: required(whole('Tokens that refused and shortened calls used.')),
  unit: required(text('What the budget counts.')),
  peak: record('The fullest that a counter was.', {
    group: required(text('Of the counter.')),
    used: required(amount('Then.')),
    limit: required(amount('In force then.')),
    at: required(moment('When.')),
  }),
});

const previewSchema = record('Whom a budget would hold, and what they used.', {
  matchedKeys: required(
    record('Keys that it selects.', {
      total: required(whole('How many.')),
      items: required(
        list(
          'The first 100.',
          record('A key.', {
            id: required(text('As in `GET /keys`.')),
            namespace: required(text('Namespace.')),
            name: required(text('Name.')),
            owner: text('Who holds it.'),
            display: text('What people recognise it by.'),
          }),
        ),
      ),
      atLeast: flag('There may be more than `total`: more keys were there than a few seconds suffice for.'),
      dependsOnRequest: required(
        flag('The expression looks at the request too: labels alone were compared.'),
      ),
    }),
  ),
  lastWindow: required(
    record('The window that ended last; of a rolling one the present, of a lifetime all there was.', {
      from: moment('Its begin.'),
      to: moment('Its end.'),
      complete: required(flag('False: there were more calls than a few seconds suffice for.')),
      groups: required(
        list(
          'Most first, 100 at most.',
          record('A group.', { group: required(text('Group.')), used: required(amount('Used.')) }),
        ),
      ),
    }),
  ),
});

export function simulationRoutes(): readonly Route[] {
  const gate = new SimulationGate();
  return [
    {
      method: 'POST',
      path: '/budgets:simulate',
      access: 'team',
      summary: 'Replay the ledger against a proposed budget; nothing is written',
      query: {
        progress: text('`true`: server-sent events, `{"progress":0.4}` … and last `{"result":…}`.', {
          enum: ['true', 'false'],
        }),
      },
      body: record('A budget and a period.', {
        ...proposal,
        from: moment('Default: 30 days before the end.'),
        to: moment('Default: now.'),
      }),
      answer: {
        status: 200,
        description: 'The outcome',
        schema: resultSchema,
        mediaTypes: ['text/event-stream'],
      },
      serve: (call) => simulate(call, gate),
    },
    {
      method: 'POST',
      path: '/budgets:preview',
      access: 'team',
      summary: 'Whom a proposed budget would hold, and what they used in its last window; nothing is written',
      body: record('A budget.', proposal),
      answer: { status: 200, description: 'The preview', schema: previewSchema },
      serve: (call) => preview(call, gate),
    },
  ];
}
