/** Amazon Bedrock (bedrock-runtime): Converse for every model, InvokeModel for Anthropic's when the client speaks their API. */
import { decodeAwsError } from '../../aws-errors.ts';
import { cachesPrompts, isAnthropicModel } from '../../bedrock-models.ts';
import { EventStreamParser } from '../../event-stream.ts';
import { ChunkFrames } from '../../event-stream-chunks.ts';
import { bedrockConverse } from '../../formats/bedrock-converse/index.ts';
import type { Provider } from '../../provider.ts';
import { credentialHeader, nativeMembers, requiredHeaders } from './auth.ts';
import { anthropicEndpoint, endpoint } from './endpoint.ts';

export const bedrock: Provider = {
  chat: { routeType: 'Converse', format: bedrockConverse },
  endpoint,
  credentialHeader,
  requiredHeaders,
  adapt: (body, target) => {
    const guardrail = target.bedrock?.guardrail;
    if (guardrail === undefined) return body;
    const { identifier: guardrailIdentifier, version: guardrailVersion } = guardrail;
    return { ...body, guardrailConfig: { guardrailIdentifier, guardrailVersion } };
  },
  frames: (api) => (api === 'Converse' ? new EventStreamParser() : new ChunkFrames()),
  decodeError: decodeAwsError,
  caches: cachesPrompts,
  forModel: (model) => (isAnthropicModel(model) ? anthropicOnBedrock : bedrock),
};

const anthropicOnBedrock: Provider = { ...bedrock, endpoint: anthropicEndpoint, nativeMembers };
