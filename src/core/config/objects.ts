/** The resources of one compilation, with the look-ups that compiling needs. Objects are read, never changed. */
import type { KubeObject } from '../resources/object.ts';

export const groups = {
  core: '',
  gatewayApi: 'gateway.networking.k8s.io',
  agentgateway: 'agentgateway.dev',
  discovery: 'discovery.k8s.io',
  tollgate: 'tollgate.dev',
} as const;

export interface ObjectSource {
  list(group: string, kind: string): readonly KubeObject[];
}

export class Objects {
  readonly #source: ObjectSource;
  readonly #byName = new Map<string, Map<string, KubeObject>>();

  constructor(source: ObjectSource) {
    this.#source = source;
  }

  /** Oldest first, then by name: the order that decides every tie. */
  list(group: string, kind: string): KubeObject[] {
    return [...this.#source.list(group, kind)].sort(olderFirst);
  }

  get(group: string, kind: string, namespace: string | undefined, name: string): KubeObject | undefined {
    const key = `${group}/${kind}`;
    let index = this.#byName.get(key);
    if (index === undefined) {
      index = new Map(this.#source.list(group, kind).map((object) => [nameOf(object), object]));
      this.#byName.set(key, index);
    }
    return index.get(namespace === undefined ? name : `${namespace}/${name}`);
  }
}

export function nameOf({ metadata }: KubeObject): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}

/** The order that decides every tie. */
export function olderFirst(a: KubeObject, b: KubeObject): number {
  const [x, y] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (x !== y) return x < y ? -1 : 1;
  return nameOf(a) < nameOf(b) ? -1 : 1;
}

/** A label selector of the API (`matchLabels` and `matchExpressions`). An empty one selects everything. */
export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

export function selects(
  selector: LabelSelector | undefined,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  const own = labels ?? {};
  const all = Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => own[key] === value);
  return all && (selector?.matchExpressions ?? []).every((expression) => expressionHolds(expression, own));
}

function expressionHolds(
  { key, operator, values = [] }: { key: string; operator: string; values?: string[] },
  labels: Readonly<Record<string, string>>,
): boolean {
  const value = labels[key];
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'DoesNotExist') return value === undefined;
  if (operator === 'In') return value !== undefined && values.includes(value);
  if (operator === 'NotIn') return value === undefined || !values.includes(value);
  return false;
}
