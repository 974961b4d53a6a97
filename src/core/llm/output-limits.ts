/** What a request body says about how much may be answered. */

import type { Api } from './api.ts';
import type { Fields } from './fields.ts';
import { either } from './gemini-names.ts';

const names = ['max_completion_tokens', 'max_tokens', 'max_output_tokens'] as const;

/** The most of them: which one a provider goes by is the provider's affair. */
export function maxTokensOf(body: Fields): number | undefined {
  const config = objectOf(either(body, 'generationConfig'));
  const converse = objectOf(body['inferenceConfig'])['maxTokens'];
  const given = [...names.map((name) => body[name]), either(config, 'maxOutputTokens'), converse].filter(
    isCount,
  );
  return given.length === 0 ? undefined : Math.max(...given);
}

/** Every limit that the body has, by name; `generationConfig.maxOutputTokens` is inside of another member. */
export function givenLimits(body: Fields): string[] {
  return names.filter((name) => isCount(body[name]));
}

/** What to set to shorten an answer. OpenAI's newer models know only the newer name, others only the older one. */
export function limitFields(routeType: Api, body: Fields, provider: string): string[] {
  if (routeType === 'GenerateContent') return [geminiField(body)];
  if (routeType === 'Converse') return ['inferenceConfig.maxTokens'];
  if (routeType === 'Responses') return ['max_output_tokens'];
  const given = givenLimits(body);
  if (given.length > 0) return given;
  const newer = provider === 'openai' || provider.startsWith('azure');
  return [newer ? 'max_completion_tokens' : 'max_tokens'];
}

/** Answers to one call, each as long as the limit says. */
export function answersOf(body: Fields): number {
  const config = objectOf(either(body, 'generationConfig'));
  const counts = [body['n'], body['best_of'], either(config, 'candidateCount')].filter(isCount);
  return Math.max(1, ...counts);
}

/** In the spelling that the client chose: both at once would be refused. */
function geminiField(body: Fields): string {
  const outer = body['generation_config'] === undefined ? 'generationConfig' : 'generation_config';
  const snake = objectOf(body[outer])['max_output_tokens'] !== undefined;
  return `${outer}.${snake ? 'max_output_tokens' : 'maxOutputTokens'}`;
}

function objectOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
