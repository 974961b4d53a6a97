/** Shortens what a provider may answer to what a budget granted. */
import { patchObjectText } from './json-text.ts';
import type { UpstreamCall } from './translate-contract.ts';

/** `granted` is for each of the call's answers. */
export function limitOutput(call: UpstreamCall, granted: number): UpstreamCall {
  const { maxTokensFields, maxTokens } = call;
  if (maxTokensFields.length === 0 || (maxTokens !== undefined && maxTokens <= granted)) return call;
  const changes = Object.fromEntries(maxTokensFields.map((field) => [field, String(granted)]));
  return { ...call, maxTokens: granted, body: patchObjectText(call.body, changes) };
}
