import type { Consequence } from '../../../src/core/config/consequence.ts';
import { callApi } from './client.ts';

export interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
}

interface Reference {
  group?: string;
  kind?: string;
  namespace?: string;
  name: string;
}

export interface Resource {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  spec?: {
    parentRefs?: Reference[];
    rules?: { backendRefs?: Reference[] }[];
    targetRefs?: Reference[];
    targetSelectors?: { kind?: string; matchLabels?: Record<string, string> }[];
    listeners?: { name: string; port: number; protocol: string }[];
    [field: string]: unknown;
  };
  status?: {
    conditions?: Condition[];
    parents?: { conditions?: Condition[] }[];
    ancestors?: { conditions?: Condition[] }[];
    listeners?: { name: string; conditions?: Condition[] }[];
  };
}

/** Those that the console shows how they stand. */
export const resourceKinds = ['Gateway', 'HTTPRoute', 'AgentgatewayBackend', 'AgentgatewayPolicy'] as const;

export const listResources = async (kind: string, signal?: AbortSignal) =>
  (await callApi<{ items: Resource[] }>(`/resources/${kind}`, { signal })).items;

export interface ResourcePlace {
  kind: string;
  namespace: string;
  name: string;
}

/** `version` goes with the text: an object that was changed since is not overwritten. */
export const getResourceText = ({ kind, namespace, name }: ResourcePlace, signal?: AbortSignal) =>
  callApi<{ yaml: string; version: string }>(
    `/resources/${kind}/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`,
    { signal },
  );

export interface ApplyResult {
  kind: string;
  namespace?: string;
  name: string;
  action: 'created' | 'configured' | 'unchanged' | 'refused';
  version?: string;
  diff?: string;
  error?: string;
}

interface ApplyInput {
  yaml: string;
  dryRun: boolean;
  /** `Kind/namespace/name` → version that was looked at. */
  expect?: Record<string, string>;
}

export const applyYaml = (input: ApplyInput) =>
  callApi<{ applied: boolean; results: ApplyResult[] }>('/resources:apply', { method: 'POST', body: input });

export interface FieldSchema {
  type?: string;
  description?: string;
  properties?: Record<string, FieldSchema>;
  additionalProperties?: FieldSchema;
  items?: FieldSchema;
  required?: string[];
  enum?: unknown[];
  default?: unknown;
}

export interface KindSchema {
  apiVersion: string;
  kind: string;
  schema: FieldSchema;
}

export const listSchemas = async (signal?: AbortSignal) =>
  (await callApi<{ items: KindSchema[] }>('/resource-schemas', { signal })).items;

interface Deletion {
  deleted: boolean;
  version: string;
  consequences: Consequence[];
  /** Finalizers. */
  heldBy?: string[];
}

const pathOf = ({ kind, namespace, name }: ResourcePlace) =>
  `/resources/${kind}/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;

/** Deletes nothing. */
export const tellConsequences = (place: ResourcePlace, signal?: AbortSignal) =>
  callApi<Deletion>(`${pathOf(place)}?dryRun=true`, { method: 'DELETE', signal });

/** Refused when the object is not the one whose consequences were told. */
export const deleteResource = (place: ResourcePlace, expect: string) =>
  callApi<Deletion>(`${pathOf(place)}?expect=${encodeURIComponent(expect)}`, { method: 'DELETE' });
