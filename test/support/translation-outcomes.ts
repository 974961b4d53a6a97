/** What becomes of each feature of each dialect at each provider, found out by translating a request that has it. */
import { type Feature, plainRequests } from './translation-features.ts';
import { translate } from './translation-pairs.ts';

export type Dialect = keyof typeof plainRequests;
export const dialects: [Dialect, string][] = [
  ['Completions', 'OpenAI chat completions'],
  ['Messages', 'Anthropic messages'],
  ['Responses', 'OpenAI responses'],
  ['GenerateContent', 'Gemini generateContent'],
];
export const columns: [provider: string, title: string][] = [
  ['anthropic', 'anthropic'],
  ['openai', 'openai'],
  ['gemini', 'gemini'],
  ['bedrock-anthropic', 'bedrock, Anthropic'],
  ['bedrock', 'bedrock, others'],
  ['vertexai', 'vertexai, Gemini'],
  ['vertexai-anthropic', 'vertexai, Anthropic'],
  ['azureopenai', 'azure, azureopenai'],
  ['custom-completions', 'custom, Completions'],
  ['custom-responses', 'custom, Responses'],
];

interface Outcome {
  cell: string;
  /** Neither arrived nor told. */
  silent: boolean;
}

export function outcome(feature: Feature, dialect: Dialect, provider: string): Outcome | undefined {
  const fields = feature[dialect];
  if (fields === undefined) return undefined;
  const { call, fault } = translate(dialect, provider, { ...plainRequests[dialect], ...fields });
  if (call === undefined) return { cell: `refused: \`${fault.path || fault.code}\``, silent: false };
  // The same API on both sides: the client's bytes go through.
  if (call.drops === undefined) return { cell: 'as sent', silent: false };
  const { drops } = call;
  if (drops.length > 0)
    return { cell: `without ${drops.map((drop) => `\`${drop}\``).join(', ')}`, silent: false };
  const arrived = feature.arrives.test(call.body);
  return { cell: arrived ? 'works' : 'LOST', silent: !arrived };
}
