/** Models that a Gateway's routes call by name and that the price list does not have: dollar budgets refuse them. */
import type { ProviderTarget, Snapshot } from './snapshot.ts';

export type IsPriced = (provider: string, model: string) => boolean;

/** `provider/model`, in alphabetical order. */
export function unpricedModels(
  snapshot: Pick<Snapshot, 'binds' | 'backends'>,
  gateway: string,
  isPriced: IsPriced,
): string[] {
  const found = new Set<string>();
  for (const { listeners } of snapshot.binds)
    for (const listener of listeners) {
      if (listener.gateway !== gateway) continue;
      const rules = listener.routes.flatMap((route) => route.rules);
      for (const { backend = '' } of rules.flatMap((rule) => rule.backends))
        for (const target of targetsOf(snapshot, backend))
          for (const model of modelsOf(target)) {
            const vendor = target.vendor ?? target.provider;
            if (!isPriced(vendor, model)) found.add(`${vendor}/${model}`);
          }
    }
  return [...found].sort();
}

function targetsOf({ backends }: Pick<Snapshot, 'backends'>, name: string): ProviderTarget[] {
  const backend = backends[name];
  return backend?.type === 'ai' ? backend.groups.flat() : [];
}

/** What clients ask for beside that is known only when they do. */
function modelsOf({ model, modelAliases }: ProviderTarget): string[] {
  return [...(model === undefined ? [] : [model]), ...Object.values(modelAliases)];
}
