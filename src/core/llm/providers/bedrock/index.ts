/** Amazon Bedrock (bedrock-runtime): Converse for every model, InvokeModel for Anthropic's when the client speaks their API. */
import type { ProviderTarget } from '../../../config/snapshot.ts';
import { decodeAwsError } from '../../aws-errors.ts';
import { cachesPrompts, isAnthropicModel } from '../../bedrock-models.ts';
import { EventStreamParser } from '../../event-stream.ts';
import { ChunkFrames } from '../../event-stream-chunks.ts';
import type { Fields } from '../../fields.ts';
import { bedrockConverse } from '../../formats/bedrock-converse/index.ts';
import type { Provider } from '../../provider.ts';
import { cohereVectors } from '../../vectors/cohere.ts';
import { titanVectors } from '../../vectors/titan.ts';
import { adaptNative, credentialHeader, requiredHeaders } from './auth.ts';
import { anthropicEndpoint, endpoint } from './endpoint.ts';

export const bedrock: Provider = {
  chat: { routeType: 'Converse', format: bedrockConverse },
  endpoint,
  credentialHeader,
  requiredHeaders,
  adapt: (body, target) => ({ ...body, ...guardrailOf(target) }),
  passthroughMembers: (api, target) => (api === 'Converse' ? guardrailOf(target) : {}),
  frames: (api) => (api === 'Converse' ? new EventStreamParser() : new ChunkFrames()),
  decodeError: decodeAwsError,
  caches: cachesPrompts,
  vectors: (model) => {
    if (/(^|[./:])amazon\.titan-embed-(text|g1-text)/.test(model)) return titanVectors;
    return /(^|[./:])cohere\.embed/.test(model) ? cohereVectors : undefined;
  },
  forModel: (model) => (isAnthropicModel(model) ? anthropicOnBedrock : bedrock),
};

function guardrailOf({ bedrock: settings }: ProviderTarget): Fields {
  if (settings?.guardrail === undefined) return {};
  const { identifier: guardrailIdentifier, version: guardrailVersion } = settings.guardrail;
  return { guardrailConfig: { guardrailIdentifier, guardrailVersion } };
}

const anthropicOnBedrock: Provider = { ...bedrock, endpoint: anthropicEndpoint, adaptNative };
