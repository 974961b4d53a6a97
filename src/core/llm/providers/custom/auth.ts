/** Compatible servers take a bearer token. */

export function credentialHeader(credential: string): [string, string] {
  return ['authorization', `Bearer ${credential}`];
}

export function requiredHeaders(): Record<string, string> {
  return {};
}
