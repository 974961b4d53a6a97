/** Gemini API (generativelanguage.googleapis.com). */
import { geminiGenerate } from '../../formats/gemini-generate/index.ts';
import type { Provider } from '../../provider.ts';
import { geminiVectors } from '../../vectors/gemini.ts';
import { credentialHeader, requiredHeaders } from './auth.ts';
import { endpoint } from './endpoint.ts';

export const gemini: Provider = {
  chat: { routeType: 'GenerateContent', format: geminiGenerate },
  endpoint,
  credentialHeader,
  requiredHeaders,
  adapt: (body) => body,
  vectors: () => geminiVectors,
};
