/** OpenAI (api.openai.com). */
import { openaiChat } from '../../formats/openai-chat/index.ts';
import { openaiResponses } from '../../formats/openai-responses/index.ts';
import type { Provider } from '../../provider.ts';
import { credentialHeader, requiredHeaders } from './auth.ts';
import { endpoint } from './endpoint.ts';

export const openai: Provider = {
  chat: { routeType: 'Completions', format: openaiChat },
  wider: { routeType: 'Responses', format: openaiResponses },
  endpoint,
  credentialHeader,
  requiredHeaders,
  adapt: (body) => body,
};
