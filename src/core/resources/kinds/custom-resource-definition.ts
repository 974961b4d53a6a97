import type { KindDefinition } from '../kind.ts';
import { objectSchema } from '../object-schema.ts';
import { open } from '../schema-builders.ts';

/** CRDs as objects, so that manifests with them apply and `kubectl get crd` lists them; they add no kinds here. */
export const customResourceDefinition: KindDefinition = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  listKind: 'CustomResourceDefinitionList',
  plural: 'customresourcedefinitions',
  singular: 'customresourcedefinition',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  namespaced: false,
  origin: 'builtin',
  hasStatus: true,
  hasGeneration: true,
  columns: [{ name: 'Created At', type: 'string', jsonPath: '.metadata.creationTimestamp' }],
  schema: objectSchema('A kind of objects.', {
    spec: open('Its names and schema.'),
    status: open('What is.'),
  }),
};
