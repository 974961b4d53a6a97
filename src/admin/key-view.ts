/** VirtualKeys and keys in Secrets and ConfigMaps as one list. Values are never part of it. */

import type { KeyLimits } from '../core/budget/model.ts';
import { acceptedOf } from '../core/config/key-facts.ts';
import { nameOf } from '../core/config/objects.ts';
import type { KeyEntry } from '../core/config/snapshot.ts';
import type { VirtualKeySpec } from '../core/config/virtual-key-value.ts';
import type { KubeObject } from '../core/resources/object.ts';
import { statusOf } from '../storage/listed-keys.ts';
import type { AdminContext } from './context.ts';

export interface KeyView {
  id: string;
  source: 'VirtualKey' | 'Secret' | 'ConfigMap';
  namespace: string;
  name: string;
  owner?: string;
  display?: string;
  status: 'active' | 'disabled' | 'expired' | 'pending' | 'invalid';
  message?: string;
  metadata: Record<string, unknown>;
  labels: Record<string, string>;
  allowedModels: string[];
  allowedRoutes: string[];
  allowedCIDRs: string[];
  limits: KeyLimits;
  expiresAt?: string;
  createdAt: string;
  resourceVersion: string;
  editable: boolean;
}

export const tollgateGroup = 'tollgate.dev';

/** The key of this name: a VirtualKey, or `object/entry` of a Secret or ConfigMap. */
export function findView(context: AdminContext, namespace: string, name: string): KeyView | undefined {
  const object = context.resources.get({ group: tollgateGroup, kind: 'VirtualKey', namespace, name });
  if (object !== undefined) return viewOf(object, context.nowMs());
  return entriesInObjects(context).find((key) => key.namespace === namespace && key.name === name);
}

/** What a search looks through, in small letters. */
export function textOf({ name, namespace, owner = '', display = '', labels, metadata }: KeyView): string {
  const free = [...Object.values(labels), ...Object.values(metadata).map((value) => JSON.stringify(value))];
  return [`${namespace}/${name}`, owner, display, ...free].join('\n').toLowerCase();
}

export function viewOf(object: KubeObject, nowMs: number): KeyView {
  const spec = object['spec'] as VirtualKeySpec;
  const { metadata } = object;
  return {
    id: `VirtualKey/${nameOf(object)}`,
    source: 'VirtualKey',
    namespace: metadata.namespace!,
    name: metadata.name,
    ...(spec.owner === undefined ? {} : { owner: spec.owner }),
    ...(spec.display === undefined ? {} : { display: spec.display }),
    ...toldOf(object, nowMs),
    metadata: spec.metadata ?? {},
    labels: metadata.labels ?? {},
    allowedModels: spec.allowedModels ?? [],
    allowedRoutes: spec.allowedRoutes ?? [],
    allowedCIDRs: spec.allowedCIDRs ?? [],
    limits: spec.limits ?? {},
    ...(spec.expiresAt === undefined ? {} : { expiresAt: spec.expiresAt }),
    createdAt: metadata.creationTimestamp ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    editable: true,
  };
}

function toldOf(object: KubeObject, nowMs: number): Pick<KeyView, 'status' | 'message'> {
  const status = statusOf(object, nowMs);
  if (status !== 'pending' && status !== 'invalid') return { status };
  return { status, message: acceptedOf(object)?.message ?? 'not yet in force' };
}

/** Those that a policy's `apiKeyAuthentication` points to: the others open nothing. */
export function entriesInObjects({ inForce, resources }: AdminContext): KeyView[] {
  const found: KeyView[] = [];
  for (const [set, { keys }] of Object.entries(inForce().keySets)) {
    const [kind, namespace, name] = set.split('/');
    if ((kind !== 'Secret' && kind !== 'ConfigMap') || namespace === undefined || name === undefined)
      continue;
    const object = resources.get({ group: '', kind, namespace, name });
    for (const entry of keys) found.push(viewOfEntry(kind, namespace, name, object, entry));
  }
  return found;
}

function viewOfEntry(
  kind: 'Secret' | 'ConfigMap',
  namespace: string,
  object: string,
  stored: KubeObject | undefined,
  entry: KeyEntry,
): KeyView {
  const labels: Record<string, string> = {};
  for (const [name, value] of Object.entries(entry.metadata))
    if (typeof value === 'string') labels[name] = value;
  const owner = ['user_id', 'user', 'name', 'owner'].map((name) => labels[name]).find((name) => name);
  return {
    id: entry.id,
    source: kind,
    namespace,
    name: `${object}/${entry.id.slice(`${kind}/${namespace}/${object}/`.length)}`,
    ...(owner === undefined ? {} : { owner }),
    status: 'active',
    metadata: entry.metadata,
    labels,
    allowedModels: [],
    allowedRoutes: [],
    allowedCIDRs: [],
    limits: {},
    createdAt: stored?.metadata.creationTimestamp ?? '',
    resourceVersion: stored?.metadata.resourceVersion ?? '',
    editable: false,
  };
}
