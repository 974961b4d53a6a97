/**
 * One call as the data path's thread takes it, without HTTP: key found by its hash, three budgets planned by the policies themselves,
 * reserved, decided, settled with the call's ledger entry.
 */
import { hash } from 'node:crypto';
import { dailyBudget } from '../src/core/budget/budget.fixture.ts';
import type { ReservationOutcome } from '../src/core/budget/model.ts';
import { compileExpression } from '../src/core/cel/compile.ts';
import { termsOfMetadata } from '../src/core/config/key-terms.ts';
import { compileApiKey } from '../src/core/policy/api-key.ts';
import { compileBudgets } from '../src/core/policy/budgets.ts';
import type { PolicyContext } from '../src/core/policy/policy.ts';
import type { Accounts } from '../src/storage/accounts.ts';
import { ledgerRecord } from '../src/storage/ledger.fixture.ts';

const value = 'tg-bench';
const labels = { user: 'mike', team: 'platform', company: 'acme' };
const keys = new Map(
  Array.from({ length: 1_000 }, (_, n) => [hash('sha256', n === 0 ? value : `key ${n}`), keyOf(n)]),
);
const byKey = compileApiKey({ policy: 'bench', mode: 'Strict', keySets: ['bench'] });
const budgets = compileBudgets(
  Object.entries(labels).map(([name, label]) =>
    dailyBudget({
      name: `agentgateway-system/${name}`,
      limit: 1e15,
      labels: { matchLabels: { [name]: label } },
    }),
  ),
  compileExpression,
);
const usage = {
  ...{ inputTokens: 40, cachedInputTokens: 0, cacheWriteTokens: 0, cacheWrite1hTokens: 0 },
  ...{ outputTokens: 80, reasoningTokens: 0, estimated: false },
};
const entry = JSON.stringify(ledgerRecord(1));

function keyOf(n: number) {
  const own = { ...labels, user: n === 0 ? labels.user : `user-${n}` };
  return { id: `VirtualKey/ns/key-${n}`, metadata: own, terms: termsOfMetadata(own) };
}

function contextOf(): PolicyContext {
  return {
    request: {
      ...{ method: 'POST', host: 'localhost', path: '/anthropic', query: '', authorizationHeaders: 1 },
      headers: { authorization: `Bearer ${value}` },
    },
    nowMs: Date.now(),
    source: '127.0.0.1',
    variables: {},
    switchedBy: new Set(),
    decisions: [],
    llm: {
      ...{ model: 'claude-sonnet-5', boundInput: () => 700, maxOutput: 100, hasOutput: true },
      ...{ answers: 1, canShorten: true, costNano: 0 },
    },
  };
}

/** Settles the call: what it used, and its entry. */
export type EndCall = () => void;

/** A promise where the call has to wait for the server. Throws when it is refused: the benchmark's limits are out of reach. */
export function beginCall(accounts: Accounts): EndCall | Promise<EndCall> {
  const context = contextOf();
  const asked = byKey.plan(context);
  const find = 'operations' in asked ? asked.operations[0] : undefined;
  const key = find?.kind === 'find-key' ? keys.get(hash('sha256', find.value)) : undefined;
  if (byKey.apply(context, [{ kind: 'find-key', ...(key && { key }) }]) !== undefined)
    throw new Error('no such key');
  const plan = budgets.plan(context);
  const operation = 'operations' in plan ? plan.operations[0] : undefined;
  if (operation?.kind !== 'reserve' || operation.request.items.length !== 3)
    throw new Error('no three budgets');
  const outcome = accounts.reserve(operation.request);
  const decided = (told: ReservationOutcome): EndCall => {
    if (budgets.apply(context, [{ kind: 'reserve', outcome: told }]) !== undefined)
      throw new Error('refused');
    return () => {
      for (const settled of budgets.settle!(context, usage))
        if (settled.kind === 'settle') void accounts.settle(settled.charges, entry);
    };
  };
  return outcome instanceof Promise ? outcome.then(decided) : decided(outcome);
}
