/** A document in the form of agentgateway's standalone configuration, checked as `up --config` would. */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { convertStandalone } from '../../core/standalone/convert.ts';
import type { InputDocument } from '../input-file.ts';
import { type LocatedFault, type LocatedObject, objectsIn } from '../kube-documents.ts';

/** Told from resources by what it lacks: it has `llm`, and no `kind`. */
export function isStandalone({ value }: InputDocument): boolean {
  return typeof value === 'object' && value !== null && 'llm' in value && !('kind' in value);
}

/** The resources that it becomes, or its faults. */
export function standaloneIn(
  file: string,
  document: InputDocument,
  env: NodeJS.ProcessEnv,
): { objects: LocatedObject[]; faults: LocatedFault[] } {
  const directory = file === '-' ? '.' : dirname(file);
  const result = convertStandalone(document.value, {
    env: (name) => env[name],
    readFile: (name) => readFileSync(resolve(directory, name), 'utf8'),
    sha256: (text) => hash('sha256', text),
  });
  if ('config' in result) {
    const documents = result.config.objects.map((value) => ({ ...document, value }));
    return objectsIn(file, documents, 'default');
  }
  const faults = result.faults.map(({ path, message }) => ({
    file,
    line: document.lineAt(segmentsOf(path)),
    object: 'standalone configuration',
    message: `${path} ${message}`,
  }));
  return { objects: [], faults };
}

/** `llm.models[0].name` → `llm`, `models`, 0, `name`. */
function segmentsOf(path: string): (string | number)[] {
  return [...path.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([text, index]) =>
    index === undefined ? text : Number(index),
  );
}
