/** Any server that speaks OpenAI's chat completions: vLLM, Ollama, a private relay. */
import { openaiChat } from '../../formats/openai-chat/index.ts';
import type { Provider } from '../../provider.ts';
import { credentialHeader, requiredHeaders } from './auth.ts';
import { endpoint } from './endpoint.ts';

export const custom: Provider = {
  chat: { routeType: 'Completions', format: openaiChat },
  endpoint,
  credentialHeader,
  requiredHeaders,
  /** The older name is the one that every compatible server knows. */
  adapt: ({ max_completion_tokens, ...body }) => ({ ...body, max_tokens: max_completion_tokens }),
};
