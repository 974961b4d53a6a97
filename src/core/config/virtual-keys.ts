/** VirtualKeys → one key set per Gateway that they open, and their statuses. */
import type { Condition, KubeObject } from '../resources/object.ts';
import { type ConditionInput, conditions } from './conditions.ts';
import type { CompileContext } from './context.ts';
import type { Gateways } from './gateways.ts';
import { faultsOf, type KeyBook } from './key-faults.ts';
import { keySetOfGateway, opensSet } from './key-set-names.ts';
import { groups, nameOf } from './objects.ts';
import type { StatusWrite } from './status-write.ts';
import { VirtualKeyBook } from './virtual-key-book.ts';
import type { KeyReading, KeyToIssue, ReadKey } from './virtual-key-value.ts';

export interface CompiledVirtualKeys {
  statuses: StatusWrite[];
  toIssue: KeyToIssue[];
  /** `namespace/name` of a Gateway → its key set in the context; absent when no VirtualKey opens it. */
  keySetOf: Map<string, string>;
}

/** What tells of a Gateway whether it is there. */
export type KnownGateways = Pick<Gateways, 'find'>;

/** The keys in force are part of the context's key sets, unless somebody keeps a book of them, who tells of them too. */
export function compileVirtualKeys(context: CompileContext, gateways: Gateways): CompiledVirtualKeys {
  const read = context.keyBook === undefined ? readBook(context) : undefined;
  const book = context.keyBook ?? read!;
  const keySetOf = new Map<string, string>();
  for (const { object } of gateways.all) {
    const { namespace, name } = object.metadata;
    if (!book.opens(namespace!, name)) continue;
    const set = keySetOfGateway(nameOf(object));
    keySetOf.set(nameOf(object), set);
    context.keySets[set] = { keys: [] };
  }
  if (read !== undefined) fill(context, read, keySetOf);
  const told = [...(read?.keys() ?? [])];
  return {
    keySetOf,
    statuses: told.map((key) => statusOfKey(key, book, gateways, context)),
    toIssue: told.flatMap(({ toIssue }) => toIssue ?? []),
  };
}

function readBook({ objects, sha256 }: CompileContext): VirtualKeyBook {
  const book = new VirtualKeyBook();
  const reading: KeyReading = {
    sha256,
    secret: (namespace, name) => objects.get(groups.core, 'Secret', namespace, name),
  };
  for (const object of objects.list(groups.tollgate, 'VirtualKey')) book.put(object, reading);
  return book;
}

function fill(context: CompileContext, book: VirtualKeyBook, keySetOf: ReadonlyMap<string, string>): void {
  for (const entry of book.entries()) {
    const { namespace: _, targets: __, ...key } = entry;
    for (const set of keySetOf.values()) if (opensSet(entry, set)) context.keySets[set]!.keys.push(key);
  }
}

export function statusOfKey(
  key: ReadKey,
  book: Pick<KeyBook, 'holderOf'>,
  gateways: KnownGateways,
  clock: { nowRfc3339: string },
): StatusWrite {
  const faults = faultsOf(key, targetFaults(key, gateways), book);
  return { object: key.object, status: statusOf(key, faults, clock) };
}

function targetFaults({ object, spec }: ReadKey, gateways: KnownGateways): string[] {
  const namespace = object.metadata.namespace!;
  return (spec.targetRefs ?? []).flatMap(({ name }) =>
    gateways.find(namespace, name) === undefined ? [`Gateway ${namespace}/${name} not found`] : [],
  );
}

function statusOf(
  { object, spec, hash }: { object: KubeObject } & ReadKey,
  faults: readonly string[],
  clock: { nowRfc3339: string },
): Record<string, unknown> {
  const before = object['status'] as { conditions?: Condition[]; lastUsedAt?: string } | undefined;
  const accepted: ConditionInput =
    hash === undefined || faults.length > 0
      ? {
          type: 'Accepted',
          status: false,
          reason: hash === undefined ? 'Pending' : 'Invalid',
          message: faults.join('; '),
        }
      : { type: 'Accepted', status: true, reason: 'Valid', message: 'The key opens its Gateways' };
  return {
    ...(spec.display === undefined ? {} : { display: spec.display }),
    ...(hash === undefined ? {} : { keyHash: `sha256:${hash}` }),
    ...(before?.lastUsedAt === undefined ? {} : { lastUsedAt: before.lastUsedAt }),
    conditions: conditions(object, before?.conditions, [accepted], clock),
  };
}
