/** `/budgets:simulate` and `/budgets:preview`: what a budget would have done, before it is there. */
import type { ServerResponse } from 'node:http';
import { dependsOnRequest, keyMatches } from '../core/budget/key-match.ts';
import type { Budget, BudgetUnit } from '../core/budget/model.ts';
import { usdText } from '../core/budget/units.ts';
import { previousWindow } from '../core/budget/window.ts';
import { compileExpression } from '../core/cel/compile.ts';
import { selects } from '../core/config/objects.ts';
import { createPrices } from '../core/pricing/prices.ts';
import { Replay, type ReplayResult } from '../core/simulate/replay.ts';
import { callsInOrder } from './calls-in-order.ts';
import { type AdminContext, ledgerOf } from './context.ts';
import { eachKey } from './each-key.ts';
import { badField, Problem } from './problem.ts';
import { proposedBudget } from './proposed-budget.ts';
import type { Answer, Call } from './route.ts';

const maxGroups = 1_000;
const maxItems = 100;
const defaultMs = 30 * 86_400_000;
/** A preview is for a form that waits for it. */
const previewMs = 5_000;
/** Each reads the ledger as fast as it may. */
const maxAtOnce = 4;

/** Runs at most so many at once; then 503. */
export class SimulationGate {
  #running = 0;

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= maxAtOnce)
      throw new Problem(503, 'too_many', `${maxAtOnce} simulations are running already`, undefined, {
        'retry-after': '5',
      });
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
    }
  }
}

export interface SimulateBody {
  namespace?: string;
  name?: string;
  spec: object;
  from?: string;
  to?: string;
}

/** JSON; with `progress=true` server-sent events: `{"progress":0.4}` …, then `{"result":…}`. */
export function simulate(call: Call, gate: SimulationGate): Answer | Promise<Answer> {
  const { context, body, query, request } = call;
  const { from, to, ...proposal } = body as SimulateBody;
  const toMs = to === undefined ? context.nowMs() : Date.parse(to);
  const fromMs = from === undefined ? toMs - defaultMs : Date.parse(from);
  if (fromMs >= toMs) throw badField('from', 'must be before the end of the period');
  const budget = proposedBudget(context, proposal);
  const ledger = wholeLedger(context);
  const run = (progress: (share: number) => void) =>
    gate.run(async () => {
      const replay = newReplay(context, budget);
      for await (const { records, doneToMs } of callsInOrder(ledger, fromMs, toMs)) {
        if (request.socket.destroyed) break;
        for (const record of records) replay.add(record);
        progress((doneToMs - fromMs) / (toMs - fromMs));
      }
      return resultView(replay.finish());
    });
  if (query.get('progress') !== 'true') return run(() => undefined).then((json) => ({ status: 200, json }));
  return { stream: (response) => streamed(response, run) };
}

async function streamed(
  response: ServerResponse,
  run: (progress: (share: number) => void) => Promise<object>,
): Promise<void> {
  let told = 0;
  const send = (data: object) => response.write(`data: ${JSON.stringify(data)}\n\n`);
  const begin = () => {
    if (!response.headersSent)
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  };
  const result = await run((share) => {
    begin();
    const percent = Math.floor(share * 100);
    if (percent > told) send({ progress: percent / 100 });
    told = percent;
  });
  begin();
  send({ result });
  response.end();
}

function newReplay(context: AdminContext, budget: Budget): Replay {
  return new Replay(budget, compileExpression, createPrices(context.prices()));
}

/** An owner's budget selects the own team alone, and the counters of a replay are its own: the rest only passes by. */
function wholeLedger(context: AdminContext) {
  return ledgerOf(context.team?.whole ?? context);
}

function resultView({ refusedByGroup, peak, unit, ...figures }: ReplayResult): object {
  return {
    ...figures,
    unit,
    groups: refusedByGroup.length,
    refusedByGroup: refusedByGroup.slice(0, maxGroups).map(({ group, refused, firstAtMs }) => ({
      group,
      refused,
      firstAt: new Date(firstAtMs).toISOString(),
    })),
    ...(peak && {
      peak: {
        group: peak.group,
        used: amountView(unit, peak.used),
        limit: amountView(unit, peak.limit),
        at: new Date(peak.atMs).toISOString(),
      },
    }),
  };
}

function amountView(unit: BudgetUnit, amount: number): number | string {
  return unit === 'usd' ? usdText(amount) : amount;
}

export async function preview(call: Call, gate: SimulationGate): Promise<Answer> {
  const { context } = call;
  const proposal = call.body as SimulateBody;
  const budget = proposedBudget(context, proposal);
  const matchedKeys = await matchingKeys(context, budget, proposal.namespace);
  const lastWindow = await gate.run(() => lastWindowOf(context, budget));
  return { status: 200, json: { matchedKeys, lastWindow } };
}

async function matchingKeys(
  context: AdminContext,
  budget: Budget,
  namespace: string | undefined,
): Promise<object> {
  const byLabels = dependsOnRequest(budget);
  const stopAt = performance.now() + previewMs;
  const items: object[] = [];
  let total = 0;
  let complete = true;
  // Whatever has a label has its value in the text that is searched.
  const label = Object.values(budget.labels.matchLabels ?? {}).reduce(
    (a, b) => (a.length < b.length ? b : a),
    '',
  );
  for await (const key of eachKey(context, label.toLowerCase())) {
    complete = performance.now() < stopAt;
    if (!complete) break;
    if (namespace !== undefined && key.namespace !== namespace) continue;
    const matches = byLabels
      ? selects(budget.labels, key.labels)
      : keyMatches(budget, key.labels, key.metadata, compileExpression);
    if (!matches) continue;
    total += 1;
    const { id, name, owner, display } = key;
    if (items.length < maxItems) items.push({ id, namespace: key.namespace, name, owner, display });
  }
  return { total, items, dependsOnRequest: byLabels, ...(!complete && { atLeast: true }) };
}

/** What each group used in the window before the present one, whatever the limit. */
async function lastWindowOf(context: AdminContext, budget: Budget): Promise<object> {
  if (budget.unit === 'concurrency') return { complete: true, groups: [] };
  const { fromMs, toMs } = previousWindow(budget.window, context.nowMs());
  const replay = newReplay(context, { ...budget, onExceeded: { type: 'Report' } });
  const ledger = wholeLedger(context);
  const stopAt = performance.now() + previewMs;
  let complete = true;
  for await (const { records } of callsInOrder(ledger, fromMs, toMs)) {
    for (const record of records) replay.add(record);
    complete = performance.now() < stopAt;
    if (!complete) break;
  }
  replay.finish();
  const groups = [...replay.usedByGroup()]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, maxItems)
    .map(([group, used]) => ({ group, used: amountView(budget.unit, used) }));
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString(), complete, groups };
}
