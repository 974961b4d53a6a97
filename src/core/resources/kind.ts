/**
 * What the project knows of one resource kind: written once, and the source of validation, defaulting, discovery,
 * OpenAPI, the CRD manifests, `kubectl explain` and table columns.
 */

/** A Kubernetes structural schema (apiextensions/v1 JSONSchemaProps, the subset that structural schemas allow). */
export interface Schema {
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  description?: string;
  properties?: Record<string, Schema>;
  required?: readonly string[];
  additionalProperties?: Schema;
  items?: Schema;
  default?: unknown;
  enum?: readonly unknown[];
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: boolean;
  exclusiveMaximum?: boolean;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minProperties?: number;
  maxProperties?: number;
  uniqueItems?: boolean;
  nullable?: boolean;
  oneOf?: readonly Schema[];
  anyOf?: readonly Schema[];
  allOf?: readonly Schema[];
  not?: Schema;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
  'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  'x-kubernetes-list-map-keys'?: readonly string[];
  'x-kubernetes-map-type'?: 'atomic' | 'granular';
  'x-kubernetes-validations'?: readonly ValidationRule[];
  /** Built-in kinds only: how a strategic merge patch joins this list. */
  'x-kubernetes-patch-strategy'?: 'merge' | 'replace' | 'retainKeys';
  'x-kubernetes-patch-merge-key'?: string;
}

export interface ValidationRule {
  rule: string;
  message?: string;
  messageExpression?: string;
  reason?: string;
  fieldPath?: string;
  optionalOldSelf?: boolean;
}

/** One column of `kubectl get`. `priority` 0 is always shown, 1 only with `-o wide`. */
export interface PrinterColumn {
  name: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  description?: string;
  priority?: number;
  /** Simple JSON path of the apiextensions dialect, for example `.status.conditions[?(@.type=="Accepted")].status`. */
  jsonPath: string;
}

export interface KindDefinition {
  /** '' is the core group. */
  group: string;
  version: string;
  kind: string;
  listKind: string;
  plural: string;
  singular: string;
  shortNames: readonly string[];
  categories: readonly string[];
  namespaced: boolean;
  /** `crd` kinds get merge patches and structural pruning; `builtin` kinds also get strategic merge patches. */
  origin: 'builtin' | 'crd';
  /** True when status is a subresource: main-resource writes ignore it and `/status` writes ignore the rest. */
  hasStatus: boolean;
  /** Spec changes (anything outside metadata and status) raise `metadata.generation`. */
  hasGeneration: boolean;
  columns: readonly PrinterColumn[];
  /** Schema of the whole object; `metadata` is checked by the common rules and is only `{type: object}` here. */
  schema: Schema;
}

export function apiVersionOf(kind: { group: string; version: string }): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
}
