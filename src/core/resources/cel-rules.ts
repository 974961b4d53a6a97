/** `x-kubernetes-validations`: CEL over the value itself (`self`), and over the live one (`oldSelf`) in transition rules. */
import { type Cause, childPath } from './check-value.ts';
import type { Schema, ValidationRule } from './kind.ts';
import { type CelValue, compileRule, toCel } from './rule-environment.ts';

export interface CelRuleContext {
  causes: Cause[];
}

export function checkRules(
  value: unknown,
  old: unknown,
  schema: Schema,
  path: string,
  context: CelRuleContext,
): void {
  if (value === undefined || value === null) return;
  for (const rule of schema['x-kubernetes-validations'] ?? [])
    checkRule(rule, value, old, schema, path, context);
  if (Array.isArray(value)) {
    if (schema.items === undefined) return;
    for (const [index, item] of value.entries()) {
      checkRules(item, correlated(old, item, schema), schema.items!, `${path}[${index}]`, context);
    }
  } else if (typeof value === 'object') {
    for (const [name, member] of Object.entries(value)) {
      const field = schema.properties?.[name] ?? schema.additionalProperties;
      if (field === undefined) continue;
      checkRules(
        member,
        (old as Record<string, unknown> | undefined)?.[name],
        field,
        childPath(path, name),
        context,
      );
    }
  }
}

/** Items of a list map keep their identity across an update; others do not (KEP-2876). */
function correlated(old: unknown, item: unknown, schema: Schema): unknown {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (!Array.isArray(old) || keys === undefined) return undefined;
  const wanted = item as Record<string, unknown>;
  return old.find((candidate) => keys.every((key) => candidate?.[key] === wanted[key]));
}

function checkRule(
  rule: ValidationRule,
  value: unknown,
  old: unknown,
  schema: Schema,
  path: string,
  context: CelRuleContext,
): void {
  const isTransition = /\boldSelf\b/.test(rule.rule);
  if (isTransition && old === undefined) return;
  const variables: Record<string, CelValue> = { self: toCel(value, schema) };
  if (isTransition) variables['oldSelf'] = toCel(old, schema);
  let verdict: unknown;
  let failure = '';
  try {
    verdict = compileRule(rule.rule)(variables);
  } catch (error) {
    failure = `: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (verdict === true) return;
  const why = rule.message ?? `failed rule: ${rule.rule}`;
  context.causes.push({
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${shown(value)}: ${why}${failure === '' ? '' : ` (rule evaluation error${failure})`}`,
    field: path,
  });
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return '"array"';
  if (typeof value === 'object') return '"object"';
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
