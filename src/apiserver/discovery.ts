/** Discovery: which groups, versions and resources there are, in the aggregated and the legacy form. */
import type { KindDefinition } from '../core/resources/kind.ts';

const objectVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const statusVerbs = ['get', 'patch', 'update'];

interface Subresource {
  name: string;
  kind: string;
  verbs: readonly string[];
  /** Where the subresource's own kind lives, when it is not the parent's group. */
  group?: string;
  version?: string;
}

/** A resource as discovery shows it; some (reviews) are only ever created and kept nowhere. */
export interface DiscoveredResource {
  group: string;
  version: string;
  plural: string;
  singular: string;
  kind: string;
  namespaced: boolean;
  verbs: readonly string[];
  shortNames: readonly string[];
  categories: readonly string[];
  subresources: readonly Subresource[];
}

const subresources: Record<string, readonly Subresource[]> = {
  '/Pod': [
    { name: 'log', kind: 'Pod', verbs: ['get'] },
    { name: 'portforward', kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
  ],
  '/ServiceAccount': [
    { name: 'token', kind: 'TokenRequest', verbs: ['create'], group: 'authentication.k8s.io', version: 'v1' },
  ],
};

const reviews: readonly DiscoveredResource[] = [
  review('authentication.k8s.io', 'SelfSubjectReview'),
  review('authorization.k8s.io', 'SelfSubjectAccessReview'),
  review('authorization.k8s.io', 'SelfSubjectRulesReview'),
];

export function discoveredResources(kinds: readonly KindDefinition[]): DiscoveredResource[] {
  return [...kinds.map(fromKind), ...reviews];
}

function fromKind(kind: KindDefinition): DiscoveredResource {
  const status: Subresource[] = kind.hasStatus
    ? [{ name: 'status', kind: kind.kind, verbs: statusVerbs }]
    : [];
  const { group, version, plural, singular, namespaced, shortNames, categories } = kind;
  return {
    ...{ group, version, plural, singular, kind: kind.kind, namespaced, shortNames, categories },
    verbs:
      kind.kind === 'Namespace' ? objectVerbs.filter((verb) => verb !== 'deletecollection') : objectVerbs,
    subresources: [...(subresources[`${group}/${kind.kind}`] ?? []), ...status],
  };
}

function review(group: string, kind: string): DiscoveredResource {
  const singular = kind.toLowerCase();
  const none: readonly string[] = [];
  return {
    ...{ group, version: 'v1', plural: `${singular}s`, singular, kind, namespaced: false, verbs: ['create'] },
    ...{ shortNames: none, categories: none, subresources: [] },
  };
}

/** Group names, the core group left out, in order of appearance. */
function groupNames(resources: readonly DiscoveredResource[]): string[] {
  return [...new Set(resources.map((r) => r.group))].filter((group) => group !== '');
}

/** Newest first: stable before beta before alpha (`v1`, `v1beta1`, `v1alpha1`). */
function versionsOf(resources: readonly DiscoveredResource[], group: string): string[] {
  const stability = (version: string) => (version.includes('alpha') ? 2 : version.includes('beta') ? 1 : 0);
  const versions = [...new Set(resources.filter((r) => r.group === group).map((r) => r.version))];
  return versions.sort((a, b) => stability(a) - stability(b) || b.localeCompare(a, 'en', { numeric: true }));
}

/** `APIGroupDiscoveryList`, for `/api` (core group only) or `/apis` (the others). */
export function aggregated(
  resources: readonly DiscoveredResource[],
  core: boolean,
  version: 'v2' | 'v2beta1',
): unknown {
  const groups = core ? [''] : groupNames(resources);
  const items = groups.map((group) => ({
    metadata: group === '' ? {} : { name: group },
    versions: versionsOf(resources, group).map((v) => ({
      version: v,
      resources: resources.filter((r) => r.group === group && r.version === v).map(aggregatedResource),
      freshness: 'Current',
    })),
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${version}`, metadata: {}, items };
}

function aggregatedResource(resource: DiscoveredResource): unknown {
  const { group, version, kind, namespaced, shortNames, categories } = resource;
  return {
    resource: resource.plural,
    responseKind: { group, version, kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: resource.verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(resource.subresources.length > 0 && {
      subresources: resource.subresources.map((sub) => ({
        subresource: sub.name,
        responseKind: { group: sub.group ?? group, version: sub.version ?? version, kind: sub.kind },
        verbs: sub.verbs,
      })),
    }),
  };
}

export function apiVersions(address: string): unknown {
  const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress: address }];
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs };
}

export function apiGroupList(resources: readonly DiscoveredResource[]): unknown {
  const groups = groupNames(resources).map((group) => groupEntry(resources, group));
  return { kind: 'APIGroupList', apiVersion: 'v1', groups };
}

/** `/apis/GROUP`; undefined for a group that is not there. */
export function apiGroup(resources: readonly DiscoveredResource[], group: string): unknown {
  if (!groupNames(resources).includes(group)) return undefined;
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(resources, group) };
}

function groupEntry(resources: readonly DiscoveredResource[], name: string) {
  const versions = versionsOf(resources, name).map((version) => ({
    groupVersion: `${name}/${version}`,
    version,
  }));
  return { name, versions, preferredVersion: versions[0]! };
}

/** `/api/v1` and `/apis/GROUP/VERSION`; undefined for a version that is not there. */
export function apiResourceList(
  resources: readonly DiscoveredResource[],
  group: string,
  version: string,
): unknown {
  const found = resources.filter((r) => r.group === group && r.version === version);
  if (found.length === 0) return undefined;
  const groupVersion = group === '' ? version : `${group}/${version}`;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion,
    resources: found.flatMap(legacyResources),
  };
}

function legacyResources(resource: DiscoveredResource): unknown[] {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories } = resource;
  const main = {
    ...{ name: plural, singularName: singular, namespaced, kind, verbs },
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
  };
  const below = resource.subresources.map((sub) => ({
    name: `${plural}/${sub.name}`,
    singularName: '',
    namespaced,
    ...(sub.group !== undefined && { group: sub.group, version: sub.version }),
    kind: sub.kind,
    verbs: sub.verbs,
  }));
  return [main, ...below];
}
