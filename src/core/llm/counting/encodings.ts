/** Models whose public encoding is known: the table of OpenAI's own tokenizer, not a guess by family. */
export type Encoding = 'o200k_base' | 'cl100k_base';

const dated = String.raw`(-\d{4}-\d{2}-\d{2})?`;
const o200k = new RegExp(
  `^((chatgpt-)?gpt-4o(-mini|-latest)?|gpt-4\\.1(-mini|-nano)?|gpt-5(-mini|-nano|-chat-latest)?|o1(-mini|-preview)?|o3(-mini)?|o4-mini)${dated}$`,
);
const cl100k = /^(gpt-4(-turbo)?(-\d{4}(-\d{2}-\d{2})?)?|gpt-3\.5-turbo(-\d{4})?)$/;

export function encodingOf(model: string): Encoding | undefined {
  if (o200k.test(model)) return 'o200k_base';
  return cl100k.test(model) ? 'cl100k_base' : undefined;
}
