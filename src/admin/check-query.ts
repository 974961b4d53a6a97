/** Query parameters against their schemas: text that a schema of whole numbers must read as one. */
import { type Cause, checkValue } from '../core/resources/check-value.ts';
import { Problem } from './problem.ts';
import type { Route } from './route.ts';

/** Throws 400 and names the parameter. Parameters that a route does not know are left alone. */
export function checkQuery({ query: schemas = {} }: Route, query: URLSearchParams): void {
  for (const [name, schema] of Object.entries(schemas)) {
    const given = query.get(name);
    if (given === null) continue;
    const isWhole = schema.type === 'integer';
    if (isWhole && !/^-?\d{1,15}$/.test(given)) throw bad(name, 'must be a whole number');
    const causes: Cause[] = [];
    checkValue(isWhole ? Number(given) : given, schema, name, causes);
    if (causes.length === 0) continue;
    if (schema.enum !== undefined) throw bad(name, `one of ${schema.enum.join(', ')}`);
    if (isWhole) throw bad(name, `a whole number from ${schema.minimum} to ${schema.maximum}`);
    throw bad(name, `is not valid: ${causes[0]?.message ?? ''}`);
  }
}

function bad(name: string, why: string): Problem {
  return new Problem(400, 'query', why, name);
}
