/** Credential and account headers (API reference: authentication). */

export function credentialHeader(credential: string): [string, string] {
  return ['authorization', `Bearer ${credential}`];
}

const accountHeaders = ['openai-organization', 'openai-project', 'openai-beta'];

export function requiredHeaders(clientHeaders: Readonly<Record<string, string>>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of accountHeaders) {
    const value = clientHeaders[name];
    if (value !== undefined) headers[name] = value;
  }
  return headers;
}
