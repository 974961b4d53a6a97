/** OpenAI's own SDK, pointed at the gateway: for tests in other folders. */
import OpenAI from 'openai';

export interface Asked {
  text: string;
  inputTokens: number;
  outputTokens: number;
}

/** One question to the demo's model. Rejects with the SDK's own error. */
export async function askOpenAi(traffic: string, apiKey: string, question = 'Hello'): Promise<Asked> {
  const client = new OpenAI({ apiKey, baseURL: `${traffic}/v1`, maxRetries: 0 });
  const answer = await client.chat.completions.create({
    model: 'claude-sonnet-5',
    messages: [{ role: 'user', content: question }],
  });
  return {
    text: answer.choices[0]?.message.content ?? '',
    inputTokens: answer.usage?.prompt_tokens ?? 0,
    outputTokens: answer.usage?.completion_tokens ?? 0,
  };
}

export const isRateLimited = (error: unknown): error is InstanceType<typeof OpenAI.RateLimitError> =>
  error instanceof OpenAI.RateLimitError;
