/** YAML of a person as Kubernetes objects. */
import { apiVersionOf, type KindDefinition } from '../core/resources/kind.ts';
import { allKinds } from '../core/resources/kinds.ts';
import type { KubeObject } from '../core/resources/object.ts';
import { badField, shortened } from './problem.ts';

export const kindOf = (apiVersion: unknown, kind: unknown): KindDefinition | undefined =>
  allKinds.find((one) => one.kind === kind && apiVersionOf(one) === apiVersion);

const mostDocuments = 500;

/** Lists are taken apart, namespaces filled in. Throws 422 with the line; never quotes the text, which may hold keys. */
export async function objectsOf(yaml: string): Promise<KubeObject[]> {
  const { LineCounter, parseAllDocuments } = await import('yaml');
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(yaml, { lineCounter, prettyErrors: false });
  const objects: KubeObject[] = [];
  for (const document of Array.isArray(documents) ? documents : []) {
    const [error] = document.errors;
    if (error !== undefined)
      throw badField(
        'yaml',
        `line ${lineCounter.linePos(error.pos[0]).line}: ${error.message.replace(/: ".*$/s, '')}`,
      );
    if (document.contents === null) continue;
    const { line } = lineCounter.linePos(document.contents.range?.[0] ?? 0);
    objects.push(
      ...objectsIn(
        plainValue(() => document.toJS({ maxAliasCount: 100 }), line),
        line,
      ),
    );
    if (objects.length > mostDocuments) throw badField('yaml', `at most ${mostDocuments} objects at once`);
  }
  if (objects.length === 0) throw badField('yaml', 'has no object in it');
  return objects;
}

function plainValue(read: () => unknown, line: number): unknown {
  try {
    return read();
  } catch {
    throw badField('yaml', `line ${line}: aliases that can not be resolved`);
  }
}

function objectsIn(value: unknown, line: number): KubeObject[] {
  const { apiVersion, kind, items, metadata } = (value ?? {}) as Record<string, unknown>;
  if (kind === 'List' && Array.isArray(items)) return items.flatMap((item) => objectsIn(item, line));
  const known = kindOf(apiVersion, kind);
  if (known === undefined)
    throw badField('yaml', `line ${line}: no kind “${text(kind)}” in “${text(apiVersion)}” is known`);
  const { name, namespace } = (metadata ?? {}) as Record<string, unknown>;
  if (typeof name !== 'string' || name === '')
    throw badField('yaml', `line ${line}: metadata.name is missing`);
  const place = known.namespaced ? { namespace: namespace ?? 'default' } : {};
  return [
    { ...(value as KubeObject), metadata: { ...(metadata as KubeObject['metadata']), ...place } as never },
  ];
}

const text = (value: unknown) => (typeof value === 'string' ? shortened(value).slice(0, 100) : 'nothing');
