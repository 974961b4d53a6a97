/** Shortens what a provider may answer to what a budget granted. */
import type { Fields } from './fields.ts';
import { patchObjectText } from './json-text.ts';
import type { UpstreamCall } from './translate-contract.ts';

/** `granted` is for each of the call's answers. */
export function limitOutput(call: UpstreamCall, granted: number): UpstreamCall {
  const { maxTokensFields, maxTokens } = call;
  if (maxTokensFields.length === 0 || (maxTokens !== undefined && maxTokens <= granted)) return call;
  const changes = Object.fromEntries(maxTokensFields.map((field) => change(call.body, field, granted)));
  return { ...call, maxTokens: granted, body: patchObjectText(call.body, changes) };
}

/** The top-level member that has the field, as JSON text. */
function change(body: string, field: string, granted: number): [member: string, text: string] {
  const [outer = '', inner] = field.split('.');
  if (inner === undefined) return [outer, String(granted)];
  const member = (JSON.parse(body) as Fields)[outer] as Fields | null | undefined;
  return [outer, JSON.stringify({ ...member, [inner]: granted })];
}
