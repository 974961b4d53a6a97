/** What a write changed, field by field, fit to be kept: no secrets, no bookkeeping, bounded. */
import { hideSecrets } from '../resources/hide-secrets.ts';
import type { KubeObject } from '../resources/object.ts';

export interface AuditChange {
  /** Path in the object: `spec.limit.tokens`. */
  field: string;
  /** JSON values; absent where there was, or is, nothing. Secrets are `(hidden)`. */
  from?: unknown;
  to?: unknown;
}

const maxChanges = 100;
const maxText = 500;

/** Stands for a secret while both sides are compared. */
class Hidden {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/** None: nothing that a person decided has changed (a status, a version). */
export function changesBetween(before: KubeObject | undefined, after: KubeObject | undefined): AuditChange[] {
  const changes: AuditChange[] = [];
  compare('', decided(before), decided(after), changes);
  if (changes.length <= maxChanges) return changes;
  const rest = changes.length - maxChanges;
  return [...changes.slice(0, maxChanges), { field: `(${rest} more)` }];
}

/** What the API and the controller write by themselves is left out. */
function decided(object: KubeObject | undefined): unknown {
  if (object === undefined) return undefined;
  const {
    apiVersion: _,
    kind: __,
    status: ___,
    metadata,
    ...rest
  } = hideSecrets(object, (value) => new Hidden(value)) as KubeObject;
  const { labels, annotations, finalizers, ownerReferences } = metadata;
  return { metadata: { labels, annotations, finalizers, ownerReferences }, ...rest };
}

function compare(field: string, from: unknown, to: unknown, changes: AuditChange[]): void {
  const [own, other] = [from ?? {}, to ?? {}];
  if ((isMap(from) || isMap(to)) && isMap(own) && isMap(other)) {
    compareMembers(field, own, other, changes);
    return;
  }
  if (Array.isArray(from) && Array.isArray(to) && from.length === to.length) {
    for (const [index, item] of from.entries()) compare(`${field}[${index}]`, item, to[index], changes);
    return;
  }
  if (same(from, to)) return;
  changes.push({
    field,
    ...(from === undefined ? {} : { from: told(from) }),
    ...(to === undefined ? {} : { to: told(to) }),
  });
}

function compareMembers(
  field: string,
  from: Record<string, unknown>,
  to: Record<string, unknown>,
  changes: AuditChange[],
): void {
  for (const name of new Set([...Object.keys(from), ...Object.keys(to)]))
    compare(pathOf(field, name), from[name], to[name], changes);
}

function pathOf(field: string, name: string): string {
  if (!/^\w+$/.test(name)) return `${field}[${JSON.stringify(name)}]`;
  return field === '' ? name : `${field}.${name}`;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Hidden);
}

function same(from: unknown, to: unknown): boolean {
  if (from instanceof Hidden && to instanceof Hidden) return from.value === to.value;
  return from === to || JSON.stringify(from) === JSON.stringify(to);
}

function told(value: unknown): unknown {
  const shown = JSON.stringify(value, (_, member: unknown) =>
    member instanceof Hidden ? '(hidden)' : member,
  );
  if (shown.length <= maxText) return JSON.parse(shown) as unknown;
  return `${(typeof value === 'string' ? value : shown).slice(0, maxText)}…`;
}
