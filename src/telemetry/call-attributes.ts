/** What spans and logs say of a call: OpenTelemetry's names for HTTP and generative AI, and ours. Never text of prompts or answers. */
import type { MediaTokens } from '../core/llm/usage.ts';
import { providerOutcomeOf } from '../core/provider-outcome.ts';
import type { LlmRecord, RequestRecord } from '../core/record.ts';

export type AttributeValue = string | number | boolean | string[];
export type Attributes = Record<string, AttributeValue>;

const nanoPerUsd = 1e9;

export function callAttributes(record: RequestRecord): Attributes {
  const { key, llm, decisions } = record;
  const [address, port] = splitAddress(record.sourceAddress);
  return defined({
    'http.request.method': record.method,
    'url.path': record.path,
    'url.scheme': 'http',
    'http.response.status_code': record.status === 0 ? undefined : record.status,
    'http.response.body.size': record.responseBytes,
    'network.protocol.version': record.httpVersion.replace('HTTP/', ''),
    'server.address': record.host || undefined,
    'client.address': address,
    'client.port': port,
    'user.id': key?.user,
    'error.type': errorType(record),
    'tollgate.call.id': record.id,
    'tollgate.gateway': record.gateway,
    'tollgate.listener': record.listener,
    'tollgate.route': record.route,
    'tollgate.backend': record.backend,
    'tollgate.key': key?.id,
    'tollgate.reason': record.reason,
    'tollgate.error': record.error,
    'tollgate.decisions': decisions.length === 0 ? undefined : decisions,
    ...(llm && genAiAttributes(llm)),
  });
}

export function genAiAttributes(llm: LlmRecord): Record<string, AttributeValue | undefined> {
  const { usage, costNano } = llm;
  return {
    'gen_ai.operation.name': llm.operation,
    'gen_ai.provider.name': llm.provider,
    'gen_ai.request.model': llm.requestModel,
    'gen_ai.request.max_tokens': llm.maxTokens,
    'gen_ai.request.stream': llm.streaming,
    'gen_ai.response.model': llm.responseModel,
    'gen_ai.usage.input_tokens': usage?.inputTokens,
    'gen_ai.usage.output_tokens': usage?.outputTokens,
    'gen_ai.usage.cache_read.input_tokens': usage?.cachedInputTokens || undefined,
    'gen_ai.usage.cache_creation.input_tokens': usage?.cacheWriteTokens || undefined,
    'gen_ai.usage.reasoning.output_tokens': usage?.reasoningTokens || undefined,
    ...(usage?.media && mediaAttributes(usage.media)),
    'tollgate.usage.estimated': usage?.estimated || undefined,
    'tollgate.cost_usd': costNano === undefined ? undefined : costNano / nanoPerUsd,
    'tollgate.time_to_first_token_ms': llm.timeToFirstTokenMs,
  };
}

/** OpenTelemetry has no names for sound and pictures. */
function mediaAttributes({
  audioInput,
  cachedAudio,
  imageInput,
  audioOutput,
  imageOutput,
}: MediaTokens): Record<string, number | undefined> {
  return {
    'tollgate.usage.audio.input_tokens': audioInput,
    'tollgate.usage.audio.cache_read.input_tokens': cachedAudio,
    'tollgate.usage.image.input_tokens': imageInput,
    'tollgate.usage.audio.output_tokens': audioOutput,
    'tollgate.usage.image.output_tokens': imageOutput,
  };
}

/** Absent for calls that went well: the provider's failure, or the gateway's reason for refusing, or the status. */
export function errorType(record: RequestRecord): string | undefined {
  const outcome = providerOutcomeOf(record);
  if (outcome !== undefined && outcome !== 'ok') return outcome;
  if (record.status < 400) return undefined;
  return record.reason ?? String(record.status);
}

/** `host:port`; an address of IPv6 may have colons itself. */
export function splitAddress(address: string): [host: string | undefined, port: number | undefined] {
  const colon = address.lastIndexOf(':');
  const port = Number(address.slice(colon + 1));
  if (colon < 0 || !Number.isInteger(port) || port === 0) return [address || undefined, undefined];
  return [address.slice(0, colon).replace(/^\[|\]$/g, ''), port];
}

export function defined(attributes: Record<string, AttributeValue | undefined>): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).filter((entry): entry is [string, AttributeValue] => entry[1] !== undefined),
  );
}
