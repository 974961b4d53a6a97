/** Backend credentials: from the resource or a Secret; one that can't be read refuses the backend, it is never empty. */
import { type CompileContext, decodeBase64 } from './context.ts';
import { groups } from './objects.ts';
import type { Credential, KeyLocation } from './snapshot.ts';

export interface AuthSpec {
  key?: string;
  secretRef?: SecretRefSpec;
  passthrough?: object;
  location?: LocationSpec;
  [other: string]: unknown;
}
interface SecretRefSpec {
  name: string;
  key?: string;
  kind?: string;
}
export interface LocationSpec {
  header?: { name: string; prefix?: string };
  queryParameter?: { name: string };
  cookie?: { name: string };
  expression?: string;
}

export type CredentialResult = { credential: Credential | undefined } | { fault: string };

const served = ['key', 'secretRef', 'passthrough', 'location'];

export function compileCredential(
  context: CompileContext,
  namespace: string,
  auth: AuthSpec | undefined,
): CredentialResult {
  if (auth === undefined) return { credential: undefined };
  const other = Object.keys(auth).find((field) => !served.includes(field));
  if (other !== undefined) return { fault: `auth.${other} is not served by this version` };
  const location = auth.location === undefined ? undefined : compileLocation(auth.location);
  if (location !== undefined && location.type !== 'header')
    return { fault: 'auth.location takes a header in this version' };
  if (auth.passthrough !== undefined) return { credential: { type: 'passthrough', location } };
  const value =
    auth.key === undefined ? secretValue(context, namespace, auth.secretRef!) : { value: auth.key.trim() };
  if ('fault' in value) return value;
  if (value.value === '') return { fault: 'the credential is empty' };
  return { credential: { type: 'key', value: value.value, location } };
}

/** Data key `Authorization` unless named; a leading `Bearer ` is taken off there, so that both ways of writing it work. */
function secretValue(
  context: CompileContext,
  namespace: string,
  ref: SecretRefSpec,
): { value: string } | { fault: string } {
  if (ref.kind !== undefined && ref.kind !== 'Secret')
    return { fault: `secretRef of kind ${ref.kind} is not served by this version` };
  const name = `${namespace}/${ref.name}`;
  const secret = context.objects.get(groups.core, 'Secret', namespace, ref.name);
  if (secret === undefined) return { fault: `secret ${name} not found` };
  const entry = ref.key ?? 'Authorization';
  const data = (secret['data'] as Record<string, string> | undefined)?.[entry];
  const value = data === undefined ? '' : decodeBase64(data).trim();
  const bare = entry === 'Authorization' ? value.replace(/^Bearer\s+/i, '') : value;
  return bare === '' ? { fault: `secret ${name} missing ${entry} value` } : { value: bare };
}

export function compileLocation(spec: LocationSpec): KeyLocation {
  if (spec.header !== undefined)
    return { type: 'header', name: spec.header.name, prefix: spec.header.prefix ?? '' };
  if (spec.queryParameter !== undefined) return { type: 'queryParameter', name: spec.queryParameter.name };
  if (spec.cookie !== undefined) return { type: 'cookie', name: spec.cookie.name };
  return { type: 'expression', expression: spec.expression ?? '' };
}
