/** Functions beyond standard CEL and its strings extension that agentgateway's expressions use. */
import type { Environment } from '@marcbachmann/cel-js';

export function registerFunctions(environment: Environment): void {
  environment.registerFunction('json(string): dyn', (text: string) => fromJson(JSON.parse(text)));
  environment.registerFunction('toJson(dyn): string', (value: unknown) => JSON.stringify(toJson(value)));
  environment.registerFunction('default(dyn, dyn): dyn', (value: unknown, otherwise: unknown) =>
    value === null || value === undefined ? otherwise : value,
  );
  environment.registerFunction('coalesce(dyn, dyn): dyn', (first: unknown, second: unknown) =>
    first === null || first === undefined ? second : first,
  );
  environment.registerFunction('fail(string): dyn', (message: string) => {
    throw new Error(message);
  });
}

/** JSON numbers that are whole become CEL ints, as agentgateway's `json` gives them. */
export function fromJson(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(fromJson);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fromJson(member)]));
  }
  return value;
}

function toJson(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, member]) => [key, toJson(member)]));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toJson(member)]));
  }
  return value;
}
