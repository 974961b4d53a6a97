/** Changing a key: its form's values, what of them is sent, and what someone else changed meanwhile. */
import type { Key, KeyChange } from '../../api/types.ts';
import type { NamedDifference } from '../../components/conflict-notice.tsx';
import { same } from '../../components/same.ts';
import { strings } from '../../strings.ts';
import { type Entry, emptyKey, type KeyFormValues, keyInputOf } from './key-form.ts';

export function valuesOfKey(key: Key): KeyFormValues {
  const { allowedModels, allowedRoutes, allowedCIDRs, limits } = key;
  return {
    ...emptyKey,
    name: key.name,
    owner: key.owner ?? '',
    labels: entriesOf(key.labels),
    metadata: entriesOf(key.metadata),
    allowedModels,
    allowedRoutes,
    allowedCIDRs,
    requestsPerMinute: limits.requestsPerMinute ?? '',
    tokensPerMinute: limits.tokensPerMinute ?? '',
    concurrency: limits.concurrency ?? '',
    expiresAt: localTime(key.expiresAt),
  };
}

function entriesOf(record: Record<string, unknown>): Entry[] {
  return Object.entries(record).map(([name, value], id) => ({ id, name, value: entryText(value) }));
}

const entryText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** `2027-01-01T12:00` in the browser's time zone. */
function localTime(time: string | undefined): string {
  if (time === undefined) return '';
  const date = new Date(time);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const changeable = [
  'owner',
  'labels',
  'metadata',
  'allowedModels',
  'allowedRoutes',
  'allowedCIDRs',
  'limits',
  'expiresAt',
] as const;
type Changeable = (typeof changeable)[number];

/** Only what differs from the key that was opened; `null` takes a field away. */
export function keyChangeOf(values: KeyFormValues, opened: Key): KeyChange {
  const before: Record<string, unknown> = { ...keyInputOf(valuesOfKey(opened)) };
  const after: Record<string, unknown> = { ...keyInputOf(values) };
  const changed = changeable.filter((field) => !same(before[field], after[field]));
  return Object.fromEntries(
    changed.map((field) => [
      field,
      field === 'metadata' ? metadataOf(values, opened) : (after[field] ?? null),
    ]),
  );
}

/** Values that are no text stay what they are unless someone typed over them. */
function metadataOf(values: KeyFormValues, { metadata }: Key): Record<string, unknown> | null {
  const typed = keyInputOf(values).metadata;
  if (typed === undefined) return null;
  return Object.fromEntries(
    Object.entries(typed).map(([name, text]) => [
      name,
      Object.hasOwn(metadata, name) && entryText(metadata[name]) === text ? metadata[name] : text,
    ]),
  );
}

const { form, columns } = strings.keys;
const names: Record<Changeable, string> = {
  owner: form.owner,
  labels: form.labels,
  metadata: form.metadata,
  allowedModels: form.models,
  allowedRoutes: form.routes,
  allowedCIDRs: form.cidrs,
  limits: form.limits,
  expiresAt: columns.expires,
};

/** What someone else changed between the key that was opened and the one of now. */
export function differences(opened: Key, live: Key, mine: KeyChange): NamedDifference[] {
  return changeable
    .filter((field) => !same(opened[field], live[field]))
    .map((field) => ({ name: names[field], before: opened[field], now: live[field], mine: mine[field] }));
}
