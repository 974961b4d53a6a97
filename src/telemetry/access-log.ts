/** One line per request in agentgateway's form: tab-separated time, level, `request`, then `k=v` in a fixed order. */
import type { RequestRecord } from '../core/record.ts';

export function accessLogLine(record: RequestRecord): string {
  const { llm, key } = record;
  const usage = llm?.usage;
  const fields: [string, string | number | undefined][] = [
    ['gateway', record.gateway],
    ['listener', record.listener],
    ['route', record.route],
    ['endpoint', record.endpoint],
    ['src.addr', record.sourceAddress],
    ['http.method', record.method],
    ['http.host', escaped(record.host)],
    ['http.path', escaped(record.path)],
    ['http.version', record.httpVersion],
    ['http.status', record.status],
    ['trace.id', record.trace?.traceId],
    ['span.id', record.trace?.spanId],
    ['protocol', record.protocol],
    ['key', key?.id],
    ['user', key?.user],
    ['gen_ai.operation.name', llm?.operation],
    ['gen_ai.provider.name', llm?.provider],
    ['gen_ai.request.model', llm?.requestModel],
    ['gen_ai.response.model', llm?.responseModel],
    ['gen_ai.usage.input_tokens', usage?.inputTokens],
    ['gen_ai.usage.cache_creation.input_tokens', usage?.cacheWriteTokens],
    ['gen_ai.usage.cache_read.input_tokens', usage?.cachedInputTokens],
    ['gen_ai.usage.output_tokens', usage?.outputTokens],
    ['tollgate.usage.estimated', usage?.estimated ? 'true' : undefined],
    ['agw.ai.time_to_first_token', milliseconds(llm?.timeToFirstTokenMs)],
    ['agw.ai.time_per_output_token', milliseconds(llm?.timePerOutputTokenMs)],
    ['gen_ai.request.max_tokens', llm?.maxTokens],
    ['tollgate.attempts', attemptsIn(record)],
    ['error', record.error],
    ['reason', record.reason],
    ['decision', record.decisions.length === 0 ? undefined : record.decisions.join('; ')],
    ['duration', milliseconds(record.durationMs)],
  ];
  const text = fields
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${quoted(String(value))}`]))
    .join(' ');
  return `${new Date(record.startedAtMs).toISOString()}\tinfo\trequest ${text}\n`;
}

/** Only where there was more than one. */
function attemptsIn({ attempts = [] }: RequestRecord): string | undefined {
  if (attempts.length < 2) return undefined;
  return attempts.map(({ provider, outcome, status }) => `${provider}: ${status ?? outcome}`).join(', ');
}

function milliseconds(value: number | undefined): string | undefined {
  return value === undefined ? undefined : `${Math.round(value)}ms`;
}

/** A client's own words: percent-encoded they can't look like fields of ours. */
function escaped(value: string): string {
  return value.slice(0, 2_000).replace(/[^!-~]|["\\]/gu, (character) => encodeURIComponent(character));
}

/** Texts with spaces are quoted. */
function quoted(value: string): string {
  return /^[\x21\x23-\x3c\x3e-\x7e]*$/.test(value) ? value : JSON.stringify(value.slice(0, 2_000));
}
