import type { Fields } from '../../fields.ts';
import type { Api } from '../../provider.ts';

const anthropicVersion = 'vertex-2023-10-16';
const passedOn = ['anthropic-beta', 'x-goog-api-client'];

/** Access tokens of Google Cloud. */
export function credentialHeader(credential: string): [string, string] {
  return ['authorization', `Bearer ${credential}`];
}

export function requiredHeaders(clientHeaders: Readonly<Record<string, string>>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of passedOn) {
    const value = clientHeaders[name];
    if (value !== undefined) headers[name] = value;
  }
  return headers;
}

/** Anthropic's models: their API's version is in the body, the model in the path, except where tokens are counted. */
export function nativeMembers(api: Api): Fields {
  return {
    anthropic_version: anthropicVersion,
    ...(api === 'AnthropicTokenCount' ? {} : { model: undefined }),
  };
}
