/** What the real server does for single built-in kinds beyond their schema. */

import { isDeepStrictEqual } from 'node:util';
import type { KindDefinition } from '../../core/resources/kind.ts';
import type { KubeObject } from '../../core/resources/object.ts';
import type { StatusCause } from '../status-error.ts';
import type { RegistryContext } from './context.ts';
import type { KindRule, KindRuleResult } from './kind-rule.ts';
import { completeService } from './service-defaults.ts';

const rules: Record<string, KindRule> = {
  '/Secret': secret,
  '/ConfigMap': (object, previous) => ({ causes: immutableCauses(object, previous) }),
  '/Namespace': namespace,
  '/Service': (object, previous, context) => completeService(object, previous, context),
  'apps/Deployment': (_, previous) => ({
    warnings: previous === undefined ? [noContainers('Deployment')] : [],
  }),
  'apps/StatefulSet': (_, previous) => ({
    warnings: previous === undefined ? [noContainers('StatefulSet')] : [],
  }),
  'apps/DaemonSet': (_, previous) => ({
    warnings: previous === undefined ? [noContainers('DaemonSet')] : [],
  }),
  '/Pod': (_, previous) => ({ warnings: previous === undefined ? [noContainers('Pod')] : [] }),
  'apiextensions.k8s.io/CustomResourceDefinition': definition,
};

export function applyKindRules(
  context: RegistryContext,
  kind: KindDefinition,
  object: KubeObject,
  previous: KubeObject | undefined,
): KindRuleResult {
  const result = rules[`${kind.group}/${kind.kind}`]?.(object, previous, context) ?? {};
  return { object: result.object ?? object, causes: result.causes ?? [], warnings: result.warnings ?? [] };
}

function noContainers(kind: string): string {
  return `no containers run here: the ${kind} is kept, and nothing is started for it`;
}

/** `stringData` is write-only: it is merged into `data`, where it wins. */
function secret(object: KubeObject, previous: KubeObject | undefined): Partial<KindRuleResult> {
  const { stringData, ...rest } = object;
  const data = { ...(rest['data'] as Record<string, string> | undefined) };
  for (const [key, value] of Object.entries((stringData ?? {}) as Record<string, string>)) {
    data[key] = Buffer.from(value, 'utf8').toString('base64');
  }
  const merged: KubeObject = { ...rest, type: rest['type'] ?? 'Opaque' } as KubeObject;
  if (Object.keys(data).length > 0) merged['data'] = data;
  else delete merged['data'];
  const causes = [...dataCauses(data), ...immutableCauses(merged, previous)];
  if (previous !== undefined && previous['type'] !== merged['type']) {
    causes.push({
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(merged['type'])}: field is immutable`,
      field: 'type',
    });
  }
  return { object: merged, causes };
}

function dataCauses(data: Record<string, string>): StatusCause[] {
  return Object.keys(data)
    .filter((key) => !/^[-._a-zA-Z0-9]+$/.test(key) || key.length > 253)
    .map((key) => ({
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(key)}: a valid config key must consist of alphanumeric characters, '-', '_' or '.'`,
      field: `data[${key}]`,
    }));
}

function immutableCauses(object: KubeObject, previous: KubeObject | undefined): StatusCause[] {
  if (previous?.['immutable'] !== true) return [];
  const changed = ['data', 'binaryData'].filter(
    (field) => !isDeepStrictEqual(object[field], previous[field]),
  );
  if (object['immutable'] !== true) changed.push('immutable');
  return changed.map((field) => ({
    reason: 'FieldValueForbidden',
    message: 'Forbidden: field is immutable when `immutable` is set',
    field,
  }));
}

function namespace(object: KubeObject, previous: KubeObject | undefined): Partial<KindRuleResult> {
  const labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name };
  return {
    object: {
      ...object,
      metadata: { ...object.metadata, labels },
      spec: previous?.['spec'] ?? { finalizers: ['kubernetes'] },
      status: object['status'] ?? { phase: 'Active' },
    },
  };
}

/** The kinds are built in: a manifest that brings their CRDs applies, and neither adds nor changes one. */
function definition(
  object: KubeObject,
  previous: KubeObject | undefined,
  context: RegistryContext,
): Partial<KindRuleResult> {
  const { name } = object.metadata;
  const builtIn = context.kinds.some((kind) => `${kind.plural}.${kind.group}` === name);
  if (!builtIn)
    return { warnings: [`CustomResourceDefinition ${name} is kept, but adds no kind to this server`] };
  if (previous === undefined || isDeepStrictEqual(object['spec'], previous['spec'])) return {};
  const warnings = [`${name} is built into this server: the schema it has stays as it is`];
  return { object: { ...object, spec: previous['spec'] }, warnings };
}
