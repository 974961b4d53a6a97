/** Shortens what a provider may answer to what a budget granted. */
import { patchObjectText } from './json-text.ts';
import type { UpstreamCall } from './translate-contract.ts';

export function limitOutput(call: UpstreamCall, granted: number): UpstreamCall {
  const { maxTokensField: field, maxTokens } = call;
  if (field === undefined || (maxTokens !== undefined && maxTokens <= granted)) return call;
  return { ...call, maxTokens: granted, body: patchObjectText(call.body, { [field]: String(granted) }) };
}
