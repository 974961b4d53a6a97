/** Google's Model Armor: what it is asked, and what its answer means. */
import { isObject, type Json } from './json-slots.ts';
import { GuardFailure, type ModelArmorCheck } from './model.ts';

export function armorUrl({ origin, template }: ModelArmorCheck, phase: 'request' | 'response'): string {
  return `${origin}/v1/${template}:${phase === 'request' ? 'sanitizeUserPrompt' : 'sanitizeModelResponse'}`;
}

export function armorBody(texts: readonly string[], phase: 'request' | 'response'): object {
  const data = { text: texts.join('\n') };
  return phase === 'request' ? { userPromptData: data } : { modelResponseData: data };
}

/** The names of the filters that found something, undefined where none did. Throws `GuardFailure` where one could not look. */
export function readArmor(answer: Json): string | undefined {
  const result = answer['sanitizationResult'];
  if (!isObject(result)) throw new GuardFailure('Model Armor answered without a result');
  const { filterMatchState, invocationResult, filterResults } = result;
  if (filterMatchState === 'MATCH_FOUND') return reasonOf(filterResults);
  if (filterMatchState !== 'NO_MATCH_FOUND') throw new GuardFailure('Model Armor answered without a verdict');
  if (invocationResult !== undefined && invocationResult !== 'SUCCESS')
    throw new GuardFailure('not all filters of Model Armor could look');
  return undefined;
}

function reasonOf(filterResults: unknown): string {
  const names = isObject(filterResults)
    ? Object.entries(filterResults).filter(([, result]) => JSON.stringify(result).includes('"MATCH_FOUND"'))
    : [];
  const found = names.map(([name]) => name).join(', ');
  return found === '' ? 'Model Armor' : `Model Armor: ${found}`;
}
