/**
 * What would become of everything else without one object: the configuration is compiled with it and without it, and the two are
 * compared. So what is told here is what would happen, whatever led to it: a reference, a selector, an inheritance.
 */
import type { KubeObject, ObjectRef } from '../resources/object.ts';
import { type CompileOptions, type CompileResult, compileConfiguration } from './compile.ts';
import { faultsIn } from './condition-faults.ts';
import type { Consequence } from './consequence.ts';
import type { KeyBook } from './key-faults.ts';
import type { ObjectSource } from './objects.ts';
import { changedRules } from './rule-changes.ts';

/** What does not change from one compilation to the next. */
export interface CompileSettings
  extends Pick<
    CompileOptions,
    'sha256' | 'providerUrls' | 'address' | 'rateLimitSources' | 'isPriced' | 'compileRegex'
  > {
  keyBook: KeyBook;
}

/** Of VirtualKeys, which are no part of what is compiled. */
export interface KeysWithout {
  /** Whether any is left that opens the Gateway. */
  opens: KeyBook['opens'];
  /** Ids of those that open nothing any more. */
  stopped: readonly string[];
}

const most = 200;

export function consequencesWithout(
  source: ObjectSource,
  ref: ObjectRef,
  settings: CompileSettings & Pick<CompileOptions, 'nowRfc3339'>,
  keys: KeysWithout,
): Consequence[] {
  const options = { ...settings, generation: 0, bindErrors: {} };
  const { keyBook } = settings;
  const left: KeyBook = { opens: keys.opens, holderOf: (hash) => keyBook.holderOf(hash) };
  const before = compileConfiguration(source, options);
  const after = compileConfiguration(withoutObject(source, ref), { ...options, keyBook: left });
  const found = [
    ...closedPorts(before, after),
    ...changedRules(before.snapshot, after.snapshot),
    ...keys.stopped.map(keyStops),
    ...stoppedKeys(before, after),
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

/** Those in Secrets and ConfigMaps. */
function stoppedKeys(before: CompileResult, after: CompileResult): Consequence[] {
  return Object.entries(before.snapshot.keySets).flatMap(([set, { keys }]) => {
    const ids = new Set(after.snapshot.keySets[set]?.keys.map(({ id }) => id));
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
