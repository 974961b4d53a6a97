import type { KindDefinition } from '../kind.ts';
import { objectSchema } from '../object-schema.ts';
import { required } from '../schema-builders.ts';
import { spec, status } from '../schemas/budget.ts';

/** A limit on what a group of callers may use. */
export const budget: KindDefinition = {
  group: 'tollgate.dev',
  version: 'v1alpha1',
  kind: 'Budget',
  listKind: 'BudgetList',
  plural: 'budgets',
  singular: 'budget',
  shortNames: [],
  categories: ['tollgate'],
  namespaced: true,
  origin: 'crd',
  hasStatus: true,
  hasGeneration: true,
  columns: [
    { name: 'Limit', type: 'string', jsonPath: '.status.limit' },
    { name: 'Used', type: 'string', jsonPath: '.status.used' },
    { name: 'Reserved', type: 'string', jsonPath: '.status.reserved' },
    { name: 'Enforcement', type: 'string', jsonPath: '.spec.enforcement' },
    { name: 'Accepted', type: 'string', jsonPath: '.status.conditions[?(@.type=="Accepted")].status' },
    { name: 'Resets', type: 'string', priority: 1, jsonPath: '.status.resetsAt' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  schema: objectSchema('A limit on what a group of callers may use.', { spec: required(spec), status }),
};
