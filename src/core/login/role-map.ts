/** Which role somebody has here, by what an identity provider says of them. */
import type { ConsoleRole } from './person.ts';

export interface RoleRule extends ConsoleRole {
  /** Value of the claim that must be there, whole and in the same case. */
  value: string;
}

/**
 * `platform-admins=admin, finance=viewer, research=owner:research`: value of the claim, then the role; a rule a line or commas
 * between. The last `=` parts them; a comma of a value is written `\,`. A fault in words when it cannot be read.
 */
export function roleRulesOf(text: string): RoleRule[] | string {
  const rules: RoleRule[] = [];
  for (const part of text.split(/(?<!\\),|\n/).map((one) => one.trim().replaceAll('\\,', ','))) {
    if (part === '') continue;
    const at = part.lastIndexOf('=');
    const value = part.slice(0, Math.max(at, 0)).trim();
    const role = roleOf(part.slice(at + 1).trim());
    if (value === '') return `"${part}" is not VALUE=ROLE`;
    if (role === undefined) return `the role of "${value}" is none of admin, viewer and owner:TEAM`;
    rules.push({ value, ...role });
  }
  return rules.length === 0 ? 'it names no role, so nobody could log in' : rules;
}

function roleOf(text: string): ConsoleRole | undefined {
  if (text === 'admin' || text === 'viewer') return { role: text };
  const team = /^owner:\s*(\S.{0,62})$/.exec(text)?.[1];
  return team === undefined ? undefined : { role: 'owner', team };
}

/** The first rule that holds, in the order in which they were written: with several groups the writer decides. */
export function roleFor(rules: readonly RoleRule[], claim: unknown): ConsoleRole | undefined {
  const values = new Set(Array.isArray(claim) ? claim : [claim]);
  const found = rules.find(({ value }) => values.has(value));
  if (found === undefined) return undefined;
  return { role: found.role, ...(found.team === undefined ? {} : { team: found.team }) };
}

/** A claim by its name, or by a path into it: `groups`, `https://example.com/roles`, `realm_access.roles`. */
export function claimAt(claims: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let found: unknown = claims;
  for (const step of name.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Record<string, unknown>)[step];
  }
  return found;
}
