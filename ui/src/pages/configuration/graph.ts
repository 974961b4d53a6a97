/** Resources → what leads where, with how each stands. */
import type { Condition, Resource } from '../../api/resources.ts';

export type Standing = 'fine' | 'wrong' | 'waiting' | 'missing';

export interface GraphNode {
  id: string;
  kind: string;
  namespace: string;
  name: string;
  standing: Standing;
  /** Why, where it is not fine. */
  message?: string;
  /** Listeners of a Gateway. */
  lines: string[];
  policies: { id: string; namespace: string; name: string; standing: Standing; message?: string }[];
  /** Ids of nodes to the right. */
  to: string[];
}

export interface Graph {
  gateways: GraphNode[];
  routes: GraphNode[];
  backends: GraphNode[];
  /** Policies whose targets are not here. */
  detached: GraphNode['policies'];
}

export interface Resources {
  gateways: Resource[];
  routes: Resource[];
  backends: Resource[];
  policies: Resource[];
}

const idOf = (kind: string, namespace: string, name: string) => `${kind}/${namespace}/${name}`;
const idOfResource = ({ kind, metadata: { namespace = '', name } }: Resource) => idOf(kind, namespace, name);

export function graphOf({ gateways, routes, backends, policies }: Resources): Graph {
  const graph: Graph = {
    gateways: gateways.map(nodeOf),
    routes: routes.map(nodeOf),
    backends: backends.map(nodeOf),
    detached: [],
  };
  const nodes = new Map(
    [...graph.gateways, ...graph.routes, ...graph.backends].map((node) => [node.id, node]),
  );
  for (const route of routes) {
    const { namespace = '' } = route.metadata;
    const node = nodes.get(idOfResource(route))!;
    for (const parent of route.spec?.parentRefs ?? [])
      nodes.get(idOf(parent.kind ?? 'Gateway', parent.namespace ?? namespace, parent.name))?.to.push(node.id);
    const wanted = (route.spec?.rules ?? []).flatMap(({ backendRefs = [] }) => backendRefs);
    for (const { kind = 'Service', namespace: of = namespace, name } of wanted) {
      const id = idOf(kind, of, name);
      if (!nodes.has(id)) {
        // Services are not listed here; a backend that is not there is a fault.
        const unknown = emptyNode(kind, of, name, kind === 'AgentgatewayBackend' ? 'missing' : 'fine');
        nodes.set(id, unknown);
        graph.backends.push(unknown);
      }
      if (!node.to.includes(id)) node.to.push(id);
    }
  }
  for (const policy of policies) attach(policy, nodes, graph, [...gateways, ...routes, ...backends]);
  return graph;
}

function attach(policy: Resource, nodes: Map<string, GraphNode>, graph: Graph, all: Resource[]): void {
  const { namespace = '', name } = policy.metadata;
  const { targetRefs = [], targetSelectors = [] } = policy.spec ?? {};
  const entry = { id: idOfResource(policy), namespace, name, ...standingOf(policy) };
  const named = targetRefs.map(({ kind = '', name: target }) => idOf(kind, namespace, target));
  const selected = all.filter((one) =>
    targetSelectors.some(
      ({ kind, matchLabels = {} }) =>
        one.kind === kind &&
        one.metadata.namespace === namespace &&
        Object.entries(matchLabels).every(([label, value]) => one.metadata.labels?.[label] === value),
    ),
  );
  const targets = [...new Set([...named, ...selected.map(idOfResource)])].filter((id) => nodes.has(id));
  for (const id of targets) nodes.get(id)!.policies.push(entry);
  if (targets.length === 0) graph.detached.push(entry);
}

function emptyNode(kind: string, namespace: string, name: string, standing: Standing): GraphNode {
  return {
    id: idOf(kind, namespace, name),
    kind,
    namespace,
    name,
    standing,
    lines: [],
    policies: [],
    to: [],
  };
}

function nodeOf(resource: Resource): GraphNode {
  const { kind, metadata, spec } = resource;
  const lines = (spec?.listeners ?? []).map(({ name, protocol, port }) => `${name}: ${protocol} ${port}`);
  return {
    ...emptyNode(kind, metadata.namespace ?? '', metadata.name, 'fine'),
    ...standingOf(resource),
    lines,
  };
}

/** Conditions that say something is wrong when they are True. */
const negative = new Set(['Conflicted', 'PartiallyInvalid', 'OverlappingTLSConfig']);

export function standingOf({ status }: Resource): { standing: Standing; message?: string } {
  const conditions: Condition[] = [
    ...(status?.conditions ?? []),
    ...(status?.parents ?? []).flatMap(({ conditions: of = [] }) => of),
    ...(status?.ancestors ?? []).flatMap(({ conditions: of = [] }) => of),
    ...(status?.listeners ?? []).flatMap(({ conditions: of = [] }) => of),
  ];
  if (conditions.length === 0) return { standing: 'waiting' };
  const wrong = conditions.find(({ type, status: is }) => is === (negative.has(type) ? 'True' : 'False'));
  if (wrong !== undefined)
    return {
      standing: 'wrong',
      message: [wrong.reason, wrong.message].filter((text) => text !== '').join(': '),
    };
  return conditions.some(({ status: is }) => is === 'Unknown')
    ? { standing: 'waiting' }
    : { standing: 'fine' };
}
