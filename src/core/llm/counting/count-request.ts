/** Providers' own counters, and what of a request each is told. */
import type { ProviderTarget } from '../../config/snapshot.ts';
import type { Api } from '../api.ts';
import type { Fields } from '../fields.ts';

export type Counter = 'AnthropicTokenCount' | 'GeminiCountTokens' | 'CountTokens' | 'InputTokens';

/** By the format that a provider takes conversations in, which its counter takes too. */
export const counterOf: Partial<Record<Api, Counter>> = {
  Messages: 'AnthropicTokenCount',
  GenerateContent: 'GeminiCountTokens',
  Converse: 'CountTokens',
};

const anthropicCounts = ['anthropic_version', 'messages', 'system', 'tools', 'tool_choice', 'thinking'];
const googleCounts = ['contents', 'systemInstruction', 'system_instruction', 'tools', 'generationConfig'];
const openaiCounts = ['model', 'input', 'instructions', 'tools', 'tool_choice', 'text', 'reasoning'];
const converseCounts = ['messages', 'system', 'toolConfig', 'additionalModelRequestFields'];

/** Vertex AI has the members of the request beside each other, the Gemini API inside of one. */
export function membersToCount(
  counter: Counter,
  encoded: Fields,
  model: string,
  { provider }: ProviderTarget,
): Fields {
  const only = (names: string[]) => Object.fromEntries(names.map((name) => [name, encoded[name]]));
  if (counter === 'CountTokens') return { input: { converse: only(converseCounts) } };
  if (counter === 'InputTokens') return only(openaiCounts);
  if (counter === 'AnthropicTokenCount') return { model, ...only(anthropicCounts) };
  return provider === 'vertexai'
    ? only(googleCounts)
    : { generateContentRequest: { ...encoded, model: `models/${model}` } };
}
