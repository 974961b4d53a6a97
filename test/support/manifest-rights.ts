/** The rights that the manifests give, as a real cluster would apply them: role-based access control for one account. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { root } from './gateway.ts';

export interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

interface Role {
  kind: string;
  metadata: { name: string };
  rules: Rule[];
}

/** Of the ClusterRoles in files of `deploy/manifests`; all of them, or those named. */
export function rulesOf(file: string, ...names: string[]): Rule[] {
  const text = readFileSync(join(root, 'deploy/manifests', file), 'utf8');
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Role)
    .filter(
      ({ kind, metadata }) => kind === 'ClusterRole' && (names.length === 0 || names.includes(metadata.name)),
    )
    .flatMap(({ rules }) => rules);
}

export interface Access {
  verb: string;
  group: string;
  /** `virtualkeys`, `virtualkeys/status`. */
  resource: string;
}

export function allows(rules: readonly Rule[], { verb, group, resource }: Access): boolean {
  return rules.some(
    ({ apiGroups, resources, verbs }) =>
      apiGroups.includes(group) && resources.includes(resource) && verbs.includes(verb),
  );
}

const verbs: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Undefined for what is no resource (discovery). */
export function accessOf(method: string, url: string): Access | undefined {
  const { pathname, searchParams } = new URL(url, 'http://cluster');
  const [, prefix, ...rest] = pathname.split('/');
  const group = prefix === 'api' ? '' : rest.shift();
  if (group === undefined || rest.shift() === undefined) return undefined;
  if (rest[0] === 'namespaces' && rest.length > 2) rest.splice(0, 2);
  const [plural, name, subresource] = rest;
  if (plural === undefined) return undefined;
  const reading = name !== undefined ? 'get' : searchParams.get('watch') === 'true' ? 'watch' : 'list';
  return {
    verb: verbs[method] ?? reading,
    group,
    resource: subresource === undefined ? plural : `${plural}/${subresource}`,
  };
}
