/** API keys that live in Secrets and ConfigMaps (agentgateway's form): every entry is a key, raw or as JSON. */
import type { KubeObject } from '../resources/object.ts';
import { decodeBase64 } from '../text/base64-text.ts';
import type { CompileContext } from './context.ts';
import { nameOf } from './objects.ts';
import type { KeyEntry } from './snapshot.ts';

interface KeyJson {
  key?: unknown;
  keyHash?: unknown;
  metadata?: unknown;
}

/** Compiles the entries of one object into a key set of the context. Returns its name and a line per entry that is not valid. */
export function compileKeySet(
  context: CompileContext,
  object: KubeObject,
): { name: string; faults: string[] } {
  const name = `${object.kind}/${nameOf(object)}`;
  const faults: string[] = [];
  const keys: KeyEntry[] = [];
  const seen = new Map<string, string>();
  for (const [entry, raw] of Object.entries((object['data'] ?? {}) as Record<string, string>).sort()) {
    const text = object.kind === 'Secret' ? decodeBase64(raw) : raw;
    const key = compileEntry(context, `${name}/${entry}`, text.trim(), object.kind === 'Secret');
    if (typeof key === 'string') {
      faults.push(`${entry} in ${name}: ${key}`);
      continue;
    }
    const first = seen.get(key.sha256);
    if (first !== undefined) faults.push(`${entry} in ${name}: the same key as ${first}, which is used`);
    else {
      seen.set(key.sha256, entry);
      keys.push(key);
    }
  }
  context.keySets[name] = { keys };
  return { name, faults };
}

/** A fault never quotes the value. */
function compileEntry(
  context: CompileContext,
  id: string,
  text: string,
  mayHoldValue: boolean,
): KeyEntry | string {
  if (text === '') return 'is empty';
  if (!text.startsWith('{')) {
    if (!mayHoldValue) return 'a ConfigMap may hold key hashes only: {"keyHash": "sha256:…"}';
    return { id, sha256: context.sha256(text), metadata: {} };
  }
  const json = parseJson(text);
  if (json === undefined) return 'is not valid JSON';
  const { key, keyHash, metadata = {} } = json;
  if ((key === undefined) === (keyHash === undefined)) return 'must have exactly one of "key" and "keyHash"';
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata))
    return '"metadata" must be an object';
  const own = metadata as Record<string, unknown>;
  if (key !== undefined) {
    if (typeof key !== 'string' || key.trim() === '') return '"key" must be a text that is not empty';
    if (!mayHoldValue) return 'a ConfigMap may hold key hashes only: use "keyHash"';
    return { id, sha256: context.sha256(key.trim()), metadata: own };
  }
  const hash = /^sha256:([0-9a-f]{64})$/i.exec(String(keyHash))?.[1];
  return hash === undefined
    ? '"keyHash" must be sha256: and 64 hexadecimal digits'
    : { id, sha256: hash.toLowerCase(), metadata: own };
}

function parseJson(text: string): KeyJson | undefined {
  try {
    return JSON.parse(text) as KeyJson;
  } catch {
    return undefined;
  }
}
