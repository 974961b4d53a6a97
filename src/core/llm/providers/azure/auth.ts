/** Keys go into a header of Azure's own. */

export function credentialHeader(credential: string): [string, string] {
  return ['api-key', credential];
}

export function requiredHeaders(): Record<string, string> {
  return {};
}
