/** `traffic.apiKeyAuthentication`: who is calling. Same answers as agentgateway, more places to find a key in. */
import { type CelProgram, type CompileExpression, compileExpression } from '../cel/compile.ts';
import type { KeyLocation } from '../config/credential.ts';
import type { KeyTerms } from '../config/key-terms.ts';
import type { ApiKeyPolicy } from '../config/snapshot.ts';
import type { KeyIdentity } from '../record.ts';
import { queryValue } from '../route/match.ts';
import { type CompiledPolicy, noOperations, type PolicyContext } from './policy.ts';

type Presented = { kind: 'none' } | { kind: 'several' } | { kind: 'value'; value: string };
const nothing: Presented = { kind: 'none' };

/** Where SDKs put a key when the policy names no place, in this order. */
const defaultHeaders = ['x-api-key', 'api-key', 'x-goog-api-key'];

export function compileApiKey(
  spec: ApiKeyPolicy,
  compile: CompileExpression = compileExpression,
): CompiledPolicy {
  const present = spec.location === undefined ? presentedByDefault : presentedAt(spec.location, compile);
  return {
    phase: 'request',
    plan(context) {
      const presented = present(context);
      if (presented.kind === 'value') {
        return { operations: [{ kind: 'find-key', keySets: spec.keySets, value: presented.value }] };
      }
      if (presented.kind === 'several')
        return { refusal: { code: 'invalid_api_key', cause: 'several Authorization headers' } };
      if (spec.mode === 'Strict') return { refusal: { code: 'no_api_key' } };
      return noOperations;
    },
    apply(context, [result]) {
      if (result?.kind !== 'find-key') return undefined;
      if (result.key !== undefined) {
        context.identity = identityOf(result.key);
        context.terms = result.key.terms;
        context.variables['apiKey'] = result.key.metadata;
        return undefined;
      }
      return spec.mode === 'Permissive' ? undefined : { code: 'invalid_api_key' };
    },
  };
}

function identityOf(key: { id: string; metadata: Record<string, unknown>; terms: KeyTerms }): KeyIdentity {
  const { id, metadata, terms } = key;
  const name = ['user_id', 'user', 'name', 'owner'].find((field) => typeof metadata[field] === 'string');
  const user = terms.owner ?? (name === undefined ? undefined : (metadata[name] as string));
  return { id, metadata, user, labels: terms.labels };
}

function presentedByDefault({ request }: PolicyContext): Presented {
  if (request.authorizationHeaders > 1) return { kind: 'several' };
  const authorization = request.headers['authorization'];
  if (authorization !== undefined) return afterPrefix(authorization, 'Bearer ');
  for (const name of defaultHeaders) {
    const value = request.headers[name];
    if (value !== undefined && value !== '') return { kind: 'value', value };
  }
  return nothing;
}

function presentedAt(
  location: KeyLocation,
  compile: CompileExpression,
): (context: PolicyContext) => Presented {
  if (location.type === 'expression') {
    const compiled = compile(location.expression);
    return compiled.ok ? (context) => fromExpression(compiled.program, context) : () => nothing;
  }
  if (location.type === 'queryParameter')
    return ({ request }) => present(queryValue(request.query, location.name));
  if (location.type === 'cookie')
    return ({ request }) => present(cookieValue(request.headers['cookie'], location.name));
  const name = location.name.toLowerCase();
  return ({ request }) => {
    if (name === 'authorization' && request.authorizationHeaders > 1) return { kind: 'several' };
    const value = request.headers[name];
    return value === undefined ? nothing : afterPrefix(value, location.prefix);
  };
}

function present(value: string | undefined): Presented {
  return value === undefined || value === '' ? nothing : { kind: 'value', value };
}

/** The prefix is matched in any case: `bearer` is accepted as the scheme. */
function afterPrefix(value: string, prefix: string): Presented {
  if (value.slice(0, prefix.length).toLowerCase() !== prefix.toLowerCase()) return nothing;
  return present(value.slice(prefix.length).trim());
}

function fromExpression(program: CelProgram, context: PolicyContext): Presented {
  try {
    const value = program.evaluate(context.variables);
    return typeof value === 'string' ? present(value) : nothing;
  } catch {
    return nothing;
  }
}

function cookieValue(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const equals = pair.indexOf('=');
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}
