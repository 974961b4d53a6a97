import { vertexBetas } from '../../anthropic-betas.ts';
import type { Api } from '../../api.ts';
import type { Fields } from '../../fields.ts';
import type { NativeChanges } from '../../provider.ts';

const anthropicVersion = 'vertex-2023-10-16';
/** Access tokens of Google Cloud. */
export function credentialHeader(credential: string): [string, string] {
  return ['authorization', `Bearer ${credential}`];
}

export function requiredHeaders(clientHeaders: Readonly<Record<string, string>>): Record<string, string> {
  const client = clientHeaders['x-goog-api-client'];
  const betas = vertexBetas(clientHeaders['anthropic-beta']).kept;
  return {
    ...(client !== undefined && { 'x-goog-api-client': client }),
    ...(betas.length > 0 && { 'anthropic-beta': betas.join(',') }),
  };
}

/** Anthropic's models: their API's version is in the body, the model in the path. */
export const anthropicMembers: Fields = { anthropic_version: anthropicVersion, model: undefined };

/** Where tokens are counted, the model is in the body. */
export function adaptNative(
  api: Api,
  _body: Fields,
  clientHeaders: Readonly<Record<string, string>>,
): NativeChanges {
  const { left } = vertexBetas(clientHeaders['anthropic-beta']);
  return {
    members: api === 'AnthropicTokenCount' ? { anthropic_version: anthropicVersion } : anthropicMembers,
    drops: left.map((beta) => `anthropic-beta ${beta}`),
  };
}
