/** Built-in kinds of the core group that hold configuration: Namespace, Secret, ConfigMap, ServiceAccount, Event. */
import type { KindDefinition, PrinterColumn } from '../kind.ts';
import { objectSchema } from '../object-schema.ts';
import { any, flag, list, mapOf, open, record, text, whole } from '../schema-builders.ts';

export const ageColumn: PrinterColumn = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
};

const builtin = {
  group: '',
  version: 'v1',
  categories: [],
  origin: 'builtin',
  hasStatus: false,
  hasGeneration: false,
} as const;

export const namespace: KindDefinition = {
  ...builtin,
  kind: 'Namespace',
  listKind: 'NamespaceList',
  plural: 'namespaces',
  singular: 'namespace',
  shortNames: ['ns'],
  namespaced: false,
  hasStatus: true,
  columns: [{ name: 'Status', type: 'string', jsonPath: '.status.phase' }, ageColumn],
  schema: objectSchema('A space for names of objects.', {
    spec: record('What is wanted.', {
      finalizers: list('What must be done before it may go.', text('A finalizer.')),
    }),
    status: record('What is.', {
      phase: text('Active or Terminating.'),
      conditions: list('Details.', open('A condition.')),
    }),
  }),
};

export const secret: KindDefinition = {
  ...builtin,
  kind: 'Secret',
  listKind: 'SecretList',
  plural: 'secrets',
  singular: 'secret',
  shortNames: [],
  namespaced: true,
  columns: [
    { name: 'Type', type: 'string', jsonPath: '.type' },
    { name: 'Data', type: 'integer', jsonPath: '.data' },
    ageColumn,
  ],
  schema: objectSchema('Values that only those who may should see. Encrypted where they are kept.', {
    data: mapOf('Values in base64.', text('A value.', { format: 'byte' })),
    stringData: mapOf('Values as plain text; written into data, never read back.', text('A value.')),
    type: text('What the values are for.'),
    immutable: flag('Whether the values may no longer change.'),
  }),
};

export const configMap: KindDefinition = {
  ...builtin,
  kind: 'ConfigMap',
  listKind: 'ConfigMapList',
  plural: 'configmaps',
  singular: 'configmap',
  shortNames: ['cm'],
  namespaced: true,
  columns: [{ name: 'Data', type: 'integer', jsonPath: '.data' }, ageColumn],
  schema: objectSchema('Configuration that is no secret.', {
    data: mapOf('Texts.', text('A text.')),
    binaryData: mapOf('Bytes in base64.', text('Bytes.', { format: 'byte' })),
    immutable: flag('Whether the values may no longer change.'),
  }),
};

export const serviceAccount: KindDefinition = {
  ...builtin,
  kind: 'ServiceAccount',
  listKind: 'ServiceAccountList',
  plural: 'serviceaccounts',
  singular: 'serviceaccount',
  shortNames: ['sa'],
  namespaced: true,
  columns: [{ name: 'Secrets', type: 'integer', jsonPath: '.secrets' }, ageColumn],
  schema: objectSchema('An identity for programs.', {
    secrets: list('Secrets that belong to it.', open('A reference.')),
    imagePullSecrets: list('Secrets for image registries.', open('A reference.')),
    automountServiceAccountToken: flag('Whether Pods get its token.'),
  }),
};

const objectReference = record('The object that is meant.', {
  apiVersion: text('Version of its API.'),
  kind: text('Its kind.'),
  name: text('Its name.'),
  namespace: text('Its namespace.'),
  uid: text('Its uid.'),
  resourceVersion: text('The version that is meant.'),
  fieldPath: text('The part of it that is meant.'),
});

export const event: KindDefinition = {
  ...builtin,
  kind: 'Event',
  listKind: 'EventList',
  plural: 'events',
  singular: 'event',
  shortNames: ['ev'],
  namespaced: true,
  columns: [
    { name: 'Last Seen', type: 'date', jsonPath: '.lastTimestamp' },
    { name: 'Type', type: 'string', jsonPath: '.type' },
    { name: 'Reason', type: 'string', jsonPath: '.reason' },
    { name: 'Object', type: 'string', jsonPath: '.involvedObject.name' },
    { name: 'Message', type: 'string', jsonPath: '.message' },
  ],
  schema: objectSchema('Something that happened to an object.', {
    involvedObject: objectReference,
    related: objectReference,
    reason: text('Why, in one CamelCase word.'),
    message: text('Why, for people.'),
    type: text('Normal or Warning.'),
    action: text('What was done.'),
    count: whole('How often.', { format: 'int32' }),
    eventTime: any('When it was first seen, to the microsecond.'),
    firstTimestamp: any('When it first happened.'),
    lastTimestamp: any('When it last happened.'),
    reportingComponent: text('Who says so.'),
    reportingInstance: text('Which instance says so.'),
    source: record('Who says so.', { component: text('Its name.'), host: text('Its host.') }),
    series: open('How the event repeats.'),
  }),
};
