/** A standalone configuration file, checked as `tollgate up --config` would take it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { compileConfiguration } from '../../core/config/compile.ts';
import type { KubeObject } from '../../core/resources/object.ts';
import { convertStandalone } from '../../core/standalone/convert.ts';
import type { InputDocument } from '../input-file.ts';
import type { LocatedFault } from '../kube-documents.ts';
import { statusFaults } from './status-faults.ts';

const sections = new Set([
  'llm',
  'config',
  'gateways',
  'binds',
  'frontendPolicies',
  'mcp',
  'ui',
  'routes',
  'backends',
]);

/** Kubernetes' objects say what they are; this file has sections. */
export function isStandalone(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !('kind' in value) && Object.keys(value).some((name) => sections.has(name));
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Warnings are for whoever asked, and no faults. */
export function standaloneFaults(
  file: string,
  { value, line, lineAt }: InputDocument,
  env: NodeJS.ProcessEnv,
  nowRfc3339: string,
  warn: (text: string) => void,
): LocatedFault[] {
  const { objects, faults, warnings } = convertStandalone(value, {
    sha256,
    env: (name) => env[name],
    readFile: (path) => readFileSync(resolve(file === '-' ? '.' : dirname(file), path), 'utf8'),
  });
  const at = (path: string) => lineAt(segmentsOf(path)) ?? line;
  for (const { path, message } of warnings) warn(`${file}:${at(path)}: ${path}: ${message}`);
  if (faults.length > 0)
    return faults.map(({ path, message }) => ({
      file,
      line: at(path),
      object: path === '' ? 'file' : path,
      message,
    }));
  const groupOf = ({ apiVersion }: KubeObject) => apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/')));
  const { statuses } = compileConfiguration(
    { list: (group, kind) => objects.filter((object) => object.kind === kind && groupOf(object) === group) },
    { generation: 1, nowRfc3339, sha256, providerUrls: {}, address: '127.0.0.1', bindErrors: {} },
  );
  return statuses.flatMap(({ object, status }) =>
    statusFaults(status).map((message) => ({
      file,
      line,
      object: `${object.kind} ${object.metadata.name}`,
      message,
    })),
  );
}

/** `llm.models[0].name` → its steps. */
function segmentsOf(path: string): (string | number)[] {
  return [...path.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([text, index]) =>
    index === undefined ? text : Number(index),
  );
}
