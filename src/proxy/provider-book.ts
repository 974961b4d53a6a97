/**
 * What this thread knows of the providers it calls: kept from one configuration to the next, so that a change of a route does not
 * bring back a provider that is out. Backends that have one provider and say nothing about health are not followed.
 */
import type { CelProgram, CompileExpression } from '../core/cel/compile.ts';
import type { AiBackend, Backend, ProviderTarget } from '../core/config/snapshot.ts';
import type { HealthPolicy } from '../core/resilience/model.ts';
import { type ProviderHealth, unknownProvider } from '../core/resilience/provider-health.ts';
import { fullBudget, type RetryBudget } from '../core/resilience/retry-budget.ts';

/** A place for a value that is replaced as calls go by. */
export interface Cell<T> {
  value: T;
}

export interface FollowedProvider {
  standing: Cell<ProviderHealth>;
  policy: HealthPolicy;
  /** Compiled `unhealthyCondition`. */
  unhealthy?: CelProgram;
}

export interface FollowedBackend {
  /** Shaped as an AI backend's groups; undefined where providers are not followed. */
  providers: (FollowedProvider | undefined)[][];
  retries: Cell<RetryBudget>;
}

export class ProviderBook {
  #standings = new Map<string, Cell<ProviderHealth>>();
  #retries = new Map<string, Cell<RetryBudget>>();

  /** By the backend's key in the snapshot. What the configuration no longer names is forgotten. */
  follow(
    backends: Readonly<Record<string, Backend>>,
    compile: CompileExpression,
    nowMs: number,
  ): Map<string, FollowedBackend> {
    const [standings, retries] = [this.#standings, this.#retries];
    this.#standings = new Map();
    this.#retries = new Map();
    const followed = new Map<string, FollowedBackend>();
    for (const [name, backend] of Object.entries(backends)) {
      const budget = retries.get(name) ?? { value: fullBudget(nowMs) };
      this.#retries.set(name, budget);
      const providers = backend.type === 'ai' ? this.#providersOf(backend, standings, compile) : [];
      followed.set(name, { providers, retries: budget });
    }
    return followed;
  }

  #providersOf(
    backend: AiBackend,
    before: ReadonlyMap<string, Cell<ProviderHealth>>,
    compile: CompileExpression,
  ): (FollowedProvider | undefined)[][] {
    return backend.groups.map((group) =>
      group.map((target) => {
        const { health: policy } = target;
        if (policy === undefined) return undefined;
        const id = identityOf(target);
        const standing = this.#standings.get(id) ?? before.get(id) ?? { value: unknownProvider };
        this.#standings.set(id, standing);
        const compiled =
          policy.unhealthyCondition === undefined ? undefined : compile(policy.unhealthyCondition);
        return { standing, policy, ...(compiled?.ok && { unhealthy: compiled.program }) };
      }),
    );
  }
}

/** Another address is another provider, whatever its name. */
function identityOf({ name, origin }: ProviderTarget): string {
  return `${name} ${origin}`;
}
