/** What a request body says about how much may be answered. */
import type { Fields } from './fields.ts';

const names = ['max_completion_tokens', 'max_tokens', 'max_output_tokens'] as const;

/** The most of them: which one a provider goes by is the provider's affair. */
export function maxTokensOf(body: Fields): number | undefined {
  const given = names.map((name) => body[name]).filter(isCount);
  return given.length === 0 ? undefined : Math.max(...given);
}

/** Every limit that the body has, by name. */
export function givenLimits(body: Fields): string[] {
  return names.filter((name) => isCount(body[name]));
}

/** What to set to shorten an answer. OpenAI's newer models know only the newer name, others only the older one. */
export function limitFields(body: Fields, provider: string): string[] {
  const given = givenLimits(body);
  if (given.length > 0) return given;
  const newer = provider === 'openai' || provider.startsWith('azure');
  return [newer ? 'max_completion_tokens' : 'max_tokens'];
}

/** Answers to one call, each as long as the limit says. */
export function answersOf(body: Fields): number {
  const counts = [body['n'], body['best_of']].filter(isCount);
  return Math.max(1, ...counts);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
