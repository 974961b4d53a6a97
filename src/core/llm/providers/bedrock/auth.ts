import type { ProviderTarget } from '../../../config/snapshot.ts';
import { bedrockBetas } from '../../anthropic-betas.ts';
import type { Api } from '../../api.ts';
import type { Fields } from '../../fields.ts';
import type { NativeChanges } from '../../provider.ts';

const anthropicVersion = 'bedrock-2023-05-31';

/** API keys of Bedrock; all other credentials sign the call. */
export function credentialHeader(credential: string): [string, string] {
  return ['authorization', `Bearer ${credential}`];
}

/** Converse has the guardrail in its body. What a client accepts is of its own API, not of this one. */
export function requiredHeaders(
  _clientHeaders: Readonly<Record<string, string>>,
  { bedrock }: ProviderTarget,
  api: Api,
): Record<string, string> {
  const guardrail = api === 'Converse' ? undefined : bedrock?.guardrail;
  return {
    accept: '*/*',
    ...(guardrail !== undefined && {
      'x-amzn-bedrock-guardrailidentifier': guardrail.identifier,
      'x-amzn-bedrock-guardrailversion': guardrail.version,
    }),
  };
}

/** Of the Messages API, what Bedrock refuses to be sent. */
const unknownMembers = ['metadata', 'service_tier', 'container', 'inference_geo', 'mcp_servers'];

/** InvokeModel of Anthropic's models: what their own API has in path and headers is in the body, and the other way round. */
export function adaptNative(
  _api: Api,
  body: Fields,
  clientHeaders: Readonly<Record<string, string>>,
): NativeChanges {
  const betas = bedrockBetas(clientHeaders['anthropic-beta']);
  const unknown = unknownMembers.filter((name) => body[name] !== undefined);
  return {
    members: {
      anthropic_version: anthropicVersion,
      ...(betas.kept.length > 0 && { anthropic_beta: betas.kept }),
      ...Object.fromEntries(['model', 'stream', ...unknown].map((name) => [name, undefined])),
    },
    drops: [...unknown, ...betas.left.map((beta) => `anthropic-beta ${beta}`)],
  };
}
