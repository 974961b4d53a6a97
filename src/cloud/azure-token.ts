/** Entra tokens: of a client secret, a managed identity, a workload identity, or of the surroundings. */
import type { ClientSecretCredentialOptions, TokenCredential } from '@azure/identity';
import type { AzureCredential } from '../core/config/credential.ts';
import type { Obtained } from './renewed.ts';

export async function obtainAzureToken(
  { source, scope }: AzureCredential,
  options?: ClientSecretCredentialOptions,
): Promise<Obtained<string>> {
  const credential = await credentialOf(source, options);
  const token = await credential.getToken(scope);
  if (token === null || token.token === '') throw new Error('Entra gave no access token');
  return { value: token.token, expiresAtMs: token.expiresOnTimestamp };
}

/** A new one each time: it keeps no token that is about to expire. */
async function credentialOf(
  source: AzureCredential['source'],
  options?: ClientSecretCredentialOptions,
): Promise<TokenCredential> {
  const identity = await import('@azure/identity');
  switch (source.type) {
    case 'secret': {
      const { tenantId, clientId, clientSecret } = source;
      return new identity.ClientSecretCredential(tenantId, clientId, clientSecret, options);
    }
    case 'managed': {
      const { clientId, objectId, resourceId } = source;
      if (objectId !== undefined) return new identity.ManagedIdentityCredential({ ...options, objectId });
      if (resourceId !== undefined) return new identity.ManagedIdentityCredential({ ...options, resourceId });
      return new identity.ManagedIdentityCredential({ ...options, ...(clientId && { clientId }) });
    }
    case 'workload':
      return new identity.WorkloadIdentityCredential(options);
    case 'surroundings':
      return new identity.DefaultAzureCredential(options);
  }
}
