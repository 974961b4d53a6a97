import type { KindDefinition } from '../kind.ts';
import { objectSchema } from '../object-schema.ts';
import { required } from '../schema-builders.ts';
import { spec } from '../schemas/reference-grant.ts';

/** Allows objects of other namespaces to refer to objects of this one. */
export const referenceGrant: KindDefinition = {
  group: 'gateway.networking.k8s.io',
  version: 'v1',
  kind: 'ReferenceGrant',
  listKind: 'ReferenceGrantList',
  plural: 'referencegrants',
  singular: 'referencegrant',
  shortNames: ['refgrant'],
  categories: ['gateway-api'],
  namespaced: true,
  origin: 'crd',
  hasStatus: false,
  hasGeneration: true,
  columns: [{ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }],
  schema: objectSchema('Allows objects of other namespaces to refer to objects of this one.', {
    spec: required(spec),
  }),
};
