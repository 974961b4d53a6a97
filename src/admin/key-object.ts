/** VirtualKey objects out of what a person asks for. */
import { nameOf } from '../core/config/objects.ts';
import type { VirtualKeySpec } from '../core/config/virtual-key-value.ts';
import { displayOf, keyValueFault, newKeyValue } from '../core/keys/key-value.ts';
import type { KubeObject } from '../core/resources/object.ts';
import { isBlock } from '../core/route/cidr.ts';
import type { AdminContext } from './context.ts';
import { tollgateGroup } from './key-view.ts';
import { keyInForce } from './keys-in-force.ts';
import { badField, Problem } from './problem.ts';
import { sha256 } from './same-secret.ts';

export interface KeyFields
  extends Pick<VirtualKeySpec, 'owner' | 'metadata' | 'limits' | 'expiresAt' | 'disabled'> {
  labels?: Record<string, string>;
  allowedModels?: string[];
  allowedRoutes?: string[];
  allowedCIDRs?: string[];
}

export interface NewKey extends KeyFields {
  namespace?: string;
  name: string;
  value?: string;
  keyHash?: string;
}

export type KeyChange = { [Field in keyof KeyFields]: KeyFields[Field] | null } & {
  resourceVersion?: string;
};

/** The object and, when it was made here, the value. Throws when what is imported is no key. */
export function newKeyObject(
  context: AdminContext,
  input: NewKey,
): { object: KubeObject & { spec: VirtualKeySpec }; value?: string } {
  const { namespace, name, labels, value: given, keyHash, ...fields } = input;
  checkBlocks(fields);
  if (given !== undefined && keyHash !== undefined)
    throw badField('keyHash', 'give the value or its hash, not both');
  const made = given === undefined && keyHash === undefined ? newKeyValue(context.randomBytes) : undefined;
  const value = made ?? (given === undefined ? undefined : checkedValue(given));
  const spec: VirtualKeySpec = {
    ...fields,
    ...(value === undefined
      ? { keyHash: checkedHash(keyHash!) }
      : { keyHash: `sha256:${sha256(value)}`, display: displayOf(value) }),
  };
  return {
    object: {
      apiVersion: `${tollgateGroup}/v1alpha1`,
      kind: 'VirtualKey',
      metadata: { name, namespace: namespace ?? defaultNamespace(context), ...(labels && { labels }) },
      spec,
    },
    ...(made === undefined ? {} : { value: made }),
  };
}

/** Where the oldest Gateway is: a key without a Gateway opens nothing. */
export function defaultNamespace({ resources }: AdminContext): string {
  const gateways = [...resources.list('gateway.networking.k8s.io', 'Gateway')].sort((a, b) =>
    (a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1,
  );
  const namespace = gateways[0]?.metadata.namespace;
  if (namespace === undefined)
    throw badField('namespace', 'there is no Gateway yet: say where its keys shall be');
  return namespace;
}

/** The schema knows only their characters, and a block that is none would shut the key out everywhere. */
function checkBlocks({ allowedCIDRs }: { allowedCIDRs?: string[] | null }): void {
  const wrong = (allowedCIDRs ?? []).findIndex((block) => !isBlock(block));
  if (wrong >= 0)
    throw badField(`allowedCIDRs[${wrong}]`, 'must be a CIDR block such as 10.0.0.0/8 or 2001:db8::/32');
}

const longestValue = 1_024;

/** What headers carry. Messages never quote it. */
function checkedValue(given: string): string {
  const value = given.trim();
  if (value === '') throw badField('value', 'is empty');
  if (value.length > longestValue) throw badField('value', `is longer than ${longestValue} characters`);
  if (!/^[\x21-\x7e]+$/.test(value))
    throw badField('value', 'may have printable ASCII characters only, no spaces');
  const fault = keyValueFault(value);
  if (fault !== undefined) throw badField('value', fault);
  return value;
}

function checkedHash(given: string): string {
  const hash = /^sha256:([0-9a-f]{64})$/i.exec(given)?.[1];
  if (hash === undefined) throw badField('keyHash', 'must be sha256: and 64 hexadecimal digits');
  return `sha256:${hash.toLowerCase()}`;
}

/** The live object with the change; `null` takes a field away. */
export function changedKey(live: KubeObject, change: KeyChange): KubeObject {
  const { resourceVersion, labels, ...fields } = change;
  checkBlocks(fields);
  const spec: Record<string, unknown> = { ...(live['spec'] as VirtualKeySpec) };
  for (const [name, value] of Object.entries(fields)) {
    if (value === null) delete spec[name];
    else spec[name] = value;
  }
  return {
    ...live,
    metadata: {
      ...live.metadata,
      ...(labels === undefined ? {} : { labels: labels ?? {} }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    spec,
  };
}

/** Two keys of one value would be one key with two names. `tried`: hash → id of keys that are about to be made. */
export function refuseKnownHash(
  context: AdminContext,
  tried: ReadonlyMap<string, string>,
  { keyHash }: VirtualKeySpec,
  field: string,
): void {
  const hash = keyHash!.slice('sha256:'.length);
  const known = tried.get(hash) ?? idOfHash(context, hash);
  if (known !== undefined) throw new Problem(409, 'key_exists', `this is the key ${known} already`, field);
}

/** A team learns no others' names. */
function idOfHash(context: AdminContext, hash: string): string | undefined {
  const object = context.resources.keys.byHash(hash);
  if (object !== undefined) return `VirtualKey/${nameOf(object)}`;
  const entry = keyInForce(context, hash);
  if (entry !== undefined) return entry.id;
  const { team } = context;
  return team !== undefined && idOfHash(team.whole, hash) !== undefined ? 'of another team' : undefined;
}

/** Paths of the object → fields of the body. */
export function keyFieldOf(path: string): string | undefined {
  return path.startsWith('spec.') ? path.slice('spec.'.length) : undefined;
}
