/** Models that a Gateway's routes call by name and that the price list does not have: dollar budgets refuse them. */
import type { ProviderTarget, RouteRule, Snapshot } from './snapshot.ts';

export type IsPriced = (provider: string, model: string) => boolean;

/** `provider/model`, in alphabetical order. */
export function unpricedModels(
  snapshot: Pick<Snapshot, 'binds' | 'backends'>,
  gateway: string,
  isPriced: IsPriced,
): string[] {
  const found = new Set<string>();
  const add = (target: ProviderTarget, model: string) => {
    const vendor = target.vendor ?? target.provider;
    if (!isPriced(vendor, model)) found.add(`${vendor}/${model}`);
  };
  for (const rule of rulesOf(snapshot, gateway)) {
    for (const { backend = '' } of rule.backends)
      for (const target of targetsOf(snapshot, backend))
        for (const model of modelsOf(target)) add(target, model);
    for (const { name, backend, stripPrefix } of rule.models ?? [])
      for (const target of targetsOf(snapshot, backend))
        for (const model of askedFor(target, name, stripPrefix)) add(target, model);
  }
  return [...found].sort();
}

function rulesOf({ binds }: Pick<Snapshot, 'binds'>, gateway: string): RouteRule[] {
  return binds.flatMap(({ listeners }) =>
    listeners
      .filter((listener) => listener.gateway === gateway)
      .flatMap(({ routes }) => routes.flatMap(({ rules }) => rules)),
  );
}

/** Where the target names no model, the one that is asked for is called, if that is a name in full. */
function askedFor(target: ProviderTarget, name: string, stripPrefix = ''): string[] {
  const named = modelsOf(target);
  if (target.model !== undefined || name.includes('*')) return named;
  return [name.startsWith(stripPrefix) ? name.slice(stripPrefix.length) : name, ...named];
}

function targetsOf({ backends }: Pick<Snapshot, 'backends'>, name: string): ProviderTarget[] {
  const backend = backends[name];
  return backend?.type === 'ai' ? backend.groups.flat() : [];
}

/** What clients ask for beside that is known only when they do. */
function modelsOf({ model, modelAliases }: ProviderTarget): string[] {
  return [...(model === undefined ? [] : [model]), ...Object.values(modelAliases)];
}
