/** CEL of validation rules: the conformant evaluator with Kubernetes' extensions. Slower than the request path's; run on writes only. */
import { CelScalar, celEnv, celFunc, celMethod, parse, plan } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import type { Schema } from './kind.ts';
import { quantityToNumber } from './quantity.ts';

export type CelValue = string | number | bigint | boolean | null | CelValue[] | { [name: string]: CelValue };

const { STRING, DOUBLE, INT } = CelScalar;

/** A quantity is its number here; comparing is all that rules do with one. */
const environment = celEnv({
  funcs: [
    ...strings,
    celFunc('quantity', [STRING], DOUBLE, (text) => quantityToNumber(text)),
    celMethod('compareTo', DOUBLE, [DOUBLE], INT, function (other) {
      return this < other ? -1n : this > other ? 1n : 0n;
    }),
  ],
});

type Evaluate = (variables: Record<string, CelValue>) => unknown;
const compiled = new Map<string, Evaluate>();

export function compileRule(source: string): Evaluate {
  let evaluate = compiled.get(source);
  if (evaluate === undefined) {
    evaluate = plan(environment, parse(source)) as unknown as Evaluate;
    compiled.set(source, evaluate);
  }
  return evaluate;
}

/** Words of CEL's grammar: a rule says `__namespace__` for a field of that name, as in a real API server. */
const reserved = new Set(
  'as break const continue else false for function if import in let loop namespace null package return true'.split(
    ' ',
  ),
);

/** JSON has one number type; the schema says which ones CEL takes for ints. */
export function toCel(value: unknown, schema: Schema | undefined): CelValue {
  if (Array.isArray(value)) return value.map((item) => toCel(item, schema?.items));
  if (typeof value === 'object' && value !== null) {
    const members: Record<string, CelValue> = {};
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined) continue;
      members[reserved.has(name) ? `__${name}__` : name] = toCel(
        member,
        schema?.properties?.[name] ?? schema?.additionalProperties,
      );
    }
    return members;
  }
  const isInt = schema?.type === 'integer' || schema?.['x-kubernetes-int-or-string'] === true;
  if (typeof value === 'number' && isInt) return BigInt(value);
  return value as CelValue;
}
