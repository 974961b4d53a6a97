/** Documents of a file as Kubernetes objects: lists taken apart, namespaces filled in, `stringData` in `data`. */
import type { KindDefinition } from '../core/resources/kind.ts';
import { apiVersionOf } from '../core/resources/kind.ts';
import { allKinds } from '../core/resources/kinds.ts';
import type { KubeObject } from '../core/resources/object.ts';
import type { InputDocument } from './input-file.ts';

export interface LocatedObject {
  file: string;
  line: number;
  object: KubeObject;
}

export interface LocatedFault {
  file: string;
  line: number;
  /** `Kind namespace/name`, or `document 3`. */
  object: string;
  message: string;
}

/** What is no object at all is a fault. */
export function objectsIn(
  file: string,
  documents: readonly InputDocument[],
  defaultNamespace: string,
): { objects: LocatedObject[]; faults: LocatedFault[] } {
  const objects: LocatedObject[] = [];
  const faults: LocatedFault[] = [];
  for (const [i, { value, line }] of documents.entries()) {
    for (const item of itemsOf(value)) {
      const wrong = whyNoObject(item);
      if (wrong === undefined)
        objects.push({ file, line, object: completed(item as KubeObject, defaultNamespace) });
      else faults.push({ file, line, object: `document ${i + 1}`, message: wrong });
    }
  }
  return { objects, faults };
}

export function kindOf({ apiVersion, kind }: KubeObject): KindDefinition | undefined {
  return allKinds.find((one) => one.kind === kind && apiVersionOf(one) === apiVersion);
}

function itemsOf(value: unknown): unknown[] {
  const { kind, items } = (value ?? {}) as { kind?: unknown; items?: unknown };
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items) ? items : [value];
}

function whyNoObject(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return 'is not an object';
  const { apiVersion, kind, metadata } = item as Partial<KubeObject>;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return 'apiVersion and kind must be set';
  return typeof metadata?.name === 'string' && metadata.name !== ''
    ? undefined
    : `${kind}: metadata.name must be set`;
}

function completed(object: KubeObject, defaultNamespace: string): KubeObject {
  const isNamespaced = kindOf(object)?.namespaced ?? false;
  const metadata = isNamespaced ? { namespace: defaultNamespace, ...object.metadata } : object.metadata;
  const { stringData, ...rest } = { ...object, metadata } as KubeObject & {
    stringData?: Record<string, string>;
  };
  if (object.kind !== 'Secret' || stringData === undefined) return { ...object, metadata };
  const encoded = Object.entries(stringData).map(([entry, text]) => [
    entry,
    Buffer.from(String(text), 'utf8').toString('base64'),
  ]);
  return { ...rest, data: { ...(rest['data'] as object | undefined), ...Object.fromEntries(encoded) } };
}
