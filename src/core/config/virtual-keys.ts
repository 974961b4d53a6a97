/** VirtualKeys → one key set per Gateway that they open, and their statuses. */
import { displayOf } from '../keys/key-value.ts';
import type { Condition, KubeObject } from '../resources/object.ts';
import type { StatusWrite } from './compile.ts';
import { type ConditionInput, conditions } from './conditions.ts';
import { type CompileContext, decodeBase64 } from './context.ts';
import type { Gateways } from './gateways.ts';
import type { KeyTerms } from './key-terms.ts';
import { groups, nameOf } from './objects.ts';
import type { KeyEntry } from './snapshot.ts';

interface VirtualKeySpec {
  owner?: string;
  metadata?: Record<string, unknown>;
  keyHash?: string;
  display?: string;
  issueTo?: { secretName: string };
  rotation?: { previousKeyHash: string; graceUntil: string };
  targetRefs?: { name: string }[];
  allowedModels?: string[];
  allowedRoutes?: string[];
  allowedCIDRs?: string[];
  expiresAt?: string;
  disabled?: boolean;
  limits?: KeyTerms['limits'];
}

/** A Secret that a VirtualKey asks to have a value written to. */
export interface KeyToIssue {
  namespace: string;
  secretName: string;
  /** Of the VirtualKey, so that the Secret goes with it. */
  owner: KubeObject;
}

export interface CompiledVirtualKeys {
  statuses: StatusWrite[];
  toIssue: KeyToIssue[];
  /** `namespace/name` of a Gateway → its key set in the context; absent when no VirtualKey opens it. */
  keySetOf: Map<string, string>;
}

/** Entry of the Secret that `issueTo` names. */
export const issuedEntry = 'key';

export function compileVirtualKeys(context: CompileContext, gateways: Gateways): CompiledVirtualKeys {
  const result: CompiledVirtualKeys = { statuses: [], toIssue: [], keySetOf: new Map() };
  const owners = new Map<string, string>();
  for (const object of context.objects.list(groups.tollgate, 'VirtualKey')) {
    const spec = object['spec'] as VirtualKeySpec;
    const faults: string[] = [];
    const { hash, display } = keyValueOf(context, object, spec, result, faults);
    const targets = targetsOf(object, spec, gateways, faults);
    const shown = display === undefined ? spec : { ...spec, display };
    if (hash !== undefined) addKey(context, result, object, shown, hash, targets, owners, faults);
    result.statuses.push({ object, status: statusOf(context, object, shown, hash, faults) });
  }
  return result;
}

/** Lower-case hex, and what people recognise the key by; both undefined while there is no value. */
function keyValueOf(
  context: CompileContext,
  object: KubeObject,
  spec: VirtualKeySpec,
  result: CompiledVirtualKeys,
  faults: string[],
): { hash?: string; display?: string } {
  const { display } = spec;
  if (spec.keyHash !== undefined)
    return { hash: spec.keyHash.slice('sha256:'.length), ...(display === undefined ? {} : { display }) };
  const namespace = object.metadata.namespace!;
  const secretName = spec.issueTo!.secretName;
  const secret = context.objects.get(groups.core, 'Secret', namespace, secretName);
  const raw = (secret?.['data'] as Record<string, string> | undefined)?.[issuedEntry];
  if (raw !== undefined) {
    const value = decodeBase64(raw).trim();
    return { hash: context.sha256(value), display: display ?? displayOf(value) };
  }
  if (secret === undefined) result.toIssue.push({ namespace, secretName, owner: object });
  faults.push(
    secret === undefined
      ? `its value is being made and written to Secret ${namespace}/${secretName}`
      : `Secret ${namespace}/${secretName} has no entry "${issuedEntry}": add one, or delete the Secret to have it made`,
  );
  return {};
}

function targetsOf(
  object: KubeObject,
  { targetRefs }: VirtualKeySpec,
  gateways: Gateways,
  faults: string[],
): string[] {
  const namespace = object.metadata.namespace!;
  if (targetRefs === undefined) {
    return gateways.all.flatMap((gateway) =>
      gateway.object.metadata.namespace === namespace ? [nameOf(gateway.object)] : [],
    );
  }
  return targetRefs.flatMap(({ name }) => {
    if (gateways.find(namespace, name) !== undefined) return [`${namespace}/${name}`];
    faults.push(`Gateway ${namespace}/${name} not found`);
    return [];
  });
}

function addKey(
  context: CompileContext,
  result: CompiledVirtualKeys,
  object: KubeObject,
  spec: VirtualKeySpec,
  hash: string,
  targets: readonly string[],
  owners: Map<string, string>,
  faults: string[],
): void {
  const id = `VirtualKey/${nameOf(object)}`;
  const taken = owners.get(hash);
  if (taken !== undefined) {
    faults.push(`the same value as ${taken}, which is older and in force`);
    return;
  }
  owners.set(hash, id);
  const metadata = spec.metadata ?? {};
  const entry: KeyEntry = { id, sha256: hash, metadata, terms: termsOf(object, spec) };
  const previous = previousEntry(entry, spec);
  for (const gateway of targets) {
    const name = `VirtualKeys/${gateway}`;
    result.keySetOf.set(gateway, name);
    const set = context.keySets[name] ?? { keys: [] };
    context.keySets[name] = set;
    set.keys.push(entry);
    if (previous !== undefined) set.keys.push(previous);
  }
}

/** The value before a rotation is the same key until the grace ends. */
function previousEntry(entry: KeyEntry, { rotation }: VirtualKeySpec): KeyEntry | undefined {
  if (rotation === undefined) return undefined;
  const graceUntil = momentMs(rotation.graceUntil);
  const expiresAtMs = Math.min(graceUntil, entry.terms!.expiresAtMs ?? Number.POSITIVE_INFINITY);
  return {
    ...entry,
    sha256: rotation.previousKeyHash.slice('sha256:'.length),
    terms: { ...entry.terms!, expiresAtMs },
  };
}

function termsOf(object: KubeObject, spec: VirtualKeySpec): KeyTerms {
  const namespace = object.metadata.namespace!;
  return {
    ...(spec.display === undefined ? {} : { display: spec.display }),
    ...(spec.owner === undefined ? {} : { owner: spec.owner }),
    labels: object.metadata.labels ?? {},
    allowedModels: spec.allowedModels ?? [],
    allowedRoutes: (spec.allowedRoutes ?? []).map((name) =>
      name.includes('/') ? name : `${namespace}/${name}`,
    ),
    allowedCidrs: spec.allowedCIDRs ?? [],
    ...(spec.expiresAt === undefined ? {} : { expiresAtMs: momentMs(spec.expiresAt) }),
    disabled: spec.disabled ?? false,
    ...(spec.limits === undefined ? {} : { limits: spec.limits }),
  };
}

/** The schema has checked the form (RFC 3339). */
function momentMs(text: string): number {
  return Temporal.Instant.from(text).epochMilliseconds;
}

function statusOf(
  context: CompileContext,
  object: KubeObject,
  spec: VirtualKeySpec,
  hash: string | undefined,
  faults: readonly string[],
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
    conditions: conditions(object, before?.conditions, [accepted], context),
  };
}
