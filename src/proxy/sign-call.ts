/** Calls to targets with a cloud's credential: signed right before they are sent, because the body's bytes may be part of it. */
import { type CloudAuth, CredentialUnavailable, isCloud, type SignableCall } from '../core/cloud-auth.ts';
import type { CloudCredential, Credential } from '../core/config/credential.ts';
import type { ProviderTarget, Snapshot } from '../core/config/snapshot.ts';
import type { UpstreamCall } from '../core/llm/translate-contract.ts';
import { UpstreamFailure } from './transport.ts';

export function needsSignature({ credential }: ProviderTarget): boolean {
  return isCloud(credential);
}

/** Rejects with an `UpstreamFailure`: without its credential a provider is out of reach. */
export async function signCall(
  upstream: UpstreamCall,
  { credential }: ProviderTarget,
  { cloudAuth }: { cloudAuth?: CloudAuth },
): Promise<UpstreamCall> {
  if (!isCloud(credential)) return upstream;
  try {
    return { ...upstream, headers: await signedHeaders(credential, upstream, cloudAuth) };
  } catch (error) {
    if (!(error instanceof CredentialUnavailable)) throw error;
    throw new UpstreamFailure('unreachable', 'the credential for the provider is not available', {
      cause: error,
    });
  }
}

/** The call's headers with those of its credential. Rejects with `CredentialUnavailable`. */
export async function signedHeaders(
  credential: Credential,
  call: SignableCall,
  cloudAuth: CloudAuth | undefined,
): Promise<Record<string, string>> {
  if (credential.type === 'key') return { ...call.headers, authorization: `Bearer ${credential.value}` };
  if (!isCloud(credential) || cloudAuth === undefined)
    throw new CredentialUnavailable('clouds are not served here');
  return { ...call.headers, ...(await cloudAuth.sign(credential, call)) };
}

/** Of providers, and of the guards of backends and routes. */
export function cloudCredentialsOf(snapshot: Snapshot): CloudCredential[] {
  const targets = Object.values(snapshot.backends).flatMap((backend) =>
    backend.type === 'ai' ? backend.groups.flat() : [],
  );
  const rules = snapshot.binds.flatMap(({ listeners }) =>
    listeners.flatMap(({ routes }) => routes.flatMap((route) => route.rules)),
  );
  const guards = [...targets.map(({ guard }) => guard), ...rules.map(({ traffic }) => traffic.promptGuard)];
  const checks = guards.flatMap((guard) => [...(guard?.request ?? []), ...(guard?.response ?? [])]);
  return [...targets, ...checks.map(({ check }) => check)].flatMap((owner) =>
    'credential' in owner && isCloud(owner.credential) ? [owner.credential] : [],
  );
}
