/** What of a VirtualKey is found without reading it: told by the object alone, and written beside it whenever it is. */
import type { Condition, KubeObject } from '../resources/object.ts';
import { nameOf } from './objects.ts';
import type { SharedKey } from './snapshot.ts';
import { entryOf, hexOf, momentMs, type ReadKey, type VirtualKeySpec } from './virtual-key-value.ts';

/** What it says of itself, and then what the controller found; that it has expired is a matter of when one looks. */
export const keyStates = ['disabled', 'pending', 'invalid', 'active'] as const;
export type KeyState = (typeof keyStates)[number];

export interface KeyFacts {
  /** Lower-case hex, of today's value; absent while there is none. */
  hash?: string;
  /** Of the value before a rotation. */
  previousHash?: string;
  /** When the value before stops working, milliseconds; absent when that is no moment. */
  graceMs?: number;
  /** Its value is in a Secret. */
  issued: boolean;
  /** What the data path knows of it; absent when it can not be in force. */
  entry?: SharedKey;
  state: KeyState;
  /** Milliseconds. */
  expiresMs?: number;
  /** In small letters; '' without. */
  owner: string;
  team?: string;
  /** RFC 3339. */
  created: string;
  /** Milliseconds; 0: never. */
  lastUsedMs: number;
  /** Namespace, or `namespace/name` of each Gateway that it names: what it opens. */
  places: string[];
  /** What a search looks through, in small letters. */
  text: string;
}

interface KeyStatus {
  display?: string;
  keyHash?: string;
  lastUsedAt?: string;
  conditions?: Condition[];
}

export function factsOf(object: KubeObject): KeyFacts {
  const key = readStoredKey(object);
  const { spec, hash, previousHash } = key;
  const { metadata } = object;
  const entry = entryOf(key);
  const graceMs = momentOf(spec.rotation?.graceUntil);
  const expiresMs = momentOf(spec.expiresAt);
  const team = metadata.labels?.['team'];
  return {
    ...(hash !== undefined && { hash }),
    ...(previousHash !== undefined && { previousHash }),
    ...(graceMs !== undefined && { graceMs }),
    issued: spec.keyHash === undefined,
    ...(entry !== undefined && { entry }),
    state: stateOf(object),
    ...(expiresMs !== undefined && { expiresMs }),
    owner: (spec.owner ?? '').toLowerCase(),
    ...(team !== undefined && { team }),
    created: metadata.creationTimestamp ?? '',
    lastUsedMs: momentOf((object['status'] as KeyStatus | undefined)?.lastUsedAt) ?? 0,
    places: placesOf(key),
    text: searchTextOf(object),
  };
}

/** The key with what was told of a value that was made for it: the Secret itself is not asked. */
export function readStoredKey(object: KubeObject): ReadKey {
  const asked = object['spec'] as VirtualKeySpec;
  const told = asked.keyHash === undefined ? ((object['status'] ?? {}) as KeyStatus) : {};
  const hash = asked.keyHash ?? told.keyHash;
  const display = asked.display ?? told.display;
  return {
    id: `VirtualKey/${nameOf(object)}`,
    object,
    spec: display === undefined ? asked : { ...asked, display },
    ...(hash !== undefined && { hash: hexOf(hash) }),
    ...(asked.rotation && { previousHash: hexOf(asked.rotation.previousKeyHash) }),
    faults: [],
  };
}

export function placesOf({ object, spec }: Pick<ReadKey, 'object' | 'spec'>): string[] {
  const namespace = object.metadata.namespace!;
  return spec.targetRefs === undefined
    ? [namespace]
    : [...new Set(spec.targetRefs.map(({ name }) => `${namespace}/${name}`))];
}

export function stateOf(object: KubeObject): KeyState {
  if ((object['spec'] as VirtualKeySpec).disabled === true) return 'disabled';
  const accepted = acceptedOf(object);
  if (accepted === undefined) return 'pending';
  if (accepted.status === 'True') return 'active';
  return accepted.reason === 'Pending' ? 'pending' : 'invalid';
}

export function acceptedOf(object: KubeObject): Condition | undefined {
  const { conditions = [] } = (object['status'] ?? {}) as KeyStatus;
  return conditions.find(({ type }) => type === 'Accepted');
}

/** Whether it has expired; a key that is disabled is so whatever the time. */
export function hasExpired(object: KubeObject, nowMs: number): boolean {
  const expires = momentOf((object['spec'] as VirtualKeySpec).expiresAt);
  return expires !== undefined && expires <= nowMs;
}

export function searchTextOf({ metadata, ...object }: KubeObject): string {
  const { owner = '', display = '', metadata: free = {} } = object['spec'] as VirtualKeySpec;
  const values = [
    ...Object.values(metadata.labels ?? {}),
    ...Object.values(free).map((value) => JSON.stringify(value)),
  ];
  return [`${metadata.namespace}/${metadata.name}`, owner, display, ...values].join('\n').toLowerCase();
}

function momentOf(text: string | undefined): number | undefined {
  const moment = momentMs(text);
  return moment === undefined || Number.isNaN(moment) ? undefined : moment;
}
