/**
 * Resources → the snapshot that the data path works from, the status of every object, and the objects that a Gateway has
 * beside it. Pure: the same resources give the same result whatever the order they came in.
 */
import type { CompileRegex } from '../guard/regex.ts';
import type { RateLimitConfig } from '../ratelimit/model.ts';
import { BackendCompiler } from './backends.ts';
import { compileBudgets } from './budgets.ts';
import type { CompileContext } from './context.ts';
import { gatewayClassStatuses } from './gateway-classes.ts';
import { compileGateways, type Gateways } from './gateways.ts';
import { compileHttpRoutes } from './http-routes.ts';
import type { KeyBook } from './key-faults.ts';
import { type ObjectSource, Objects } from './objects.ts';
import { type OwnedObject, ownedObjects } from './owned-objects.ts';
import { compilePolicies } from './policies.ts';
import { policyStatuses } from './policy-status.ts';
import { type RateLimitSources, readRateLimits } from './rate-limit-config.ts';
import type { Snapshot } from './snapshot.ts';
import type { StatusWrite } from './status-write.ts';
import { type IsPriced, unpricedModels } from './unpriced-models.ts';
import type { KeyToIssue } from './virtual-key-value.ts';
import { compileVirtualKeys } from './virtual-keys.ts';

export interface CompileOptions {
  generation: number;
  nowRfc3339: string;
  /** Lower-case hex. */
  sha256: (text: string) => string;
  /** Provider name → URL that stands in for its default endpoint. */
  providerUrls: Readonly<Record<string, string>>;
  /** The address that Gateways report. */
  address: string;
  /** The rate limit configuration in force, kept when the one at hand is not valid. */
  previousRateLimits?: RateLimitConfig;
  /** Asked at every compilation; absent: the ConfigMaps. */
  rateLimitSources?: () => RateLimitSources;
  /** Whether the price list has a model; absent: nothing is said about prices. */
  isPriced?: IsPriced;
  /** The engine of guards' expressions. */
  compileRegex?: CompileRegex;
  /** All VirtualKeys, kept up by the caller: they are then no part of snapshot and statuses. Absent: they are read anew. */
  keyBook?: KeyBook;
  /** Ports that could not be opened, and why. */
  bindErrors: Readonly<Record<number, string>>;
}

export interface CompileResult {
  snapshot: Snapshot;
  statuses: StatusWrite[];
  owned: OwnedObject[];
  toIssue: KeyToIssue[];
  /** For statuses of keys that change alone. */
  gateways: Gateways;
}

export function compileConfiguration(source: ObjectSource, options: CompileOptions): CompileResult {
  const objects = new Objects(source);
  const rateLimits = readRateLimits(objects, options.previousRateLimits, options.rateLimitSources?.());
  const context: CompileContext = { ...options, objects, keySets: {}, rateLimits };
  const backends = new BackendCompiler(context);
  const gateways = compileGateways(context);
  const policies = compilePolicies(context);
  const virtualKeys = compileVirtualKeys(context, gateways);
  const budgets = compileBudgets(context, gateways);
  const guards = { policies, virtualKeys, budgets };
  const routes = compileHttpRoutes(context, gateways, guards, backends);
  const tracing = policies.tracing(gateways);
  const snapshot: Snapshot = {
    generation: options.generation,
    binds: gateways.binds(),
    backends: backends.compileAll(policies),
    keySets: context.keySets,
    budgets: budgets.all,
    ...(rateLimits.config === undefined ? {} : { rateLimits: rateLimits.config }),
    ...(Object.keys(tracing).length > 0 && { tracing }),
    rateLimitErrors: rateLimits.errors.map(({ message }) => message),
  };
  return {
    snapshot,
    statuses: [
      ...gatewayClassStatuses(context),
      ...gateways.statuses(),
      ...routes.statuses,
      ...backends.statuses(),
      ...policyStatuses(context, policies, gateways, routes),
      ...virtualKeys.statuses,
      ...budgets.statuses((gateway) =>
        options.isPriced === undefined ? [] : unpricedModels(snapshot, gateway, options.isPriced),
      ),
    ],
    owned: ownedObjects(context, gateways),
    toIssue: virtualKeys.toIssue,
    gateways,
  };
}
