/** Calls to targets with a cloud's credential: signed right before they are sent, because the body's bytes may be part of it. */
import { CredentialUnavailable, isCloud } from '../core/cloud-auth.ts';
import type { CloudCredential, ProviderTarget, Snapshot } from '../core/config/snapshot.ts';
import type { UpstreamCall } from '../core/llm/translate-contract.ts';
import type { DataPathDependencies } from './dependencies.ts';
import { UpstreamFailure } from './transport.ts';

export function needsSignature({ credential }: ProviderTarget): boolean {
  return isCloud(credential);
}

/** Rejects with an `UpstreamFailure`: without its credential a provider is out of reach. */
export async function signCall(
  upstream: UpstreamCall,
  { credential }: ProviderTarget,
  deps: DataPathDependencies,
): Promise<UpstreamCall> {
  if (!isCloud(credential)) return upstream;
  try {
    if (deps.cloudAuth === undefined) throw new CredentialUnavailable('clouds are not served here');
    const headers = await deps.cloudAuth.sign(credential, upstream);
    return { ...upstream, headers: { ...upstream.headers, ...headers } };
  } catch (error) {
    if (!(error instanceof CredentialUnavailable)) throw error;
    throw new UpstreamFailure('unreachable', 'the credential for the provider is not available', {
      cause: error,
    });
  }
}

export function cloudCredentialsOf(snapshot: Snapshot): CloudCredential[] {
  return Object.values(snapshot.backends).flatMap((backend) =>
    backend.type === 'ai'
      ? backend.groups.flat().flatMap(({ credential }) => (isCloud(credential) ? [credential] : []))
      : [],
  );
}
