/** The thread that counts tokens: one question after the other. */
import { parentPort } from 'node:worker_threads';
import type { Encoding } from '../../core/llm/counting/encodings.ts';
import { countTexts, type Encoder, type TokenizerAnswer, type TokenizerQuestion } from './count-texts.ts';

/** Only the tables that are needed. */
const load: Record<Encoding, () => Promise<{ default: Encoder }>> = {
  o200k_base: () => import('gpt-tokenizer/encoding/o200k_base'),
  cl100k_base: () => import('gpt-tokenizer/encoding/cl100k_base'),
};

parentPort!.on('message', async ({ id, encoding, texts }: TokenizerQuestion) => {
  const { default: encoder } = await load[encoding]();
  parentPort!.postMessage({ id, tokens: countTexts(encoder, texts) } satisfies TokenizerAnswer);
});
