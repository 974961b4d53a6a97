/** API keys go into a header of Google's own. */

export function credentialHeader(credential: string): [string, string] {
  return ['x-goog-api-key', credential];
}

export function requiredHeaders(clientHeaders: Readonly<Record<string, string>>): Record<string, string> {
  const client = clientHeaders['x-goog-api-client'];
  return client === undefined ? {} : { 'x-goog-api-client': client };
}
