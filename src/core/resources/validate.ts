/**
 * A walk of the structural schema that gives Kubernetes' verdicts, paths and messages: prune, default, validate, list maps,
 * CEL rules. The order of steps is apiextensions-apiserver's.
 */
import { type CelRuleContext, checkRules } from './cel-rules.ts';
import { type Cause, checkValue, childPath } from './check-value.ts';
import { applyDefaults } from './defaults.ts';
import type { KindDefinition, Schema } from './kind.ts';
import type { KubeObject } from './object.ts';
import { prune } from './prune.ts';

export interface AdmissionResult {
  /** Pruned and defaulted. */
  object: KubeObject;
  /** Strict decoding messages such as `unknown field "spec.x"`. */
  strictErrors: string[];
  causes: Cause[];
}

/** `previous` is the live object of an update: transition rules call it `oldSelf`. The input is not changed. */
export function admit(kind: KindDefinition, given: KubeObject, previous?: KubeObject): AdmissionResult {
  const object = structuredCloneJson(given) as KubeObject;
  const strictErrors: string[] = [];
  prune(object, kind.schema, '', (path) => strictErrors.push(`unknown field "${path}"`));
  applyDefaults(object, kind.schema);
  const causes: Cause[] = [];
  validate(object, kind.schema, causes);
  if (causes.some((cause) => blocking.has(cause.reason))) {
    causes.push(rulesNotChecked);
  } else {
    const context: CelRuleContext = { causes };
    for (const field of Object.keys(kind.schema.properties ?? {})) {
      if (field === 'metadata') continue;
      checkRules(object[field], previous?.[field], kind.schema.properties![field]!, field, context);
    }
  }
  return { object, strictErrors, causes };
}

/** After these, rules could be evaluated on what has the wrong shape or is too large (apiextensions `hasBlockingErr`). */
const blocking = new Set([
  'FieldValueRequired',
  'FieldValueTypeInvalid',
  'FieldValueTooLong',
  'FieldValueTooMany',
]);
const rulesNotChecked: Cause = {
  reason: 'FieldValueInvalid',
  message:
    'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
  field: '<nil>',
};

function validate(object: KubeObject, schema: Schema, causes: Cause[]): void {
  for (const name of schema.required ?? []) {
    if (object[name] === undefined)
      causes.push({ reason: 'FieldValueRequired', message: 'Required value', field: name });
  }
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (name === 'metadata' || object[name] === undefined) continue;
    checkValue(object[name], field, childPath('', name), causes);
  }
}

/** JSON values only; `structuredClone` is not part of the language. */
function structuredCloneJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(structuredCloneJson);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) copy[key] = structuredCloneJson(member);
  return copy;
}
