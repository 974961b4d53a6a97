/**
 * What would become of everything else without one object: the configuration is compiled with it and without it, and the two are
 * compared. So what is told here is what would happen, whatever led to it: a reference, a selector, an inheritance.
 */
import type { KubeObject, ObjectRef } from '../resources/object.ts';
import { type CompileOptions, type CompileResult, compileConfiguration } from './compile.ts';
import { faultsIn } from './condition-faults.ts';
import type { Consequence } from './consequence.ts';
import { isSetOfVirtualKeys } from './key-set-names.ts';
import { groups, type ObjectSource } from './objects.ts';
import { changedRules } from './rule-changes.ts';

/** What does not change from one compilation to the next. */
export type CompileSettings = Pick<
  CompileOptions,
  'sha256' | 'providerUrls' | 'address' | 'rateLimitSources' | 'isPriced' | 'compileRegex'
>;

const most = 200;

export function consequencesWithout(
  source: ObjectSource,
  ref: ObjectRef,
  settings: CompileSettings & Pick<CompileOptions, 'nowRfc3339'>,
): Consequence[] {
  const options = { ...settings, generation: 0, bindErrors: {} };
  const fewer = fewerKeys(source, ref);
  const before = compileConfiguration(fewer, options);
  const after = compileConfiguration(withoutObject(fewer, ref), options);
  const found = [
    ...closedPorts(before, after),
    ...changedRules(before.snapshot, after.snapshot),
    ...stoppedKeys(before, after, ref),
    ...endedBudgets(before, after),
  ];
  const known = new Set(found.map(({ kind, name }) => `${kind}/${name}`));
  const faults = faultsIn(before.statuses, after.statuses).filter(
    ({ kind, name }) => !known.has(`${kind}/${name}`),
  );
  return once([...found, ...faults], ref).slice(0, most);
}

const isSame = ({ metadata }: KubeObject, { namespace, name }: ObjectRef) =>
  metadata.name === name && metadata.namespace === namespace;

function withoutObject(source: ObjectSource, ref: ObjectRef): ObjectSource {
  return {
    list: (group, kind) => {
      const all = source.list(group, kind);
      return group === ref.group && kind === ref.kind ? all.filter((object) => !isSame(object, ref)) : all;
    },
  };
}

/** There may be very many VirtualKeys. What matters is which Gateways they open, and those that the object itself makes. */
function fewerKeys(source: ObjectSource, ref: ObjectRef): ObjectSource {
  const places = new Set<string>();
  const isVirtualKey = ref.group === groups.tollgate && ref.kind === 'VirtualKey';
  const kept = source.list(groups.tollgate, 'VirtualKey').filter((key) => {
    if (isVirtualKey && isSame(key, ref)) return true;
    const { issueTo, targetRefs = [] } = key['spec'] as KeySpec;
    const { namespace } = key.metadata;
    if (ref.kind === 'Secret' && issueTo?.secretName === ref.name && namespace === ref.namespace) return true;
    const place = `${namespace} ${targetRefs.map(({ name }) => name).join()}`;
    return places.size < places.add(place).size;
  });
  return {
    list: (group, kind) =>
      group === groups.tollgate && kind === 'VirtualKey' ? kept : source.list(group, kind),
  };
}

interface KeySpec {
  issueTo?: { secretName: string };
  targetRefs?: { name: string }[];
}

function closedPorts({ snapshot }: CompileResult, after: CompileResult): Consequence[] {
  const open = new Set(after.snapshot.binds.map(({ port }) => port));
  return snapshot.binds
    .filter(({ port }) => !open.has(port))
    .map(({ port, listeners }) => ({
      effect: 'port-closes',
      kind: 'Gateway',
      name: listeners[0]?.gateway ?? '',
      detail: String(port),
    }));
}

/** A Gateway that goes takes its own set of VirtualKeys with it: the keys stay what they are. */
function stoppedKeys(before: CompileResult, after: CompileResult, ref: ObjectRef): Consequence[] {
  return Object.entries(before.snapshot.keySets).flatMap(([set, { keys }]) => {
    const left = after.snapshot.keySets[set];
    if (left === undefined && isSetOfVirtualKeys(set) && ref.kind === 'Gateway') return [];
    const ids = new Set(left?.keys.map(({ id }) => id));
    return keys.filter(({ id }) => !ids.has(id)).map(({ id }) => keyStops(id));
  });
}

/** `VirtualKey/ns/name`, `Secret/ns/secret/entry`. */
function keyStops(id: string): Consequence {
  const slash = id.indexOf('/');
  return { effect: 'key-stops', kind: id.slice(0, slash), name: id.slice(slash + 1) };
}

function endedBudgets(before: CompileResult, after: CompileResult): Consequence[] {
  const left = new Set(after.snapshot.budgets.map(({ name }) => name));
  return before.snapshot.budgets
    .filter(({ name }) => !left.has(name))
    .map(({ name }) => ({ effect: 'budget-ends', kind: 'Budget', name }));
}

/** Of the object itself only what it does for others: that its own status goes with it is clear. */
function once(all: readonly Consequence[], ref: ObjectRef): Consequence[] {
  const own = ref.namespace === undefined ? ref.name : `${ref.namespace}/${ref.name}`;
  const found = new Map<string, Consequence>();
  for (const one of all) {
    const isOwn = one.kind === ref.kind && one.name === own;
    if (isOwn && (one.effect === 'not-in-force' || one.effect === 'not-routed')) continue;
    found.set(JSON.stringify([one.effect, one.kind, one.name, one.detail]), one);
  }
  return [...found.values()];
}
