/** Backend credentials: from the resource or a Secret; one that can't be read refuses the backend, it is never empty. */

import {
  type CloudAuthSpec,
  type CloudUse,
  type CredentialResult,
  compileCloudCredential,
} from './cloud-credentials.ts';
import type { CompileContext } from './context.ts';
import type { KeyLocation } from './credential.ts';
import { readSecret, type SecretRefSpec } from './secrets.ts';

export interface AuthSpec extends CloudAuthSpec {
  key?: string;
  secretRef?: SecretRefSpec;
  passthrough?: object;
  location?: LocationSpec;
  [other: string]: unknown;
}
export interface LocationSpec {
  header?: { name: string; prefix?: string };
  queryParameter?: { name: string };
  cookie?: { name: string };
  expression?: string;
}

const served = ['key', 'secretRef', 'passthrough', 'location', 'aws', 'gcp', 'azure'];

export function compileCredential(
  context: CompileContext,
  namespace: string,
  auth: AuthSpec | undefined,
  use?: CloudUse,
): CredentialResult {
  const cloud = compileCloudCredential(context, namespace, auth, use);
  if (cloud !== undefined) return cloud;
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
  const entry = ref.key ?? 'Authorization';
  const secret = readSecret(context, namespace, ref);
  if ('fault' in secret) return secret;
  const value = secret.entry(entry) ?? '';
  const bare = entry === 'Authorization' ? value.replace(/^Bearer\s+/i, '') : value;
  return bare === '' ? { fault: secret.missing(entry) } : { value: bare };
}

export function compileLocation(spec: LocationSpec): KeyLocation {
  if (spec.header !== undefined)
    return { type: 'header', name: spec.header.name, prefix: spec.header.prefix ?? '' };
  if (spec.queryParameter !== undefined) return { type: 'queryParameter', name: spec.queryParameter.name };
  if (spec.cookie !== undefined) return { type: 'cookie', name: spec.cookie.name };
  return { type: 'expression', expression: spec.expression ?? '' };
}
