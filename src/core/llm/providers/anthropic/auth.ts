/** Credential and version headers (API reference: authentication, versioning). */

const apiVersion = '2023-06-01';

export function credentialHeader(credential: string): [string, string] {
  return ['x-api-key', credential];
}

/** A client that names a version or betas of its own gets those. */
export function requiredHeaders(clientHeaders: Readonly<Record<string, string>>): Record<string, string> {
  const headers: Record<string, string> = {
    'anthropic-version': clientHeaders['anthropic-version'] ?? apiVersion,
  };
  const beta = clientHeaders['anthropic-beta'];
  if (beta !== undefined) headers['anthropic-beta'] = beta;
  return headers;
}
