import type { KindDefinition } from '../kind.ts';
import { objectSchema } from '../object-schema.ts';
import { required } from '../schema-builders.ts';
import { spec, status } from '../schemas/virtual-key.ts';

/** A key that opens the gateway for one person or program. */
export const virtualKey: KindDefinition = {
  group: 'tollgate.dev',
  version: 'v1alpha1',
  kind: 'VirtualKey',
  listKind: 'VirtualKeyList',
  plural: 'virtualkeys',
  singular: 'virtualkey',
  shortNames: ['vk'],
  categories: ['tollgate'],
  namespaced: true,
  origin: 'crd',
  hasStatus: true,
  hasGeneration: true,
  columns: [
    { name: 'Owner', type: 'string', jsonPath: '.spec.owner' },
    { name: 'Key', type: 'string', jsonPath: '.status.display' },
    { name: 'Accepted', type: 'string', jsonPath: '.status.conditions[?(@.type=="Accepted")].status' },
    { name: 'Disabled', type: 'boolean', jsonPath: '.spec.disabled' },
    { name: 'Expires', type: 'string', jsonPath: '.spec.expiresAt' },
    { name: 'Last used', type: 'date', jsonPath: '.status.lastUsedAt' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  schema: objectSchema('A key that opens the gateway for one person or program.', {
    spec: required(spec),
    status,
  }),
};
