import type { ProviderTarget } from '../../../config/snapshot.ts';
import type { Fields } from '../../fields.ts';
import type { Api } from '../../provider.ts';

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

/** InvokeModel of Anthropic's models: what their own API has in path and headers is in the body, and the other way round. */
export function nativeMembers(_api: Api, clientHeaders: Readonly<Record<string, string>>): Fields {
  const betas = clientHeaders['anthropic-beta']?.split(',').map((beta) => beta.trim());
  return {
    anthropic_version: anthropicVersion,
    ...(betas !== undefined && { anthropic_beta: betas }),
    model: undefined,
    stream: undefined,
  };
}
