/** ReferenceGrant: whether an object of one namespace may refer to an object of another. */
import type { CompileContext } from './context.ts';
import { groups } from './objects.ts';

interface GrantSpec {
  from: { group: string; kind: string; namespace: string }[];
  to: { group: string; kind: string; name?: string }[];
}

export interface Reference {
  from: { group: string; kind: string; namespace: string };
  to: { group: string; kind: string; namespace: string; name: string };
}

export function isGranted(context: CompileContext, { from, to }: Reference): boolean {
  if (from.namespace === to.namespace) return true;
  return context.objects
    .list(groups.gatewayApi, 'ReferenceGrant')
    .filter((grant) => grant.metadata.namespace === to.namespace)
    .some((grant) => {
      const spec = grant['spec'] as GrantSpec;
      const allowsFrom = spec.from.some(
        (f) => f.group === from.group && f.kind === from.kind && f.namespace === from.namespace,
      );
      return (
        allowsFrom &&
        spec.to.some(
          (t) => t.group === to.group && t.kind === to.kind && (t.name === undefined || t.name === to.name),
        )
      );
    });
}
