/**
 * Workloads: shown for Gateways and accepted from manifests, though no containers run here. Their insides are kept as they
 * are; lists that strategic merge patches join by key are described.
 */
import type { KindDefinition, Schema } from '../kind.ts';
import { objectSchema } from '../object-schema.ts';
import { list, open, record, required, text, whole } from '../schema-builders.ts';
import { ageColumn } from './core.ts';

const openEnded = { 'x-kubernetes-preserve-unknown-fields': true } as const;
const mergeBy = (key: string) =>
  ({ 'x-kubernetes-patch-strategy': 'merge', 'x-kubernetes-patch-merge-key': key }) as const;
const named = (description: string) =>
  list(description, record('An entry.', { name: text('Its name.') }, openEnded), mergeBy('name'));

const containers = list(
  'Containers.',
  record(
    'A container.',
    {
      name: required(text('Its name.')),
      image: text('Its image.'),
      env: named('Environment variables.'),
      ports: list(
        'Ports.',
        record('A port.', { containerPort: whole('Port number.'), name: text('Its name.') }, openEnded),
        mergeBy('containerPort'),
      ),
      volumeMounts: list(
        'Where volumes are mounted.',
        record('A mount.', { mountPath: text('The path.'), name: text('The volume.') }, openEnded),
        mergeBy('mountPath'),
      ),
    },
    openEnded,
  ),
  mergeBy('name'),
);

const podSpec = record(
  'What the Pod runs.',
  {
    containers,
    initContainers: containers,
    volumes: named('Volumes.'),
    imagePullSecrets: named('Secrets for image registries.'),
  },
  openEnded,
);

const podTemplate = record('The Pods to make.', { metadata: open('Labels and annotations.'), spec: podSpec });

export const pod: KindDefinition = {
  group: '',
  version: 'v1',
  kind: 'Pod',
  listKind: 'PodList',
  plural: 'pods',
  singular: 'pod',
  shortNames: ['po'],
  categories: ['all'],
  namespaced: true,
  origin: 'builtin',
  hasStatus: true,
  hasGeneration: true,
  columns: [
    { name: 'Ready', type: 'string', jsonPath: '.status.containerStatuses' },
    { name: 'Status', type: 'string', jsonPath: '.status.phase' },
    { name: 'Restarts', type: 'string', jsonPath: '.status.containerStatuses[0].restartCount' },
    ageColumn,
  ],
  schema: objectSchema('Containers that run together.', { spec: podSpec, status: open('What is.') }),
};

function workload(
  names: Pick<KindDefinition, 'kind' | 'plural' | 'singular' | 'shortNames' | 'columns'>,
  description: string,
  spec: Record<string, Schema>,
): KindDefinition {
  return {
    group: 'apps',
    version: 'v1',
    listKind: `${names.kind}List`,
    categories: ['all'],
    namespaced: true,
    origin: 'builtin',
    hasStatus: true,
    hasGeneration: true,
    schema: objectSchema(description, {
      spec: record(
        'What is wanted.',
        { selector: required(open('Labels of its Pods.')), template: required(podTemplate), ...spec },
        openEnded,
      ),
      status: open('What is.'),
    }),
    ...names,
  };
}

const replicas = { replicas: whole('How many Pods.', { format: 'int32', default: 1, minimum: 0 }) };

export const deployment = workload(
  {
    kind: 'Deployment',
    plural: 'deployments',
    singular: 'deployment',
    shortNames: ['deploy'],
    columns: [
      { name: 'Ready', type: 'string', jsonPath: '.status.readyReplicas' },
      { name: 'Up-to-date', type: 'integer', jsonPath: '.status.updatedReplicas' },
      { name: 'Available', type: 'integer', jsonPath: '.status.availableReplicas' },
      ageColumn,
    ],
  },
  'Pods that are replaced one by one when they change.',
  replicas,
);

export const replicaSet = workload(
  {
    kind: 'ReplicaSet',
    plural: 'replicasets',
    singular: 'replicaset',
    shortNames: ['rs'],
    columns: [
      { name: 'Desired', type: 'integer', jsonPath: '.spec.replicas' },
      { name: 'Current', type: 'integer', jsonPath: '.status.replicas' },
      { name: 'Ready', type: 'integer', jsonPath: '.status.readyReplicas' },
      ageColumn,
    ],
  },
  'A number of equal Pods.',
  replicas,
);

export const statefulSet = workload(
  {
    kind: 'StatefulSet',
    plural: 'statefulsets',
    singular: 'statefulset',
    shortNames: ['sts'],
    columns: [{ name: 'Ready', type: 'string', jsonPath: '.status.readyReplicas' }, ageColumn],
  },
  'Pods with names and volumes of their own.',
  replicas,
);
