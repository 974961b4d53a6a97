/** Budgets → what the data path enforces on each Gateway, and their statuses. A budget that can't be compiled refuses. */

import type {
  Budget,
  BudgetAlert,
  BudgetOverride,
  BudgetUnit,
  BudgetWindow,
  ExceededAction,
} from '../budget/model.ts';
import { nanoUsd } from '../budget/units.ts';
import { isTimeZone } from '../budget/window.ts';
import { compileExpression } from '../cel/compile.ts';
import type { Condition, KubeObject } from '../resources/object.ts';
import { conditions } from './conditions.ts';
import type { CompileContext } from './context.ts';
import { durationMs } from './durations.ts';
import type { Gateways } from './gateways.ts';
import { groups, type LabelSelector, nameOf } from './objects.ts';
import type { StatusWrite } from './status-write.ts';

type LimitSpec = Partial<Record<Exclude<BudgetUnit, 'usd'>, number>> & { usd?: string };

interface BudgetSpec {
  selector?: LabelSelector & { expression?: string };
  groupBy?: string[];
  limit: LimitSpec;
  window?: { calendar?: string; timeZone?: string; rolling?: string; lifetime?: boolean };
  enforcement: 'Hard' | 'Soft';
  onExceeded?: { action: string; model?: string; maxDelay: string };
  reservation?: { defaultOutputTokens: number; minimumOutputTokens: number };
  overrides?: { from: string; to: string; limit: LimitSpec; reason?: string }[];
  alerts?: BudgetAlert[];
  failureMode: 'FailClosed' | 'FailOpen';
  targetRefs?: { name: string }[];
}

export interface CompiledBudgets {
  /** `unpriced`: models without a price that a Gateway's routes call. */
  statuses(unpriced: (gateway: string) => string[]): StatusWrite[];
  all: Budget[];
  /** In force on a Gateway (`namespace/name`); `broken` ones refuse every call through it. */
  on(gateway: string): { budgets: Budget[]; broken: { policy: string; message: string }[] };
}

interface Compiled {
  object: KubeObject;
  budget: Budget | undefined;
  name: string;
  gateways: string[];
  faults: string[];
}

export function compileBudgets(context: CompileContext, gateways: Gateways): CompiledBudgets {
  const all = context.objects.list(groups.tollgate, 'Budget').map((object) => compileOne(object, gateways));
  return {
    statuses: (unpriced) =>
      all.map((compiled) => ({
        object: compiled.object,
        status: statusOf(context, compiled, [...new Set(compiled.gateways.flatMap(unpriced))]),
      })),
    all: all.flatMap(({ budget }) => (budget === undefined ? [] : [budget])),
    on: (gateway) => {
      const here = all.filter((compiled) => compiled.gateways.includes(gateway));
      return {
        budgets: here.flatMap(({ budget }) => (budget === undefined ? [] : [budget])),
        broken: here
          .filter(({ budget }) => budget === undefined)
          .map(({ name, faults }) => ({ policy: `Budget ${name}`, message: faults.join('; ') })),
      };
    },
  };
}

/** What keeps a Budget from being compiled, and so would refuse every call: for whoever is about to write it. */
export function budgetFaults(object: KubeObject): string[] {
  return compileOne(object, { all: [], find: () => undefined }).faults.filter(
    (fault) => !/^Gateway .* not found$/.test(fault),
  );
}

/** What an admitted Budget without faults enforces, wherever it may be. */
export function budgetOf(object: KubeObject): Budget {
  const { budget, name } = compileOne(object, { all: [], find: () => ({}) as never });
  if (budget === undefined) throw new Error(`Budget ${name} cannot be compiled`);
  return budget;
}

function compileOne(object: KubeObject, gateways: Pick<Gateways, 'all' | 'find'>): Compiled {
  const spec = object['spec'] as BudgetSpec;
  const namespace = object.metadata.namespace!;
  const name = nameOf(object);
  const faults: string[] = [];
  const expressions = [
    ...(spec.groupBy ?? []),
    ...(spec.selector?.expression ? [spec.selector.expression] : []),
  ];
  for (const expression of expressions) {
    const compiled = compileExpression(expression);
    if (!compiled.ok) faults.push(`expression ${expression}: ${compiled.error}`);
  }
  const [unit, limit] = limitOf(spec.limit);
  if (!Number.isSafeInteger(limit)) faults.push(`limit.${unit}: at most ${maxUsd} US dollars can be counted`);
  const window = windowOf(spec.window, faults);
  const overrides = (spec.overrides ?? []).flatMap((override, index) =>
    overrideOf(override, unit, window, `overrides[${index}]`, faults),
  );
  const { expression, ...labels } = spec.selector ?? {};
  const budget: Budget = {
    name,
    unit,
    limit,
    overrides,
    window,
    hard: spec.enforcement === 'Hard',
    onExceeded: actionOf(spec.onExceeded),
    failOpen: spec.failureMode === 'FailOpen',
    defaultOutputTokens: spec.reservation?.defaultOutputTokens ?? 4_096,
    minimumOutputTokens: spec.reservation?.minimumOutputTokens ?? 1,
    labels,
    ...(expression === undefined ? {} : { expression }),
    groupBy: spec.groupBy ?? [],
    alerts: spec.alerts ?? [],
  };
  const missing = (spec.targetRefs ?? []).filter((ref) => gateways.find(namespace, ref.name) === undefined);
  const broken = faults.length > 0;
  for (const ref of missing) faults.push(`Gateway ${namespace}/${ref.name} not found`);
  return {
    object,
    budget: broken ? undefined : budget,
    name,
    faults,
    gateways: gatewaysOf(namespace, spec, gateways),
  };
}

function gatewaysOf(
  namespace: string,
  { targetRefs }: BudgetSpec,
  gateways: Pick<Gateways, 'all'>,
): string[] {
  return gateways.all
    .filter(({ object }) => object.metadata.namespace === namespace)
    .filter(
      ({ object }) => targetRefs === undefined || targetRefs.some((ref) => ref.name === object.metadata.name),
    )
    .map(({ object }) => nameOf(object));
}

/** Counters hold nano-dollars exactly up to 2⁵³. */
const maxUsd = Math.floor(Number.MAX_SAFE_INTEGER / 1e9);

/** The schema has seen to it that there is exactly one. */
function limitOf(spec: LimitSpec): [BudgetUnit, number] {
  const [unit, value] = Object.entries(spec)[0] as [BudgetUnit, number | string];
  return [unit, unit === 'usd' ? nanoUsd(String(value)) : Number(value)];
}

function windowOf(spec: BudgetSpec['window'], faults: string[]): BudgetWindow {
  if (spec?.rolling !== undefined) {
    const seconds = Math.round(durationMs(spec.rolling) / 1000);
    if (seconds < 60) faults.push(`window.rolling: ${spec.rolling} is less than a minute`);
    return { type: 'rolling', seconds };
  }
  if (spec?.calendar === undefined) return { type: 'lifetime' };
  const timeZone = spec.timeZone ?? 'UTC';
  if (!isTimeZone(timeZone)) faults.push(`window.timeZone: "${timeZone}" is not an IANA time zone`);
  return { type: 'calendar', period: spec.calendar as 'Day', timeZone };
}

function overrideOf(
  spec: NonNullable<BudgetSpec['overrides']>[number],
  unit: BudgetUnit,
  window: BudgetWindow,
  path: string,
  faults: string[],
): BudgetOverride[] {
  const [ownUnit, limit] = limitOf(spec.limit);
  if (ownUnit !== unit) {
    faults.push(`${path}.limit is in ${ownUnit}, the budget in ${unit}`);
    return [];
  }
  const zone = window.type === 'calendar' && isTimeZone(window.timeZone) ? window.timeZone : 'UTC';
  const fromMs = momentOf(spec.from, zone, 0);
  const toMs = momentOf(spec.to, zone, 1);
  if (Number.isNaN(fromMs) || Number.isNaN(toMs)) faults.push(`${path}: from or to is not a day or a moment`);
  else if (toMs <= fromMs) faults.push(`${path}: to is not after from`);
  return [{ fromMs, toMs, limit, ...(spec.reason === undefined ? {} : { reason: spec.reason }) }];
}

/** A day begins at its own begin in the zone; the last day of a span is included, hence `addDays`. */
function momentOf(text: string, timeZone: string, addDays: number): number {
  try {
    if (text.includes('T')) return Temporal.Instant.from(text).epochMilliseconds;
    return Temporal.PlainDate.from(text).add({ days: addDays }).toZonedDateTime(timeZone).epochMilliseconds;
  } catch {
    return Number.NaN;
  }
}

function actionOf(spec: BudgetSpec['onExceeded']): ExceededAction {
  if (spec?.action === 'SwitchModel') return { type: 'SwitchModel', model: spec.model! };
  if (spec?.action === 'Delay') return { type: 'Delay', maxMs: durationMs(spec.maxDelay) };
  return { type: spec?.action === 'Report' ? 'Report' : 'Reject' };
}

function statusOf(
  context: CompileContext,
  { object, budget, faults, gateways }: Compiled,
  unpriced: readonly string[],
): Record<string, unknown> {
  const { conditions: before, ...figures } = (object['status'] ?? {}) as { conditions?: Condition[] };
  const refused = budget === undefined ? 'Calls through its Gateways are refused until this is mended: ' : '';
  const ok = faults.length === 0;
  const accepted = {
    type: 'Accepted',
    status: ok,
    reason: ok ? 'Valid' : 'Invalid',
    message: ok
      ? `In force on ${gateways.length === 0 ? 'no Gateway' : gateways.join(', ')}`
      : refused + faults.join('; '),
  };
  return {
    ...figures,
    conditions: conditions(object, before, [accepted, ...pricedOf(budget, unpriced)], context),
  };
}

const maxNamed = 10;

/** Of dollar budgets: which calls it cannot count, and so refuses. */
function pricedOf(budget: Budget | undefined, unpriced: readonly string[]) {
  if (budget?.unit !== 'usd') return [];
  const priced = {
    type: 'Priced',
    status: true,
    reason: 'AllPriced',
    message: 'Every model named by a route has a price',
  };
  if (unpriced.length === 0) return [priced];
  const more = unpriced.length > maxNamed ? ` and ${unpriced.length - maxNamed} more` : '';
  const outcome = budget.onExceeded.type === 'Report' ? 'are not counted' : 'that it selects are refused';
  const message = `No price for ${unpriced.slice(0, maxNamed).join(', ')}${more}: calls to them ${outcome}`;
  return [{ ...priced, status: false, reason: 'ModelsWithoutPrice', message }];
}
