/** VirtualKeys and keys in Secrets and ConfigMaps as one list. Values are never part of it. */
import { nameOf } from '../core/config/objects.ts';
import type { KeyEntry } from '../core/config/snapshot.ts';
import type { Condition, KubeObject } from '../core/resources/object.ts';
import { fileAnnotation } from '../core/standalone/objects.ts';
import type { AdminContext } from './context.ts';

export interface KeySpec {
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
  limits?: Record<string, number>;
}

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
  limits: Record<string, number>;
  expiresAt?: string;
  createdAt: string;
  resourceVersion: string;
  editable: boolean;
}

export const tollgateGroup = 'tollgate.dev';

export function allKeys(context: AdminContext): KeyView[] {
  const own = context.resources
    .list(tollgateGroup, 'VirtualKey')
    .map((object) => viewOf(object, context.nowMs()));
  return [...own, ...entriesInObjects(context)];
}

export function viewOf(object: KubeObject, nowMs: number): KeyView {
  const spec = object['spec'] as KeySpec;
  const { metadata } = object;
  return {
    id: `VirtualKey/${nameOf(object)}`,
    source: 'VirtualKey',
    namespace: metadata.namespace!,
    name: metadata.name,
    ...(spec.owner === undefined ? {} : { owner: spec.owner }),
    ...(spec.display === undefined ? {} : { display: spec.display }),
    ...statusOf(object, spec, nowMs),
    metadata: spec.metadata ?? {},
    labels: metadata.labels ?? {},
    allowedModels: spec.allowedModels ?? [],
    allowedRoutes: spec.allowedRoutes ?? [],
    allowedCIDRs: spec.allowedCIDRs ?? [],
    limits: spec.limits ?? {},
    ...(spec.expiresAt === undefined ? {} : { expiresAt: spec.expiresAt }),
    createdAt: metadata.creationTimestamp ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    editable: metadata.annotations?.[fileAnnotation] === undefined,
  };
}

/** What the key itself says comes first; then what the controller found. */
function statusOf(object: KubeObject, spec: KeySpec, nowMs: number): Pick<KeyView, 'status' | 'message'> {
  if (spec.disabled === true) return { status: 'disabled' };
  if (spec.expiresAt !== undefined && Date.parse(spec.expiresAt) <= nowMs) return { status: 'expired' };
  const { conditions = [] } = (object['status'] ?? {}) as { conditions?: Condition[] };
  const accepted = conditions.find(({ type }) => type === 'Accepted');
  if (accepted === undefined) return { status: 'pending', message: 'not yet in force' };
  if (accepted.status === 'True') return { status: 'active' };
  return { status: accepted.reason === 'Pending' ? 'pending' : 'invalid', message: accepted.message };
}

/** Those that a policy's `apiKeyAuthentication` points to: the others open nothing. */
function entriesInObjects({ inForce, resources }: AdminContext): KeyView[] {
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
