/** What an expression saw of a call, as far as the ledger's record tells; and what it does not. */
import { totalTokens } from '../llm/usage.ts';
import type { RequestRecord } from '../record.ts';

export interface RecordedVariables {
  /** As JSON has them. */
  variables: Record<string, unknown>;
  /** What the request path knew and the ledger does not keep. */
  missing: { name: string; why: string }[];
}

/** As they are when the call is settled; before it was sent `llm.inputTokens` was an estimate and the output was not there. */
export function variablesOfRecord(record: RequestRecord): RecordedVariables {
  const { method, host, path, httpVersion, key, sourceAddress, status } = record;
  const colon = sourceAddress.lastIndexOf(':');
  const llm = llmOf(record);
  return {
    variables: {
      request: {
        method,
        host,
        scheme: 'http',
        path,
        pathAndQuery: path,
        uri: `http://${host}${path}`,
        version: httpVersion,
        headers: {},
      },
      source: { address: sourceAddress.slice(0, colon), port: Number(sourceAddress.slice(colon + 1)) },
      ...(key === undefined ? {} : { apiKey: key.metadata }),
      ...(llm === undefined ? {} : { llm }),
      response: { code: status },
    },
    missing: [
      ...always,
      ...(key === undefined ? [{ name: 'apiKey', why: 'the call had no key that was accepted' }] : []),
      llm === undefined ? { name: 'llm', why: 'the call came to no model' } : vendor,
    ],
  };
}

const always = [
  { name: 'request.headers', why: 'headers are not kept: they may hold secrets' },
  { name: 'request.pathAndQuery', why: 'the query is not kept; nor the port in request.uri' },
  { name: 'response.headers', why: 'headers are not kept' },
];

const vendor = { name: 'llm.provider', why: 'the record has the vendor, for whom a policy may see “custom”' };

function llmOf({ llm }: RequestRecord): Record<string, unknown> | undefined {
  if (llm === undefined) return undefined;
  const { streaming, provider, requestModel, responseModel, maxTokens, usage } = llm;
  return {
    streaming,
    provider,
    ...(requestModel === undefined ? {} : { requestModel }),
    ...(responseModel === undefined ? {} : { responseModel }),
    ...(maxTokens === undefined ? {} : { params: { max_tokens: maxTokens } }),
    ...(usage && {
      inputTokens: usage.inputTokens,
      outputTokens: usage.outputTokens,
      reasoningTokens: usage.reasoningTokens,
      cachedInputTokens: usage.cachedInputTokens,
      cacheCreationInputTokens: usage.cacheWriteTokens,
      totalTokens: totalTokens(usage),
    }),
  };
}
