/** Shares of a priority group's calls. Neither API has a field for them, so they are an annotation of the backend. */
import type { KubeObject } from '../resources/object.ts';
import type { ProviderSpec } from './provider-targets.ts';

/** `claude-eu=3,claude-us=1`. */
export const weightsAnnotation = 'tollgate.dev/weights';
/** As of an HTTPRoute's `backendRefs`. */
const mostWeight = 1_000_000;

export type WeightOf = (provider: ProviderSpec) => { weight?: number };

/**
 * Of the providers of one group. Where one of a group is named, those that are not have 1; a group with none that is named goes by load.
 * A fault where a part cannot be read, a name is there twice, or no provider has it.
 */
export function weightsOf(
  backend: KubeObject,
  groups: readonly { providers: readonly ProviderSpec[] }[],
): { ofGroup: (group: { providers: readonly ProviderSpec[] }) => WeightOf } | { fault: string } {
  const text = backend.metadata.annotations?.[weightsAnnotation];
  if (text === undefined) return { ofGroup: () => () => ({}) };
  const weights = new Map<string, number>();
  const names = new Set(groups.flatMap(({ providers }) => providers.map(({ name }) => name)));
  for (const part of text.split(',')) {
    const [, name = '', digits] = /^\s*([^=\s]+)=(\d{1,7})\s*$/.exec(part) ?? [];
    const weight = Number(digits);
    if (!(weight <= mostWeight))
      return fault(`"${part}" is not a provider and its weight, such as claude-eu=3`);
    if (!names.has(name)) return fault(`there is no provider "${name}"`);
    if (weights.has(name)) return fault(`"${name}" has two weights`);
    weights.set(name, weight);
  }
  return {
    ofGroup: ({ providers }) => {
      const isWeighted = providers.some(({ name = '' }) => weights.has(name));
      return ({ name = '' }) => (isWeighted ? { weight: weights.get(name) ?? 1 } : {});
    },
  };
}

function fault(why: string): { fault: string } {
  return { fault: `annotation ${weightsAnnotation}: ${why}` };
}
