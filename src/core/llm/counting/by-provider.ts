/** The question that a provider's own counter is asked: the request as it is sent, without what only an answer needs. */
import type { ProviderTarget } from '../../config/snapshot.ts';
import type { Api } from '../api.ts';
import type { Fields } from '../fields.ts';
import { upstreamHeaders } from '../headers.ts';
import type { Provider } from '../provider.ts';
import { isNative, urlOf } from '../providers.ts';
import { type Counter, counterOf, membersToCount } from './count-request.ts';
import type { Base64, ProviderCount } from './model.ts';
import { isCountedByAnthropic, isCountedByBedrock, isCountedByGoogle } from './only-text.ts';
import { readOnce } from './read-once.ts';

export interface SentRequest {
  target: ProviderTarget;
  provider: Provider;
  api: Api;
  model: string;
  /** As it is sent to the provider. */
  body: string;
  clientHeaders: Readonly<Record<string, string>>;
}

/** Undefined: the provider has no counter, or it would not count all of this request. */
export function countByProvider(sent: SentRequest, base64: Base64): ProviderCount | undefined {
  const { target, provider, api, model } = sent;
  const invoked = target.provider === 'bedrock' && api === 'Messages';
  const counter = invoked ? 'CountTokens' : counterOf[api];
  // A path that stands for every API of the target leads to the model itself.
  if (counter === undefined || target.path !== undefined || !isNative(target, provider, counter))
    return undefined;
  const body = readOnce(sent.body);
  if (body === undefined || !isCounted[api]?.(body)) return undefined;
  const question = invoked
    ? { input: { invokeModel: { body: base64(sent.body) } } }
    : membersToCount(counter, body, model, target);
  return {
    by: 'provider',
    request: {
      method: 'POST',
      url: urlOf(target, provider, counter, { model, streaming: false }),
      headers: {
        ...upstreamHeaders(target, provider, sent.clientHeaders, counter),
        accept: 'application/json',
      },
      body: JSON.stringify(question),
    },
    isEstimate: estimates.has(counter),
  };
}

const isCounted: Partial<Record<Api, (body: Fields) => boolean>> = {
  Messages: isCountedByAnthropic,
  GenerateContent: isCountedByGoogle,
  Converse: isCountedByBedrock,
};

/**
 * Anthropic calls its counts an estimate that may differ by a small amount; an example in Google's documentation counts 10 where 11 are
 * charged. Amazon says that what it counts is what is charged.
 */
const estimates: ReadonlySet<Counter> = new Set(['AnthropicTokenCount', 'GeminiCountTokens']);
