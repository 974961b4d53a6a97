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

interface Found {
  object: KubeObject;
  spec: VirtualKeySpec;
  hash: string | undefined;
  targets: string[];
  entry: KeyEntry | undefined;
  faults: string[];
}

export function compileVirtualKeys(context: CompileContext, gateways: Gateways): CompiledVirtualKeys {
  const result: CompiledVirtualKeys = { statuses: [], toIssue: [], keySetOf: new Map() };
  const owners = new Map<string, string>();
  const all = context.objects
    .list(groups.tollgate, 'VirtualKey')
    .map((object) => find(context, object, gateways, result, owners));
  // A key that is not in force opens nothing, but its Gateways ask for one all the same.
  for (const { targets } of all) for (const gateway of targets) openKeySet(context, result, gateway);
  const add = (entry: KeyEntry, targets: readonly string[]) => {
    for (const gateway of targets) context.keySets[keySetName(gateway)]!.keys.push(entry);
  };
  for (const { entry, targets } of all) if (entry !== undefined) add(entry, targets);
  // After all values of today: one of yesterday never stands in for them.
  for (const key of all) {
    const previous = previousEntry(key, owners);
    if (previous !== undefined) add(previous, key.targets);
  }
  for (const { object, spec, hash, faults } of all)
    result.statuses.push({ object, status: statusOf(context, object, spec, hash, faults) });
  return result;
}

function find(
  context: CompileContext,
  object: KubeObject,
  gateways: Gateways,
  result: CompiledVirtualKeys,
  owners: Map<string, string>,
): Found {
  const asked = object['spec'] as VirtualKeySpec;
  const faults: string[] = [];
  const { hash, display } = keyValueOf(context, object, asked, result, faults);
  const targets = targetsOf(object, asked, gateways, faults);
  const spec = display === undefined ? asked : { ...asked, display };
  const entry = hash === undefined ? undefined : entryOf(object, spec, hash, owners, faults);
  return { object, spec, hash, targets, entry, faults };
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

/** Undefined where the key must not be in force. */
function entryOf(
  object: KubeObject,
  spec: VirtualKeySpec,
  hash: string,
  owners: Map<string, string>,
  faults: string[],
): KeyEntry | undefined {
  const id = `VirtualKey/${nameOf(object)}`;
  const taken = owners.get(hash);
  if (taken !== undefined) {
    faults.push(`the same value as ${taken}, which is older and in force`);
    return undefined;
  }
  owners.set(hash, id);
  if (Number.isNaN(momentMs(spec.expiresAt))) {
    faults.push(`expiresAt: ${spec.expiresAt} is no moment, so the key is not in force`);
    return undefined;
  }
  return { id, sha256: hash, metadata: spec.metadata ?? {}, terms: termsOf(object, spec) };
}

const keySetName = (gateway: string) => `VirtualKeys/${gateway}`;

function openKeySet(context: CompileContext, result: CompiledVirtualKeys, gateway: string): void {
  const name = keySetName(gateway);
  result.keySetOf.set(gateway, name);
  context.keySets[name] ??= { keys: [] };
}

/** The value before a rotation is the same key until the grace ends. */
function previousEntry(
  { entry, spec: { rotation }, faults }: Found,
  owners: ReadonlyMap<string, string>,
): KeyEntry | undefined {
  if (rotation === undefined || entry === undefined) return undefined;
  const sha256 = rotation.previousKeyHash.slice('sha256:'.length);
  const graceUntil = momentMs(rotation.graceUntil)!;
  const owner = owners.get(sha256);
  if (owner !== undefined && owner !== entry.id)
    faults.push(`the value before the rotation is in force as ${owner}`);
  if (Number.isNaN(graceUntil))
    faults.push(
      `rotation.graceUntil: ${rotation.graceUntil} is no moment, so the value before is not in force`,
    );
  if (owner !== undefined || Number.isNaN(graceUntil)) return undefined;
  const expiresAtMs = Math.min(graceUntil, entry.terms!.expiresAtMs ?? Number.POSITIVE_INFINITY);
  return { ...entry, sha256, terms: { ...entry.terms!, expiresAtMs } };
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
    ...(spec.expiresAt === undefined ? {} : { expiresAtMs: momentMs(spec.expiresAt)! }),
    disabled: spec.disabled ?? false,
    ...(spec.limits === undefined ? {} : { limits: spec.limits }),
  };
}

/** The schema has checked the form (RFC 3339), not that there is such a day: NaN. */
function momentMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  try {
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch {
    return Number.NaN;
  }
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
