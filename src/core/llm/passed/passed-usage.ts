/** What passed-through answers report of their use, in the notations of OpenAI, Cohere, Jina and Voyage. */
import type { Fields } from '../fields.ts';
import { decodeUsage as decodeChat } from '../formats/openai-chat/usage.ts';
import { decodeUsage as decodeResponses } from '../formats/openai-responses/usage.ts';
import { noUsage, type Usage } from '../usage.ts';

/** Sound counts ten tokens a second where only its length is told. */
const tokensPerSecond = 10;

/** `outputTokens`: what to take where only the length of the sound is told. */
export function passedUsage(body: Fields, outputTokens: () => number): Usage | undefined {
  const { usage, meta } = body;
  if (isFields(usage)) {
    const reported = decodeResponses(body) ?? decodeChat(body);
    if (reported !== undefined) return reported;
    if (isCount(usage['total_tokens'])) return { ...noUsage, inputTokens: usage['total_tokens'] };
    if (isCount(usage['seconds'])) {
      const inputTokens = Math.ceil(usage['seconds'] * tokensPerSecond);
      return { ...noUsage, inputTokens, outputTokens: outputTokens(), estimated: true };
    }
  }
  const tokens = isFields(meta) ? meta['tokens'] : undefined;
  if (!isFields(tokens) || !isCount(tokens['input_tokens'])) return undefined;
  const outputs = isCount(tokens['output_tokens']) ? tokens['output_tokens'] : 0;
  return { ...noUsage, inputTokens: tokens['input_tokens'], outputTokens: outputs };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0;
}
