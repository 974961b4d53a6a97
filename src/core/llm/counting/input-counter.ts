/** Whether the input of a call can be counted closer than by its bytes, found out when a budget is nearly spent. */
import type { ProviderTarget } from '../../config/snapshot.ts';
import { countByProvider, type SentRequest } from './by-provider.ts';
import { counterOf } from './count-request.ts';
import { encodingOf } from './encodings.ts';
import type { InputCounter, TokenizerCount } from './model.ts';
import { openAiTexts } from './openai-texts.ts';
import { readOnce } from './read-once.ts';

/** Undefined: surely not. Costs nothing before it is called. */
export function inputCounter(sent: SentRequest): InputCounter | undefined {
  if (counterOf[sent.api] !== undefined) return (base64) => countByProvider(sent, base64);
  return isOpenAi(sent.target) ? () => countByTokenizer(sent) : undefined;
}

/** A server of another's that speaks OpenAI's API may have any model behind a name. */
function isOpenAi({ provider, origin }: ProviderTarget): boolean {
  return provider === 'openai' && /^https:\/\/([a-z]+\.)?api\.openai\.com(:443)?$/.test(origin);
}

function countByTokenizer({ api, model, body }: SentRequest): TokenizerCount | undefined {
  const encoding = encodingOf(model);
  if (encoding === undefined) return undefined;
  const read = readOnce(body);
  const found = read && openAiTexts(api, read);
  return found && { by: 'tokenizer', encoding, ...found };
}
