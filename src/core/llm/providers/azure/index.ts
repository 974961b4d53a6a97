/** Azure OpenAI and Foundry, in both of their forms of resource. */
import { openaiChat } from '../../formats/openai-chat/index.ts';
import type { Provider } from '../../provider.ts';
import { credentialHeader, requiredHeaders } from './auth.ts';
import { endpoint } from './endpoint.ts';

export const azure: Provider = {
  chat: { routeType: 'Completions', format: openaiChat },
  endpoint,
  credentialHeader,
  requiredHeaders,
  adapt: (body) => body,
};
