/** A recorded call as policies see one. Its headers and body are not in the ledger: what looks at them finds nothing. */
import { type KeyTerms, termsOfMetadata } from '../config/key-terms.ts';
import { noUsage } from '../llm/usage.ts';
import type { PolicyContext } from '../policy/policy.ts';
import type { Prices } from '../pricing/prices.ts';
import type { LlmRecord, RequestRecord } from '../record.ts';

/** `terms`: one object for each key, so that what depends on the key alone is decided once. */
export function contextOfCall(
  record: RequestRecord & { llm: LlmRecord },
  terms: KeyTerms | undefined,
  prices: Prices,
): PolicyContext {
  const { key, llm, method, host, path } = record;
  const usage = llm.usage ?? noUsage;
  const model = llm.requestModel ?? llm.responseModel;
  const address = record.sourceAddress.slice(0, record.sourceAddress.lastIndexOf(':'));
  const isCut = llm.maxTokens !== undefined && llm.maxTokens > 0 && usage.outputTokens > llm.maxTokens;
  return {
    request: { method, host, path, query: '', headers: {}, authorizationHeaders: 0 },
    nowMs: record.startedAtMs,
    ...(record.route === undefined ? {} : { route: record.route }),
    source: address,
    ...(key === undefined ? {} : { identity: key }),
    ...(terms === undefined ? {} : { terms }),
    variables: {
      request: {
        method,
        host,
        scheme: 'http',
        path,
        pathAndQuery: path,
        uri: `http://${host}${path}`,
        headers: {},
      },
      source: { address },
      ...(key === undefined ? {} : { apiKey: key.metadata }),
      llm: {
        streaming: llm.streaming,
        provider: llm.provider,
        ...(model === undefined ? {} : { requestModel: model }),
        inputTokens: BigInt(usage.inputTokens),
        ...(llm.maxTokens === undefined ? {} : { params: { max_tokens: BigInt(llm.maxTokens) } }),
      },
    },
    llm: {
      ...(model === undefined ? {} : { model }),
      // The bound of the body is not known any more; what was really read is the least that it can have been.
      boundInput: () => usage.inputTokens,
      ...(llm.maxTokens === undefined ? {} : { maxOutput: llm.maxTokens }),
      hasOutput: llm.operation === 'chat' || llm.operation === 'passthrough' || usage.outputTokens > 0,
      // More came back than one answer may have: several were asked for.
      answers: isCut ? Math.ceil(usage.outputTokens / llm.maxTokens!) : 1,
      canShorten: true,
      ...priceOf(llm, prices),
      costNano: llm.costNano ?? 0,
    },
    switchedBy: new Set(),
    decisions: [],
  };
}

function priceOf({ provider, requestModel, responseModel }: LlmRecord, prices: Prices) {
  const price = prices.bound(provider, requestModel ?? '') ?? prices.bound(provider, responseModel ?? '');
  return price === undefined ? {} : { price };
}

/** Of the key as it was when it called; its own limits are not part of a replay. */
export function termsOfCall({ key }: RequestRecord): KeyTerms | undefined {
  return key === undefined ? undefined : { ...termsOfMetadata({}), labels: key.labels };
}
