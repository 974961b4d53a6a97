/** Types and constraints of one value, with the API server's texts (kube-openapi validation, field errors). */
import type { Schema } from './kind.ts';
import { formatFault } from './string-formats.ts';

/** metav1.StatusCause. */
export interface Cause {
  reason: string;
  message: string;
  field: string;
}

export function childPath(parent: string, name: string): string {
  return parent === '' ? name : `${parent}.${name}`;
}

export function checkValue(value: unknown, schema: Schema, path: string, causes: Cause[]): void {
  const type = typeFault(value, schema);
  if (type !== undefined) {
    causes.push(invalidType(value, path, type));
    return;
  }
  checkAlternatives(value, schema, path, causes);
  if (schema.enum !== undefined && !schema.enum.includes(value))
    causes.push(unsupported(value, schema.enum, path));
  if (typeof value === 'string') checkText(value, schema, path, causes);
  else if (typeof value === 'number') checkNumber(value, schema, path, causes);
  else if (Array.isArray(value)) checkList(value, schema, path, causes);
  else if (typeof value === 'object' && value !== null)
    checkObject(value as Record<string, unknown>, schema, path, causes);
}

/** `oneOf`, `anyOf` and `not` of value validations (structural schemas allow them on constraints only). */
function checkAlternatives(value: unknown, schema: Schema, path: string, causes: Cause[]): void {
  const fitting = (schemas: readonly Schema[]) =>
    schemas.filter((alternative) => fits(value, alternative)).length;
  const fault = (which: string) =>
    causes.push({
      reason: 'FieldValueInvalid',
      message: `Invalid value: "": "${path}" must validate ${which}`,
      field: '<nil>',
    });
  if (schema.oneOf !== undefined && fitting(schema.oneOf) !== 1) fault('one and only one schema (oneOf)');
  if (schema.anyOf !== undefined && fitting(schema.anyOf) === 0) fault('at least one schema (anyOf)');
  if (schema.not !== undefined && fits(value, schema.not)) fault('none of the schemas (not)');
}

function fits(value: unknown, schema: Schema): boolean {
  const found: Cause[] = [];
  checkValue(value, schema, '', found);
  return found.length === 0;
}

/** The type that was wanted, when another came. */
function typeFault(value: unknown, schema: Schema): string | undefined {
  if (schema['x-kubernetes-int-or-string']) {
    return typeof value === 'string' || Number.isInteger(value) ? undefined : 'integer,string';
  }
  if (value === null) return schema.nullable || schema.type === undefined ? undefined : schema.type;
  const is = Array.isArray(value) ? 'array' : typeof value;
  if (schema.type === undefined || schema.type === is) return undefined;
  if (schema.type === 'integer' && Number.isInteger(value)) return undefined;
  return schema.type;
}

function invalidType(value: unknown, path: string, wanted: string): Cause {
  const got =
    value === null
      ? 'null'
      : Array.isArray(value)
        ? 'array'
        : Number.isInteger(value)
          ? 'integer'
          : typeof value;
  return {
    reason: 'FieldValueTypeInvalid',
    message: `Invalid value: "${got}": ${path} in body must be of type ${wanted}: "${got}"`,
    field: path,
  };
}

function unsupported(value: unknown, allowed: readonly unknown[], path: string): Cause {
  const list = allowed.map((item) => JSON.stringify(item)).join(', ');
  return {
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`,
    field: path,
  };
}

export function invalidValue(value: unknown, path: string, why: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${shown(value)}: ${why}`, field: path };
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return '"array"';
  return typeof value === 'object' ? '"object"' : JSON.stringify(value);
}

function checkText(value: string, schema: Schema, path: string, causes: Cause[]): void {
  const length = [...value].length;
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    causes.push({
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${schema.maxLength} bytes`,
      field: path,
    });
  }
  if (schema.minLength !== undefined && length < schema.minLength) {
    causes.push(
      invalidValue(value, path, `${path} in body should be at least ${schema.minLength} chars long`),
    );
  }
  if (schema.pattern !== undefined && !patternOf(schema.pattern).test(value)) {
    causes.push(invalidValue(value, path, `${path} in body should match '${schema.pattern}'`));
  }
  const fault = schema.format === undefined ? undefined : formatFault(value, schema.format);
  if (fault !== undefined)
    causes.push(
      invalidValue(value, path, `${path} in body must be of type ${schema.format}: ${JSON.stringify(value)}`),
    );
}

function checkNumber(value: number, schema: Schema, path: string, causes: Cause[]): void {
  if (schema.maximum !== undefined && value > schema.maximum) {
    causes.push(
      invalidValue(value, path, `${path} in body should be less than or equal to ${schema.maximum}`),
    );
  }
  if (schema.minimum !== undefined && value < schema.minimum) {
    causes.push(
      invalidValue(value, path, `${path} in body should be greater than or equal to ${schema.minimum}`),
    );
  }
  const bits = schema.format === 'int32' ? 2 ** 31 : undefined;
  if (bits !== undefined && (value >= bits || value < -bits)) {
    causes.push(invalidValue(value, path, `${path} in body must be of type int32: "${value}"`));
  }
}

function checkList(value: readonly unknown[], schema: Schema, path: string, causes: Cause[]): void {
  if (schema.maxItems !== undefined && value.length > schema.maxItems) {
    causes.push({
      reason: 'FieldValueTooMany',
      message: `Too many: ${value.length}: must have at most ${schema.maxItems} items`,
      field: path,
    });
  }
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    causes.push(
      invalidValue(value.length, path, `${path} in body should have at least ${schema.minItems} items`),
    );
  }
  if (schema.items !== undefined) {
    for (const [index, item] of value.entries()) checkValue(item, schema.items, `${path}[${index}]`, causes);
  }
  checkUnique(value, schema, path, causes);
}

function checkUnique(value: readonly unknown[], schema: Schema, path: string, causes: Cause[]): void {
  const keys = schema['x-kubernetes-list-type'] === 'set' ? [] : schema['x-kubernetes-list-map-keys'];
  if (keys === undefined) return;
  const seen = new Set<string>();
  value.forEach((item, index) => {
    const identity =
      keys.length === 0
        ? item
        : Object.fromEntries(keys.map((key) => [key, (item as Record<string, unknown>)?.[key]]));
    const text = JSON.stringify(identity);
    if (seen.has(text)) {
      causes.push({
        reason: 'FieldValueDuplicate',
        message: `Duplicate value: ${text}`,
        field: `${path}[${index}]`,
      });
    }
    seen.add(text);
  });
}

function checkObject(value: Record<string, unknown>, schema: Schema, path: string, causes: Cause[]): void {
  for (const name of schema.required ?? []) {
    if (value[name] === undefined) {
      causes.push({ reason: 'FieldValueRequired', message: 'Required value', field: childPath(path, name) });
    }
  }
  const size = Object.keys(value).length;
  if (schema.maxProperties !== undefined && size > schema.maxProperties) {
    causes.push({
      reason: 'FieldValueTooMany',
      message: `Too many: ${size}: must have at most ${schema.maxProperties} items`,
      field: path,
    });
  }
  if (schema.minProperties !== undefined && size < schema.minProperties) {
    causes.push(
      invalidValue(value, path, `${path} in body should have at least ${schema.minProperties} properties`),
    );
  }
  for (const [name, member] of Object.entries(value)) {
    const field =
      schema.properties !== undefined && Object.hasOwn(schema.properties, name)
        ? schema.properties[name]
        : schema.additionalProperties;
    if (field !== undefined && member !== undefined) checkValue(member, field, childPath(path, name), causes);
  }
}

const patterns = new Map<string, RegExp>();

/** Go's `(?i)` prefix has no place in a JavaScript pattern; the flag says the same. */
function patternOf(source: string): RegExp {
  let pattern = patterns.get(source);
  if (pattern === undefined) {
    pattern = source.startsWith('(?i)') ? new RegExp(source.slice(4), 'iu') : new RegExp(source);
    patterns.set(source, pattern);
  }
  return pattern;
}
