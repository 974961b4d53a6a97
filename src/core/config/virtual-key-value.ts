/** One VirtualKey by itself: its value's hash, what the data path knows of it, and what is wrong with it alone. */
import { displayOf } from '../keys/key-value.ts';
import type { KubeObject } from '../resources/object.ts';
import { decodeBase64 } from '../text/base64-text.ts';
import type { KeyTerms } from './key-terms.ts';
import { nameOf } from './objects.ts';
import type { SharedKey } from './snapshot.ts';

export interface VirtualKeySpec {
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

/** Entry of the Secret that `issueTo` names. */
export const issuedEntry = 'key';

export interface ReadKey {
  id: string;
  object: KubeObject;
  /** With the display of a value that was made for it. */
  spec: VirtualKeySpec;
  /** Lower-case hex; absent while there is no value. */
  hash?: string;
  /** Of the value before a rotation. */
  previousHash?: string;
  /** About its value. */
  faults: string[];
  toIssue?: KeyToIssue;
}

export interface KeyReading {
  sha256: (text: string) => string;
  secret: (namespace: string, name: string) => KubeObject | undefined;
}

export function readKey(object: KubeObject, reading: KeyReading): ReadKey {
  const asked = object['spec'] as VirtualKeySpec;
  const { display, ...value } = keyValueOf(object, asked, reading);
  return {
    id: `VirtualKey/${nameOf(object)}`,
    object,
    spec: display === undefined ? asked : { ...asked, display },
    ...(asked.rotation && { previousHash: hexOf(asked.rotation.previousKeyHash) }),
    ...value,
  };
}

type KeyValue = Pick<ReadKey, 'hash' | 'faults' | 'toIssue'> & { display?: string };

function keyValueOf(object: KubeObject, spec: VirtualKeySpec, { sha256, secret }: KeyReading): KeyValue {
  const { display, keyHash, issueTo } = spec;
  const shown = display === undefined ? {} : { display };
  if (keyHash !== undefined) return { hash: hexOf(keyHash), ...shown, faults: [] };
  const namespace = object.metadata.namespace!;
  const secretName = issueTo!.secretName;
  const found = secret(namespace, secretName);
  const raw = (found?.['data'] as Record<string, string> | undefined)?.[issuedEntry];
  if (raw !== undefined) {
    const value = decodeBase64(raw).trim();
    return { hash: sha256(value), display: display ?? displayOf(value), faults: [] };
  }
  if (found !== undefined) {
    const fault = `Secret ${namespace}/${secretName} has no entry "${issuedEntry}": add one, or delete the Secret to have it made`;
    return { faults: [fault] };
  }
  return {
    faults: [`its value is being made and written to Secret ${namespace}/${secretName}`],
    toIssue: { namespace, secretName, owner: object },
  };
}

/** The key with the value of today; absent when it can not be in force. */
export function entryOf({ id, object, spec, hash }: ReadKey): SharedKey | undefined {
  if (hash === undefined || !isMoment(spec.expiresAt)) return undefined;
  const namespace = object.metadata.namespace!;
  return {
    id,
    sha256: hash,
    metadata: spec.metadata ?? {},
    terms: termsOf(object, spec),
    namespace,
    ...(spec.targetRefs && { targets: spec.targetRefs.map(({ name }) => `${namespace}/${name}`) }),
  };
}

/** The key with the value before its rotation: the same until the grace ends. */
export function previousEntryOf(key: ReadKey): SharedKey | undefined {
  const { rotation } = key.spec;
  const entry = entryOf(key);
  if (rotation === undefined || entry === undefined || !isMoment(rotation.graceUntil)) return undefined;
  return untilGraceEnds(entry, key.previousHash!, momentMs(rotation.graceUntil)!);
}

export function untilGraceEnds(entry: SharedKey, previousHash: string, graceMs: number): SharedKey {
  const expiresAtMs = Math.min(graceMs, entry.terms!.expiresAtMs ?? Number.POSITIVE_INFINITY);
  return { ...entry, sha256: previousHash, terms: { ...entry.terms!, expiresAtMs } };
}

export function isMoment(text: string | undefined): boolean {
  return !Number.isNaN(momentMs(text));
}

export function hexOf(keyHash: string): string {
  return keyHash.slice('sha256:'.length);
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
export function momentMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  try {
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch {
    return Number.NaN;
  }
}
