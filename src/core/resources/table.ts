/** What `kubectl get` shows of an object: one cell per column (meta.k8s.io/v1 Table). */
import { readPath } from './json-path.ts';
import type { KindDefinition, PrinterColumn } from './kind.ts';
import type { KubeObject } from './object.ts';

export interface ColumnDefinition {
  name: string;
  type: string;
  format: string;
  description: string;
  priority: number;
}

export interface TableColumns {
  definitions: ColumnDefinition[];
  /** `ageOf`: how a timestamp is shown as an age; times come in from outside. */
  cells(object: KubeObject, ageOf: (timestamp: string) => string): unknown[];
}

export function tableColumns(kind: KindDefinition): TableColumns {
  const name: ColumnDefinition = {
    name: 'Name',
    type: 'string',
    format: 'name',
    description: 'Name of the object, unique among its kind and namespace.',
    priority: 0,
  };
  return {
    definitions: [name, ...kind.columns.map(definitionOf)],
    cells: (object, ageOf) => [
      object.metadata.name,
      ...kind.columns.map((column) => cellOf(kind, column, object, ageOf)),
    ],
  };
}

function definitionOf(column: PrinterColumn): ColumnDefinition {
  return {
    name: column.name,
    // Dates arrive as text already.
    type: column.type === 'date' ? 'string' : column.type,
    format: '',
    description: column.description ?? '',
    priority: column.priority ?? 0,
  };
}

function cellOf(
  kind: KindDefinition,
  column: PrinterColumn,
  object: KubeObject,
  ageOf: (timestamp: string) => string,
): unknown {
  const special = specialCells[`${kind.kind}/${column.name}`];
  if (special !== undefined) return special(object);
  const values = readPath(object, column.jsonPath);
  if (column.type === 'date') return typeof values[0] === 'string' ? ageOf(values[0]) : '<unknown>';
  if (column.type === 'integer') return Number(values[0] ?? 0);
  if (values.length === 0) return kind.origin === 'builtin' ? '<none>' : '';
  return values.map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value))).join(',');
}

type Cell = (object: KubeObject) => unknown;
interface ServicePort {
  port: number;
  nodePort?: number;
  protocol?: string;
}

/** Columns of built-in kinds that say more than a path can. */
const specialCells: Record<string, Cell> = {
  'Secret/Data': (object) => Object.keys(object['data'] ?? {}).length,
  'ConfigMap/Data': (object) =>
    Object.keys({ ...(object['data'] ?? {}), ...(object['binaryData'] ?? {}) }).length,
  'ServiceAccount/Secrets': (object) => ((object['secrets'] as unknown[]) ?? []).length,
  'Service/External-IP': externalAddress,
  'Service/Port(s)': (object) =>
    (readPath(object, '.spec.ports[*]') as ServicePort[])
      .map((p) => `${p.port}${p.nodePort === undefined ? '' : `:${p.nodePort}`}/${p.protocol ?? 'TCP'}`)
      .join(',') || '<none>',
  'Service/Selector': (object) => labelText(readPath(object, '.spec.selector')[0]),
  'Pod/Ready': (object) => {
    const containers = readPath(object, '.status.containerStatuses[*]') as { ready?: boolean }[];
    return `${containers.filter((c) => c.ready).length}/${containers.length || readPath(object, '.spec.containers[*]').length}`;
  },
  'Pod/Restarts': (object) => String(readPath(object, '.status.containerStatuses[0].restartCount')[0] ?? 0),
  'Deployment/Ready': readyOf,
  'StatefulSet/Ready': readyOf,
  'Event/Object': (object) => {
    const involved = object['involvedObject'] as { kind?: string; name?: string } | undefined;
    return `${String(involved?.kind ?? '').toLowerCase()}/${involved?.name ?? ''}`;
  },
};

function readyOf(object: KubeObject): string {
  const ready = readPath(object, '.status.readyReplicas')[0] ?? 0;
  return `${String(ready)}/${String(readPath(object, '.spec.replicas')[0] ?? 1)}`;
}

function externalAddress(object: KubeObject): string {
  const given = [
    ...readPath(object, '.status.loadBalancer.ingress[*].ip'),
    ...readPath(object, '.status.loadBalancer.ingress[*].hostname'),
    ...readPath(object, '.spec.externalIPs[*]'),
    ...readPath(object, '.spec.externalName'),
  ];
  if (given.length > 0) return given.join(',');
  return readPath(object, '.spec.type')[0] === 'LoadBalancer' ? '<pending>' : '<none>';
}

function labelText(labels: unknown): string {
  const pairs = Object.entries((labels as Record<string, string>) ?? {}).map(
    ([key, value]) => `${key}=${value}`,
  );
  return pairs.length === 0 ? '<none>' : pairs.join(',');
}

/** An age as kubectl writes it: `3s`, `4m10s`, `2h`, `5d`. */
export function humanDuration(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 120) return `${s}s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 10) return s % 60 === 0 ? `${minutes}m` : `${minutes}m${s % 60}s`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`;
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (days < 8) return hours % 24 === 0 ? `${days}d` : `${days}d${hours % 24}h`;
  return days < 730 ? `${days}d` : `${Math.floor(days / 365)}y`;
}
